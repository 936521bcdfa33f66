import { isJsonObject, jsonAt, type Json } from '../../model/json.ts';
import { kubernetesGroups } from '../../model/kubernetes-groups.ts';
import { readBytes, type HttpAnswer } from '../http/http-client.ts';
import type { ClusterRequest } from './transport.ts';

/** A resource as a path names it. */
export interface ServedResource {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  /** Plural. */
  readonly resource: string;
}

/** Knows which APIs the API server serves itself: only those are sure to honour a dry run (O7). */
export interface LocalApis {
  /** Why a dry run must not be sent to that API; undefined when it may. */
  whyNot(target: ServedResource): Promise<string | undefined>;
}

/** The resource of a path as liftlock writes it, with or without a query; undefined for what is none. */
export function resourceOfPath(path: string): ServedResource | undefined {
  const match = /^\/(?:api|apis\/([^/?]+))\/([^/?]+)(?:\/namespaces\/[^/?]+(?=\/))?\/([^/?]+)/.exec(path);
  if (match === null) return undefined;
  const [, group = '', version = '', resource = ''] = match;
  return { group, version, resource };
}

const freshMs = 30_000;
const answerMs = 15_000;

/** Sends one request to the API server and gives back any answer. */
interface ApiAsker {
  request(request: ClusterRequest): Promise<HttpAnswer>;
}

/**
 * Asks the API server once in half a minute at most for each API. An APIService with a Service behind it is another program: it
 * may drop the dry run's parameter and store what it was sent. Without the right to read APIServices, Kubernetes' own
 * groups are known, and of others the served OpenAPI must declare the parameter.
 */
export function makeLocalApis(upstream: ApiAsker): LocalApis {
  const answerOf = remember(async (path: string) => ask(upstream, path));

  return {
    whyNot: async ({ group, version, resource }) => {
      const name = group === '' ? `${version}.` : `${version}.${group}`;
      const service = await answerOf(`/apis/apiregistration.k8s.io/v1/apiservices/${name}`);
      if (service.status === 200) return whyFar(service.body, `${group}/${version}`);
      // Nothing serves it: the API server says so itself.
      if (service.status === 404) return undefined;
      if (kubernetesGroups.has(group)) return undefined;
      const schema = await answerOf(`/openapi/v3/apis/${group}/${version}`);
      if (schema.status === 200 && declaresDryRun(schema.body, resource)) return undefined;
      return `it is not known who serves ${group}/${version}: APIServices may not be read (HTTP status ${service.status})`;
    },
  };
}

/** Undefined for an API of the API server's own, CustomResourceDefinitions among them. */
function whyFar(body: Buffer, api: string): string | undefined {
  const backend = jsonAt(parsed(body), ['spec', 'service']);
  if (!isJsonObject(backend)) return undefined;
  const { namespace, name } = backend as { readonly namespace?: string; readonly name?: string };
  return `${api} is served by another program, the Service ${namespace ?? ''}/${name ?? ''}, which may not honour a dry run`;
}

interface Said {
  readonly status: number;
  readonly body: Buffer;
}

async function ask(upstream: ApiAsker, path: string): Promise<Said> {
  const headers = { accept: 'application/json' };
  const answer = await upstream.request({ method: 'GET', path, headers, timeoutMs: answerMs });
  return { status: answer.status, body: await readBytes(answer) };
}

function parsed(body: Uint8Array): Json | undefined {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8')) as Json;
  } catch {
    return undefined;
  }
}

/** Asks once in a while; a question that failed is asked anew. */
function remember(find: (path: string) => Promise<Said>): (path: string) => Promise<Said> {
  const known = new Map<string, { readonly at: number; readonly said: Promise<Said> }>();
  return async (path) => {
    const found = known.get(path);
    if (found !== undefined && performance.now() - found.at < freshMs) return found.said;
    const said = find(path);
    known.set(path, { at: performance.now(), said });
    said.catch(() => known.delete(path));
    return said;
  };
}

/** True when every write of the resource has the query parameter `dryRun`. */
function declaresDryRun(body: Uint8Array, resource: string): boolean {
  const paths = jsonAt(parsed(body), ['paths']);
  if (!isJsonObject(paths)) return false;
  const writes = Object.entries(paths)
    .filter(([path]) => path.endsWith(`/${resource}`) || path.endsWith(`/${resource}/{name}`))
    .flatMap(([, item]) => (isJsonObject(item) ? [item['post'], item['put'], item['patch'], item['delete']] : []))
    .filter(isJsonObject);
  return writes.length > 0 && writes.every((write) => JSON.stringify(write).includes('"name":"dryRun"'));
}
