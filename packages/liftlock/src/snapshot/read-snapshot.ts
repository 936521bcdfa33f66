import { isJsonObject, jsonAt } from '../model/json.ts';
import type { KubeObject } from '../model/kube.ts';
import { chartReference, type Component, type Platform } from '../model/platform.ts';
import type { ClusterReader, HelmRepositories, HelmRunner } from '../model/ports.ts';
import { isProblem, Problem } from '../model/problem.ts';
import type { Redactor } from '../model/redaction.ts';
import type { Site } from '../model/site.ts';
import type {
  CertificateInfo,
  ChartInfo,
  ComponentSnapshot,
  HealthItem,
  HelmRepository,
  KeyInfo,
  Release,
  Snapshot,
  Unread,
  ValuesFile,
} from '../model/snapshot.ts';
import { carriedValues } from '../release/exported-values.ts';
import { leasePermission, permissionsIn } from '../plan/permissions.ts';
import { parseManifest, workloadsOf } from '../release/manifest.ts';
import { readReleases } from '../release/record.ts';
import { recordedChart } from '../release/recorded-chart.ts';
import { readNodeRoom } from './node-room.ts';
import { missingPermissions, unreadOf } from './permissions.ts';
import { readCertificates } from './read-certificates.ts';
import { readClaims } from './read-claims.ts';
import { readFacts } from './read-facts.ts';
import { readReceipts } from './read-receipts.ts';
import { readGitOps } from './read-gitops.ts';
import {
  endingNamespaces,
  healthEverywhere,
  ownReleases,
  permissionsEverywhere,
  placeOf,
  recordsEverywhere,
} from './namespaces.ts';

export interface SnapshotParts {
  readonly platform: Platform;
  /** Its answers, inputs and options: some facts rest on them. */
  readonly site: Pick<Site, 'answers' | 'inputs' | 'options' | 'receipts'>;
  readonly namespace: string;
  readonly target: string;
  readonly reader: ClusterReader;
  readonly helm: HelmRunner;
  readonly redactor: Redactor;
  readonly rememberedUid: string | undefined;
  readonly osUser: string;
  readonly now: Date;
  readonly key: KeyInfo | undefined;
  /** Pulls and reads one chart; throws a Problem that names it. Undefined where no chart is needed. */
  readonly pullChart: ((reference: string, version: string) => Promise<ChartInfo>) | undefined;
  /** The operator's files; undefined where the live release's own values are carried over. */
  readonly loadValues: (component: Component) => Promise<readonly ValuesFile[] | undefined>;
  /** What a PEM file holds; undefined for one that cannot be read. */
  readonly readCertificate: (file: string) => Promise<CertificateInfo | undefined>;
  /** Undefined where no chart comes from a repository. */
  readonly repositories?: Pick<HelmRepositories, 'list'> | undefined;
  readonly readHealth: (
    reader: ClusterReader,
    namespace: string,
    releases: readonly Release[],
  ) => Promise<readonly HealthItem[]>;
}

/**
 * Reads everything that deciding needs, in parallel: release records in one LIST, the target's charts by digest, values
 * files, health, room. A cluster-scoped read that is refused becomes an `unread` entry (O25); what the upgrade cannot do
 * without is thrown.
 */
export async function readSnapshot(parts: SnapshotParts): Promise<Snapshot> {
  try {
    return await readAll(parts);
  } catch (error) {
    throw isProblem(error) && error.details['status'] === 403 && error.code === 'CLUSTER_REFUSED'
      ? await withAllMissing(error, parts)
      : error;
  }
}

