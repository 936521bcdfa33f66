import { digestOfJson } from '../model/digest.ts';
import type { Plan } from '../model/plan.ts';
import type { ClusterReader, Gate, ShadowRead } from '../model/ports.ts';
import { isProblem } from '../model/problem.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { ForecastResult } from './forecast.ts';
import { absent, readIdentities, versionOf } from './identities.ts';

/** A forecast with everything that it rests on. */
export interface KeptForecast {
  readonly result: ForecastResult;
  /** Identities of everything that helm and the looks read, and of what the API server judges by; by path. */
  readonly seen: Readonly<Record<string, string>>;
}

/** What a forecast rests on besides its plan and the cluster. */
export interface ForecastGrounds {
  /** This program: its version, and from source the age of its files. */
  readonly program: string;
  /** helm: its path and version. */
  readonly helm: string;
  /** The API server's version and the user whom it knows. */
  readonly server: string;
}

/**
 * Names a forecast by all that is equal or not without looking further: the plan (charts, values, revisions, decisions), the
 * programs, the user, and what the snapshot says of nodes and health. How much room the nodes have is judged anew each time.
 */
export function forecastKey(plan: Plan, snapshot: Snapshot, grounds: ForecastGrounds): string {
  const nodes = snapshot.nodes.map(({ name, isSchedulable }) => ({ name, isSchedulable }));
  const { health, pullSecret } = snapshot;
  return digestOfJson({ plan: plan.digest, grounds, nodes, health, pullSecret: pullSecret ?? null });
}

/** Reader and gate that note what is read through them. */
export interface Watched {
  readonly reader: ClusterReader;
  readonly gate: Gate;
  /** What helm read in its shadows, and the paths that looks asked for. */
  reads(): { readonly byHelm: readonly ShadowRead[]; readonly byLooks: readonly string[] };
  /** False once something was asked that an identity cannot stand for. */
  canBeKept(): boolean;
}

/** Watches over what a forecast reads: only what was read can be compared later. */
export function watchReads(reader: ClusterReader, gate: Gate): Watched {
  const byHelm: ShadowRead[] = [];
  const byLooks = new Set<string>();
  let isComplete = true;
  const noted =
    <T>(read: (path: string) => Promise<T>) =>
    (path: string) => {
      byLooks.add(path);
      return read(path);
    };
  return {
    reader: {
      ...reader,
      get: noted((path) => reader.get(path)),
      find: noted((path) => reader.find(path)),
      list: (path, options = {}) => {
        byLooks.add(withQuery(path, options));
        return reader.list(path, options);
      },
      text: (path) => {
        isComplete = false;
        return reader.text(path);
      },
      canI: (...question) => {
        isComplete = false;
        return reader.canI(...question);
      },
    },
    gate: {
      ...gate,
      openShadow: async (world) => {
        const session = await gate.openShadow(world);
        return {
          ...session,
          close: async () => {
            byHelm.push(...session.reads());
            await session.close();
          },
        };
      },
    },
    reads: () => ({ byHelm, byLooks: [...byLooks] }),
    canBeKept: () => isComplete,
  };
}

function withQuery(path: string, options: Parameters<ClusterReader['list']>[1] = {}): string {
  const query = new URLSearchParams(
    Object.entries(options).flatMap(([key, value]): [string, string][] => (value === undefined ? [] : [[key, value]])),
  ).toString();
  return query === '' ? path : `${path}?${query}`;
}

/** A forecast that is older is made anew: what webhooks, registries and clocks say has no identity that could be compared. */
const oldestMs = 3_600_000;

