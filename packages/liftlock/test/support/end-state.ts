import { createHash } from 'node:crypto';
import type { KubeObject, Sandbox } from '@liftlock/sandbox';
import { readReleaseRecord } from '../../src/release/release-record.ts';

/** An object of a scene, so that two scenes of the same kind can be compared. */
export interface ObjectState {
  readonly uid: string;
  /** What it asks for and holds, without what the cluster or the clock made of it. */
  readonly content: string;
  /** Digest of a Secret's data. */
  readonly data?: string | undefined;
  /** Where a Service or an Ingress is reached, in the cluster and from outside; undefined for what is not reached. */
  readonly addresses?: readonly string[] | undefined;
}

/** A scene's namespace at one moment: by `Kind/name`. */
export type Objects = ReadonlyMap<string, ObjectState>;

/** How a scene ended, comparable between two scenes of the same kind, line by line. */
export interface EndState {
  /** What every object is, and whether it is still the one that was there before. */
  readonly objects: readonly string[];
  /** `shop: 2.0.0 deployed, 2 good revisions`. */
  readonly releases: readonly string[];
  /** Writes by liftlock itself, how often each: `3 patch deployments/web`. */
  readonly effects: readonly (readonly [effect: string, times: number])[];
  /** What else a scene looks at. */
  readonly more: readonly string[];
}

/** Made and thrown away by controllers, or compared in another way. */
const passing = new Set([
  'events',
  'endpoints',
  'endpointslices',
  'leases',
  'replicasets',
  'controllerrevisions',
  'pods',
  'bindings',
  'localsubjectaccessreviews',
]);

interface Discovered {
  readonly resources: readonly {
    readonly name: string;
    readonly kind: string;
    readonly namespaced: boolean;
    readonly verbs: readonly string[];
  }[];
}

/** Every object of the namespaces that somebody asked for, and the volumes of their claims. */
export async function readObjects(sandbox: Sandbox, namespaces: readonly string[]): Promise<Objects> {
  const found = new Map<string, ObjectState>();
  const plain = plainer(namespaces);
  const lists = await namespacedLists(sandbox);
  for (const namespace of namespaces) {
    for (const [group, resource] of lists) {
      const { items } = await sandbox.api.list<AnyObject>(`${group}/namespaces/${namespace}/${resource}`);
      for (const item of items) {
        const { name = '', labels = {} } = item.metadata;
        if (labels['owner'] === 'helm' || isOfLiftlock(name, labels)) continue;
        found.set(plain(`${namespace} ${resource}/${name}`), stateOf(item, resource, plain));
      }
    }
  }
  const volumes = await sandbox.api.list<AnyObject & { readonly spec: { readonly claimRef?: Claim } }>(
    '/api/v1/persistentvolumes',
  );
  for (const volume of volumes.items) {
    const { namespace = '', name = '' } = volume.spec.claimRef ?? {};
    if (namespaces.includes(namespace))
      found.set(plain(`${namespace} volume of ${name}`), stateOf(volume, 'persistentvolumes', plain));
  }
  return found;
}

type AnyObject = KubeObject & Readonly<Record<string, unknown>>;

interface Claim {
  readonly namespace: string;
  readonly name: string;
}

/** The run's own record: it is about the run, not about the platform. */
function isOfLiftlock(name: string, labels: Readonly<Record<string, string>>): boolean {
  return name.startsWith('liftlock-') && Object.keys(labels).some((key) => key.startsWith('liftlock.dev/'));
}

async function namespacedLists(sandbox: Sandbox): Promise<readonly (readonly [group: string, resource: string])[]> {
  const groups = (await sandbox.api.get('/apis')) as unknown as {
    readonly groups: readonly { readonly preferredVersion: { readonly groupVersion: string } }[];
  };
  const paths = ['/api/v1', ...groups.groups.map(({ preferredVersion }) => `/apis/${preferredVersion.groupVersion}`)];
  const lists = await Promise.all(
    paths.map(async (path) => {
      const { resources } = (await sandbox.api.get(path)) as unknown as Discovered;
      return resources
        .filter(({ name, namespaced, verbs }) => namespaced && verbs.includes('list') && !passing.has(name))
        .map(({ name }) => [path, name] as const);
    }),
  );
  return lists.flat();
}

function stateOf(object: AnyObject, resource: string, plain: (text: string) => string): ObjectState {
  const { metadata, status, data, ...rest } = object;
  const isSecret = resource === 'secrets';
  const kept = {
    labels: metadata.labels,
    annotations: metadata.annotations,
    finalizers: metadata['finalizers'],
    isGoing: metadata.deletionTimestamp !== undefined,
    ...rest,
    ...(isSecret ? { keys: Object.keys((data as object | undefined) ?? {}).toSorted() } : { data }),
  };
  return {
    uid: metadata.uid ?? '',
    content: plain(JSON.stringify(sorted(kept))),
    data: isSecret ? digest(JSON.stringify(sorted(data ?? {}))) : undefined,
    addresses: ['services', 'ingresses'].includes(resource) ? addressesOf({ status, ...rest } as Reached) : undefined,
  };
}