/** One refused read ends the preflight; what else this user lacks is asked for at once, not in the next attempt. */
async function withAllMissing(refusal: Problem, { reader, namespace }: SnapshotParts): Promise<Problem> {
  const missing = await missingPermissions(reader, [...permissionsIn(namespace), leasePermission(namespace)]);
  if (missing.length === 0) return refusal;
  const verbs = Map.groupBy(missing, (item) => item.resource);
  const lines = [...verbs].map(([resource, items]) => `${resource}: ${items.map((item) => item.verb).join(', ')}`);
  const { user } = await reader.whoAmI();
  const message = [`${user} may not read what an upgrade needs of ${namespace}. Missing there:`, ...lines].join('\n');
  return new Problem('PERMISSION_MISSING', message, {
    advice: [
      'Ask for these verbs, and for those on the kinds of objects that the charts hold.',
      'Whoever may grant them can print the roles: `liftlock platform rbac --for apply`.',
      `kubectl auth can-i list secrets -n ${namespace}`,
    ],
    cause: refusal,
  });
}

async function readAll(parts: SnapshotParts): Promise<Snapshot> {
  const { reader, platform, namespace, redactor } = parts;
  const unread: Unread[] = [];
  // First alone: when the cluster cannot be reached, this says so once and nothing else is tried.
  const [version, cluster] = await Promise.all([
    reader.version(),
    readable(unread, 'the identity of the cluster', () => reader.find('/api/v1/namespaces/kube-system'), undefined),
  ]);
  // Values files before charts: a placeholder left in a file needs no registry to be seen.
  const valuesFiles = await Promise.all(platform.components.map((component) => parts.loadValues(component)));
  for (const file of valuesFiles.flat()) if (file !== undefined) redactor.learnValues(file.values);
  const [charts, records, { at: serverTime, ...who }, storageClasses, pullSecret] = await Promise.all([
    pullCharts(parts),
    recordsEverywhere(parts),
    reader.whoAmI(),
    readable(unread, 'storage classes', () => reader.list('/apis/storage.k8s.io/v1/storageclasses'), []),
    readPullSecret(parts, unread),
  ]);
  const releases = readReleases(records);
  for (const release of releases) redactor.learnValues(release.values);
  const owned = ownReleases(platform, namespace);
  const isOwned = (release: Release) => owned.has(placeOf(release));
  const ours = releases
    .filter(isOwned)
    .map((release) => ({ ...release, chartContent: installedChart(release, records) }));
  const components = platform.components.map((component, index) =>
    componentSnapshot(
      { ...component, namespace: component.namespace ?? namespace },
      ours,
      charts[index],
      valuesFiles[index],
    ),
  );
  const [health, nodes, permissions, others, facts, claims, pairs, gitOps, ending, receipts] = await Promise.all([
    healthEverywhere(parts, releases),
    readable(unread, 'room on the nodes', () => readNodeRoom(reader), []),
    permissionsEverywhere(parts, ours),
    ours.length === components.length
      ? []
      : readable(unread, 'releases in other namespaces', () => releasesElsewhere(reader), []),
    readFacts({ platform, site: parts.site, namespace, reader, components }),
    readClaims(reader, platform, namespace, unread),
    readCertificates(parts),
    readGitOps(parts, ours),
    endingNamespaces(parts),
    // A rollback or a restore asks for none: it is they that a backup is kept for.
    parts.pullChart === undefined
      ? undefined
      : readReceipts({ platform, site: parts.site, namespace, reader, components }),
  ]);
  return {
    readAt: parts.now.toISOString(),
    ...(serverTime === undefined ? {} : { serverTime }),
    ...(receipts === undefined ? {} : { receipts }),
    helm: { version: parts.helm.version, path: parts.helm.path },
    cluster: { server: reader.server, context: reader.context, uid: cluster?.metadata.uid ?? '', version },
    rememberedUid: parts.rememberedUid,
    who: { ...who, osUser: parts.osUser },
    namespace,
    ...(ending.length === 0 ? {} : { endingNamespaces: ending }),
    facts: facts.facts,
    ...(claims === undefined ? {} : { claims }),
    certificates: pairs.certificates,
    tlsSecrets: pairs.tlsSecrets,
    components,
    otherReleases: [...releases.filter((release) => !isOwned(release)).map(brief), ...others],
    health,
    nodes,
    storageClasses: storageClasses.map(storageClass),
    missingPermissions: permissions.filter(({ lack }) => lack !== 'unread'),
    key: parts.key,
    pullSecret,
    ...(parts.repositories === undefined ? {} : { repositories: await listRepositories(parts.repositories, unread) }),
    gitOps: gitOps.owners,
    unread: [...unread, ...unreadOf(permissions, who.user), ...facts.unread, ...pairs.unread, ...gitOps.unread],
  };
}

