import type { KubeObject } from '../model/kube.ts';
import type { Platform } from '../model/platform.ts';
import type { ClusterReader } from '../model/ports.ts';
import { isProblem } from '../model/problem.ts';
import type {
  ReceiptClaim,
  ReceiptComponent,
  ReceiptReading,
  ReceiptReadings,
  Receipts,
  ReceiptSource,
} from '../model/receipt.ts';
import type { Site } from '../model/site.ts';
import type { ComponentSnapshot } from '../model/snapshot.ts';
import { receiptPlaces } from '../plan/receipt-permissions.ts';
import { mountsClaim } from '../release/references.ts';

export interface ReceiptParts {
  readonly platform: Pick<Platform, 'checklist' | 'components'>;
  readonly site: Pick<Site, 'receipts'>;
  readonly namespace: string;
  readonly reader: Pick<ClusterReader, 'find' | 'list'>;
  readonly components: readonly ComponentSnapshot[];
}

/**
 * The backups that the cluster shows, where platform or site say what proves one; undefined where neither does. What may not be
 * read is told with its reason, and is no receipt.
 */
export async function readReceipts(
  parts: ReceiptParts,
): Promise<Readonly<Record<string, ReceiptReadings>> | undefined> {
  const wanted = parts.platform.checklist.flatMap(({ id, receipts }) => {
    const chosen = receiptsFor(id, receipts, parts.site);
    return chosen === undefined ? [] : [[id, chosen] as const];
  });
  if (wanted.length === 0) return undefined;
  const components = componentsOf(parts);
  const read = await Promise.all(
    wanted.map(async ([id, { maxAge, accept }]) => {
      const readings = await Promise.all(accept.map((source) => readSource(source, parts)));
      return [id, { maxAge, readings, components }] as const;
    }),
  );
  return Object.fromEntries(read);
}

function componentsOf({ platform, namespace }: ReceiptParts): readonly ReceiptComponent[] {
  return platform.components.map((component) => ({
    name: component.name,
    namespace: component.namespace ?? namespace,
    migrates: component.migrates !== undefined,
  }));
}

/** The site knows where its backups are; what it says stands in the place of what the platform says. */
function receiptsFor(id: string, receipts: Receipts | undefined, site: Pick<Site, 'receipts'>): Receipts | undefined {
  return Object.hasOwn(site.receipts, id) ? site.receipts[id] : receipts;
}

async function readSource(source: ReceiptSource, parts: ReceiptParts): Promise<ReceiptReading> {
  try {
    return await reading(source, parts);
  } catch (error) {
    if (!isProblem(error)) throw error;
    const why = error.code === 'OBJECT_ABSENT' ? 'this cluster does not have the kind' : error.message;
    return { source, objects: [], why };
  }
}

async function reading(source: ReceiptSource, parts: ReceiptParts): Promise<ReceiptReading> {
  const { reader, namespace } = parts;
  const place = 'namespace' in source ? (source.namespace ?? namespace) : namespace;
  switch (source.kind) {
    case 'velero':
      return {
        source,
        objects: (await reader.list(`/apis/velero.io/v1/namespaces/${place}/backups`)).map((item) => bare(item)),
      };
    case 'volume-snapshots':
      return readVolumeSnapshots(source, parts);
    case 'job': {
      const job = await reader.find(`/apis/batch/v1/namespaces/${place}/jobs/${source.name}`);
      return { source, objects: job === undefined ? [] : [bare(job, false)] };
    }
    case 'cron-job': {
      const jobs = await reader.list(`/apis/batch/v1/namespaces/${place}/jobs`);
      const isOf = ({ metadata }: KubeObject) =>
        metadata.ownerReferences?.some(({ kind, name }) => kind === 'CronJob' && name === source.name) === true;
      return { source, objects: jobs.filter(isOf).map((job) => bare(job, false)) };
    }
    case 'run-job':
      return { source, objects: [] };
  }
}

type VolumeSnapshots = Extract<ReceiptSource, { readonly kind: 'volume-snapshots' }>;

/** Of claims by their names, or of all that the components mount: each has them in its own namespace. */
async function readVolumeSnapshots(source: VolumeSnapshots, parts: ReceiptParts): Promise<ReceiptReading> {
  const { reader, namespace, platform } = parts;
  const read = await Promise.all(
    receiptPlaces(source, platform, namespace).map(async (place) => {
      const path = `/apis/snapshot.storage.k8s.io/v1/namespaces/${place}/volumesnapshots`;
      const [snapshots, claims] = await Promise.all([
        reader.list(path),
        reader.list(`/api/v1/namespaces/${place}/persistentvolumeclaims`),
      ]);
      return { objects: snapshots.map((item) => bare(item)), claims: claimsOf(source.claims, place, claims, parts) };
    }),
  );
  return { source, objects: read.flatMap(({ objects }) => objects), claims: read.flatMap(({ claims }) => claims) };
}

function claimsOf(
  names: readonly string[] | undefined,
  namespace: string,
  claims: readonly KubeObject[],
  parts: ReceiptParts,
): readonly ReceiptClaim[] {
  const found = claims.map(({ metadata }) => ({ name: metadata.name, createdAt: metadata.creationTimestamp }));
  if (names !== undefined)
    return names.map((name) => ({ namespace, name, createdAt: found.find((claim) => claim.name === name)?.createdAt }));
  const here = componentsOf(parts).filter((component) => component.namespace === namespace);
  return here.flatMap((component) => {
    const workloads = parts.components.find(({ name }) => name === component.name)?.workloads ?? [];
    return found
      .filter(({ name }) => workloads.some((workload) => mountsClaim(workload, name)))
      .map((claim) => ({ ...claim, namespace, component: component.name }));
  });
}

/** Without what no judgement is about: of a Job its pods' environment is none of ours. */
function bare({ apiVersion, kind, spec, status, metadata }: KubeObject, withSpec = true): KubeObject {
  const { name, namespace, creationTimestamp, deletionTimestamp } = metadata;
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    },
    ...(spec === undefined || !withSpec ? {} : { spec }),
    ...(status === undefined ? {} : { status }),
  };
}
