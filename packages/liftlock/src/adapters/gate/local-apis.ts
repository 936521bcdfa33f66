import type { ApiTarget } from './api-path.ts';
import { parseObject, type Upstream } from './forward.ts';
import { isJsonObject, jsonAt, type JsonObject } from '../../model/json.ts';
import { readBytes } from '../http/http-client.ts';

/** Knows which APIs the API server serves itself: only those are sure to honour a dry run (O7). */
export interface LocalApis {
  /** Why a write to that API must not be sent; undefined when it may. */
  whyNot(target: ApiTarget): Promise<string | undefined>;
}

const freshMs = 60_000;
const answerMs = 15_000;

/** Groups that Kubernetes itself serves, for those who may not read APIServices. Metrics are not among them. */
const builtIn = new Set([
  '',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'apps',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'coordination.k8s.io',
  'discovery.k8s.io',
  'events.k8s.io',
  'flowcontrol.apiserver.k8s.io',
  'internal.apiserver.k8s.io',
  'networking.k8s.io',
  'node.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'resource.k8s.io',
  'scheduling.k8s.io',
  'storage.k8s.io',
  'storagemigration.k8s.io',
]);

/**
 * Asks the API server once a minute at most for each API. An APIService with a Service behind it is another program: it
 * may drop the dry run's parameter and store what it was sent. Without the right to read APIServices, Kubernetes' own
 * groups are known, and of others the served OpenAPI must declare the parameter.
 */
export function makeLocalApis(upstream: Upstream): LocalApis {
  const known = new Map<string, { readonly at: number; readonly why: Promise<string | undefined> }>();

  async function ask(path: string): Promise<{ readonly status: number; readonly body: Buffer }> {
    const answer = await upstream.request({
      method: 'GET',
      path,
      headers: { accept: 'application/json' },
      timeoutMs: answerMs,
    });
    return { status: answer.status, body: await readBytes(answer) };
  }

  async function find({ group, version, resource }: ApiTarget): Promise<string | undefined> {
    const api = `${version}.${group}`;
    const service = await ask(`/apis/apiregistration.k8s.io/v1/apiservices/${group === '' ? `${version}.` : api}`);
    if (service.status === 200) {
      const spec = jsonAt(parseObject(service.body) as unknown as JsonObject, ['spec']);
      const backend = isJsonObject(spec) ? spec['service'] : undefined;
      if (!isJsonObject(backend)) return undefined;
      const { namespace, name } = backend as { readonly namespace?: string; readonly name?: string };
      return `${group}/${version} is served by another program, the Service ${namespace ?? ''}/${name ?? ''}, which may not honour a dry run`;
    }
    // Nothing serves it: the API server says so itself.
    if (service.status === 404) return undefined;
    if (builtIn.has(group)) return undefined;
    const openApi = await ask(`/openapi/v3/apis/${group}/${version}`);
    if (openApi.status === 200 && declaresDryRun(openApi.body, resource)) return undefined;
    return `it is not known who serves ${group}/${version}: APIServices may not be read (HTTP status ${service.status})`;
  }

  return {
    whyNot: async (target) => {
      const key = `${target.group}/${target.version}/${target.resource}`;
      const found = known.get(key);
      if (found !== undefined && performance.now() - found.at < freshMs) return found.why;
      const why = find(target);
      known.set(key, { at: performance.now(), why });
      // A question that failed is asked anew.
      why.catch(() => known.delete(key));
      return why;
    },
  };
}

/** True when every write of the resource has the query parameter `dryRun`. */
function declaresDryRun(body: Uint8Array, resource: string): boolean {
  const paths = jsonAt(parseObject(body) as unknown as JsonObject, ['paths']);
  if (!isJsonObject(paths)) return false;
  const writes = Object.entries(paths)
    .filter(([path]) => path.endsWith(`/${resource}`) || path.endsWith(`/${resource}/{name}`))
    .flatMap(([, item]) => (isJsonObject(item) ? [item['post'], item['put'], item['patch'], item['delete']] : []))
    .filter(isJsonObject);
  return writes.length > 0 && writes.every((write) => JSON.stringify(write).includes('"name":"dryRun"'));
}