async function listRepositories(
  repositories: Pick<HelmRepositories, 'list'>,
  unread: Unread[],
): Promise<readonly HelmRepository[]> {
  return readable(unread, "the repositories of this machine's helm", () => repositories.list(), []);
}

/** All charts of a version at once; when several are missing, every one of them is named. */
export async function pullCharts({
  platform,
  pullChart,
  target,
}: Pick<SnapshotParts, 'platform' | 'pullChart' | 'target'>): Promise<readonly ChartInfo[]> {
  if (pullChart === undefined) return [];
  const results = await Promise.allSettled(
    platform.components.map((component) => pullChart(chartReference(component.chart), target)),
  );
  const failures = results.filter((result) => result.status === 'rejected').map((result) => result.reason as unknown);
  if (failures.length === 0)
    return results.filter((result) => result.status === 'fulfilled').map((result) => result.value);
  const [first] = failures;
  if (isProblem(first) && failures.every(isProblem)) {
    const messages = [...new Set(failures.map((failure) => failure.message))];
    first.message = messages.join('\n');
  }
  throw first;
}

function componentSnapshot(
  component: Component & { readonly namespace: string },
  releases: readonly Release[],
  chart: ChartInfo | undefined,
  files: readonly ValuesFile[] | undefined,
): ComponentSnapshot {
  const release = releases.find((item) => item.name === component.release && item.namespace === component.namespace);
  const { file = 'current-values.yml' } = component.values;
  const valuesFiles = files ?? [carriedValues(file, release?.values ?? {})];
  return {
    name: component.name,
    release,
    chart,
    valuesFiles,
    workloads: release === undefined ? [] : workloadsOf(parseManifest(release.manifest)),
  };
}

/** What the installed chart did with its values: read for the platform's own releases only, since it is large. */
function installedChart(
  { name, namespace, installed }: Release,
  records: readonly KubeObject[],
): Release['chartContent'] {
  const record = records.find(
    ({ metadata: { labels, namespace: place } }) =>
      place === namespace && labels?.['name'] === name && labels['version'] === String(installed?.revision),
  );
  return record === undefined ? undefined : recordedChart(record);
}

async function readable<T>(unread: Unread[], what: string, read: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!isProblem(error)) throw error;
    unread.push({ what, why: error.message });
    return otherwise;
  }
}

async function readPullSecret(parts: SnapshotParts, unread: Unread[]): Promise<Snapshot['pullSecret']> {
  const name = parts.platform.registry?.pullSecret?.name;
  if (name === undefined) return undefined;
  const path = `/api/v1/namespaces/${parts.namespace}/secrets/${name}`;
  const secret = await readable(unread, `Secret ${name}`, () => parts.reader.find(path), undefined);
  if (secret !== undefined) parts.redactor.learnSecretData(secret.data);
  return { exists: secret !== undefined };
}

/** Labels of helm's records tell name and status without reading what they hold. */
async function releasesElsewhere(reader: ClusterReader): Promise<Snapshot['otherReleases']> {
  const records = await reader.list('/api/v1/secrets', { labelSelector: 'owner=helm' });
  return readReleases(records).map(brief);
}

function brief(release: Release): Snapshot['otherReleases'][number] {
  const shown = release.installed ?? release.newest;
  return {
    name: release.name,
    namespace: release.namespace,
    chart: `${shown.chart}-${shown.version}`,
    status: release.newest.status,
    revision: release.newest.revision,
  };
}

function storageClass(object: KubeObject): Snapshot['storageClasses'][number] {
  const annotations = jsonAt(object.metadata as never, ['annotations']);
  const isDefault = isJsonObject(annotations) && annotations['storageclass.kubernetes.io/is-default-class'] === 'true';
  return { name: object.metadata.name, isDefault };
}
