import { isJsonObject, jsonAt, type Json, type JsonObject } from '../../model/json.ts';
import type { KubeObject } from '../../model/kube.ts';
import type { ClusterReader, ListOptions } from '../../model/ports.ts';
import { isProblem, Problem } from '../../model/problem.ts';
import { callApi } from './api-client.ts';
import { listPages } from './list.ts';
import type { Transport } from './transport.ts';
import { watchObjects } from './watch.ts';

export interface ReaderParts {
  readonly transport: Transport;
  readonly server: string;
  readonly context: string;
  /** The kubeconfig's name for the user, where the API server cannot be asked. */
  readonly user: string;
}

export function makeReader(parts: ReaderParts): ClusterReader {
  const { transport, server } = parts;

  async function read(path: string, accept: string): Promise<string> {
    return (await callApi(transport, server, { method: 'GET', path, headers: { accept }, isRepeatable: true })).text;
  }
  async function ask(path: string, body: JsonObject): Promise<JsonObject> {
    const headers = { accept: 'application/json', 'content-type': 'application/json' };
    const call = { method: 'POST', path, headers, body: JSON.stringify(body), isRepeatable: true };
    return parseObject((await callApi(transport, server, call)).text, path);
  }
  const get = async (path: string) => parseObject(await read(path, 'application/json'), path) as unknown as KubeObject;
  const listAll = async (path: string, options: ListOptions) =>
    listPages(async (query) => parseObject(await read(`${path}${query}`, 'application/json'), path), options);

  return {
    server,
    context: parts.context,
    get,
    find: async (path) => {
      try {
        return await get(path);
      } catch (error) {
        if (isProblem(error) && error.code === 'OBJECT_ABSENT') return undefined;
        throw error;
      }
    },
    list: async (path, options = {}) => (await listAll(path, options)).objects,
    text: async (path) => read(path, '*/*'),
    watch: async (path, options, onEvent, signal) =>
      watchObjects({ transport, server, path, options, onEvent, signal, list: async () => listAll(path, options) }),
    version: async () => {
      const version = parseObject(await read('/version', 'application/json'), '/version')['gitVersion'];
      return typeof version === 'string' ? version : '';
    },
    whoAmI: async () => whoAmI(ask, parts.user),
    canI: async (verb, group, resource, namespace) => {
      const [name, subresource] = resource.split('/');
      const attributes = {
        verb,
        group,
        resource: name,
        ...(subresource === undefined ? {} : { subresource }),
        ...(namespace === '' ? {} : { namespace }),
      };
      const answer = await ask('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes: attributes },
      });
      const status = answer['status'];
      return isJsonObject(status) && status['allowed'] === true;
    },
  };
}

/** `selfsubjectreviews` is v1 since Kubernetes 1.28; older servers are asked in their own version. */
async function whoAmI(
  ask: (path: string, body: JsonObject) => Promise<JsonObject>,
  fallback: string,
): Promise<{ user: string; groups: string[]; at?: string }> {
  for (const version of ['v1', 'v1beta1', 'v1alpha1']) {
    try {
      const group = `authentication.k8s.io/${version}`;
      const answer = await ask(`/apis/${group}/selfsubjectreviews`, { apiVersion: group, kind: 'SelfSubjectReview' });
      const status = answer['status'];
      const info = isJsonObject(status) ? status['userInfo'] : undefined;
      if (!isJsonObject(info)) break;
      const groups = Array.isArray(info['groups']) ? (info['groups'] as readonly Json[]) : [];
      const names = groups.filter((name): name is string => typeof name === 'string');
      // Set by the API server when it answers (registry/authentication/selfsubjectreview/rest.go).
      const at = jsonAt(answer, ['metadata', 'creationTimestamp']);
      return {
        user: typeof info['username'] === 'string' ? info['username'] : fallback,
        groups: names,
        ...(typeof at === 'string' ? { at } : {}),
      };
    } catch (error) {
      if (!isProblem(error) || (error.code !== 'OBJECT_ABSENT' && error.details['status'] !== 403)) throw error;
    }
  }
  return { user: fallback, groups: [] };
}

function parseObject(text: string, path: string): JsonObject {
  try {
    const value = JSON.parse(text) as Json;
    if (isJsonObject(value)) return value;
  } catch {
    // Said below: the text itself may be a secret.
  }
  throw new Problem(
    'CLUSTER_UNREACHABLE',
    `The answer for ${path.split('?')[0] ?? path} is no JSON: is a proxy in between?`,
    {
      advice: ['Check HTTPS_PROXY, NO_PROXY and the server address in the kubeconfig.'],
    },
  );
}