/** What the API server judges every write by, besides the objects themselves: reading it takes some twenty requests. */
function judges(namespaces: readonly string[]): readonly string[] {
  const admission = '/apis/admissionregistration.k8s.io/v1';
  const access = '/apis/rbac.authorization.k8s.io/v1';
  return [
    `${admission}/validatingwebhookconfigurations`,
    `${admission}/mutatingwebhookconfigurations`,
    `${admission}/validatingadmissionpolicies`,
    `${admission}/validatingadmissionpolicybindings`,
    // Served as one or the other, or not at all: whatever is not served is absent both times.
    ...['v1', 'v1beta1', 'v1alpha1'].flatMap((version) => [
      `/apis/admissionregistration.k8s.io/${version}/mutatingadmissionpolicies`,
      `/apis/admissionregistration.k8s.io/${version}/mutatingadmissionpolicybindings`,
    ]),
    // What the user may write, and what roles they may hand on.
    `${access}/clusterroles`,
    `${access}/clusterrolebindings`,
    '/apis/scheduling.k8s.io/v1/priorityclasses',
    '/apis/storage.k8s.io/v1/storageclasses',
    '/apis/networking.k8s.io/v1/ingressclasses',
    '/apis',
    ...namespaces.flatMap((namespace) => [
      `/api/v1/namespaces/${namespace}`,
      `/api/v1/namespaces/${namespace}/resourcequotas`,
      `/api/v1/namespaces/${namespace}/limitranges`,
      `/api/v1/namespaces/${namespace}/serviceaccounts`,
      `${access}/namespaces/${namespace}/roles`,
      `${access}/namespaces/${namespace}/rolebindings`,
    ]),
  ];
}

/** Namespaces that a plan's releases are in. */
function namespacesOf(plan: Plan): readonly string[] {
  return [...new Set(plan.components.map(({ namespace }) => namespace))];
}

/**
 * The forecast with the identities of all that it rests on; undefined where it must not be kept: something stands in the way
 * (whoever mends it wants a new one), something may not be read, or something changed while it was made.
 * @param before the cluster's resource version when the forecast was begun
 */
export async function keepForecast(
  result: ForecastResult,
  plan: Plan,
  watched: Watched,
  before: string,
  reader: ClusterReader,
): Promise<KeptForecast | undefined> {
  if (!watched.canBeKept() || result.forecast.findings.some(({ severity }) => severity === 'blocker')) return undefined;
  const { byHelm, byLooks } = watched.reads();
  const paths = [...byHelm.map(({ path }) => path), ...byLooks, ...judges(namespacesOf(plan))];
  const seen: Record<string, string> = {};
  for (const [path, identity] of await readIdentities(paths, reader)) {
    if (identity === undefined || isNewer(identity, before)) return undefined;
    seen[path] = identity;
  }
  const hasAppeared = byHelm.some(({ path, isAbsent }) => isAbsent && seen[path] !== absent);
  return hasAppeared ? undefined : { result, seen };
}

/** What has a greater resource version was changed since; where nobody told it, everything may have been. */
function isNewer(identity: string, before: string): boolean {
  const version = versionOf(identity);
  return version !== undefined && (!/^\d+$/.test(before) || version > BigInt(before));
}

/** True when everything that a kept forecast rests on is as it was, and it is not older than an hour. */
export async function isStillSo(
  kept: KeptForecast,
  reader: Pick<ClusterReader, 'find' | 'list'>,
  now: Date,
): Promise<boolean> {
  const ageMs = now.getTime() - Date.parse(kept.result.forecast.madeAt);
  if (!(ageMs >= 0 && ageMs <= oldestMs)) return false;
  const found = await readIdentities(Object.keys(kept.seen), reader);
  return Object.entries(kept.seen).every(([path, identity]) => found.get(path) === identity);
}

/** The cluster's resource version at this moment, as a consistent read tells it; empty where that is refused. */
export async function revisionNow(reader: ClusterReader, namespace: string): Promise<string> {
  try {
    const list = await reader.text(`/api/v1/namespaces/${namespace}/configmaps?limit=1`);
    const parsed = JSON.parse(list) as { readonly metadata?: { readonly resourceVersion?: string } };
    return parsed.metadata?.resourceVersion ?? '';
  } catch (error) {
    if (isProblem(error)) return '';
    throw error;
  }
}