interface Reached {
  /** An Ingress has neither of these. */
  readonly spec?: { readonly clusterIPs?: readonly string[]; readonly type?: string };
  readonly status?: {
    readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[] };
  };
}

function addressesOf({ spec, status }: Reached): readonly string[] {
  const outside = status?.loadBalancer?.ingress ?? [];
  return [...(spec?.clusterIPs ?? []), ...outside.map(({ ip, hostname }) => `outside ${ip ?? hostname ?? ''}`)];
}

/** Fields that the cluster fills in, differently each time. */
const madeUp = new Set([
  'clusterIP',
  'clusterIPs',
  'nodePort',
  'healthCheckNodePort',
  'volumeName',
  'nodeName',
  'resourceVersion',
  'uid',
  'controller-uid',
  'batch.kubernetes.io/controller-uid',
  'deployment.kubernetes.io/revision',
  'pv.kubernetes.io/bound-by-controller',
  'volume.kubernetes.io/storage-provisioner',
  'volume.beta.kubernetes.io/storage-provisioner',
  'volume.kubernetes.io/selected-node',
  'volumeHandle',
  'path',
  'generation',
]);

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => sorted(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, item]) => item !== undefined && !madeUp.has(key))
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  );
}

/** Takes out of a text what differs from scene to scene: names of namespaces and runs, moments, marks. */
export function plainer(namespaces: readonly string[]): (text: string) => string {
  // The longest first: one may begin with the other.
  const names = [...namespaces.entries()].toSorted(([, a], [, b]) => b.length - a.length);
  return (text) =>
    names
      .reduce((result, [index, name]) => result.replaceAll(name, `NAMESPACE${index}`), text)
      .replaceAll(/\d{8}-\d{6}-[0-9a-f]{4}/g, 'RUN')
      .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, 'TIME')
      .replaceAll(/(?<=liftlock-kept-)[0-9a-f]{16}/g, 'MARK')
      .replaceAll(/(?<=[a-z])-[0-9a-f]{8}(?![-0-9a-z])/g, '-MARK')
      .replaceAll(/[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/g, 'UID');
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

/** Every object after a run beside what it was before. */
export function compareObjects(before: Objects, after: Objects): readonly string[] {
  return [...after]
    .map(([name, state]) => {
      const old = before.get(name);
      const whose = old === undefined ? 'new' : old.uid === state.uid ? 'same' : 'made anew';
      const secret = state.data === undefined ? '' : state.data === old?.data ? ', same data' : ', other data';
      return `${name}: ${whose}${secret}${addressWords(old, state)}, ${state.content}`;
    })
    .toSorted();
}

/** What was made anew may have any address, but of the same kinds. */
function addressWords(old: ObjectState | undefined, { uid, addresses }: ObjectState): string {
  if (addresses === undefined) return '';
  const kinds = addresses.map((address) => (address.startsWith('outside ') ? 'outside' : 'inside')).join(' and ');
  if (old?.uid !== uid) return `, addresses ${kinds}`;
  return old.addresses?.join() === addresses.join() ? `, same addresses ${kinds}` : `, other addresses ${kinds}`;
}

/** Whether everything has an outside address that waits for one. */
export async function haveAddresses({ api }: Sandbox, namespaces: readonly string[]): Promise<boolean> {
  const lists = await Promise.all(
    namespaces.flatMap((namespace) => [
      api.list<KubeObject & Reached>(`/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses`),
      api.list<KubeObject & Reached>(`/api/v1/namespaces/${namespace}/services`),
    ]),
  );
  return lists
    .flatMap(({ items }) => items)
    .filter(({ spec }) => spec?.clusterIPs === undefined || spec.type === 'LoadBalancer')
    .every(({ status }) => (status?.loadBalancer?.ingress?.length ?? 0) > 0);
}

interface HelmRecord {
  readonly name: string;
  readonly version: number;
  readonly status: string;
  readonly description: string;
}

/** Helm calls a failed revision superseded, once there is a good one behind it and none was deployed before. */
function hasFailed({ status, description }: HelmRecord): boolean {
  return status === 'failed' || (status === 'superseded' && !/ complete$|^Rollback to \d/.test(description));
}

/** Helm's records by release: how many revisions are good, and what the newest is. */
export async function readReleases(sandbox: Sandbox, namespaces: readonly string[]): Promise<readonly string[]> {
  const lists = await Promise.all(
    namespaces.map((namespace) =>
      sandbox.api.list(`/api/v1/namespaces/${namespace}/secrets?labelSelector=owner%3Dhelm`),
    ),
  );
  const records = lists
    .flatMap(({ items }) => items)
    .map((secret): HelmRecord => {
      const { labels = {} } = secret.metadata;
      return {
        name: labels['name'] ?? '',
        version: Number(labels['version']),
        status: labels['status'] ?? '',
        description: readReleaseRecord(secret as never).record?.description ?? '',
      };
    })
    .toSorted((a, b) => a.version - b.version);
  const plain = plainer(namespaces);
  return [...Map.groupBy(records, ({ name }) => name)]
    .map(([name, own]) => {
      const good = own.filter((record) => !hasFailed(record)).map(({ status }) => status);
      return `${plain(name)}: ${own.at(-1)?.status ?? ''} (${good.join(', ')})`;
    })
    .toSorted();
}
