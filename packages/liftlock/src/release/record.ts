import { readReleaseRecord, type ReleaseRecord } from './release-record.ts';
import type { KubeObject } from '../model/kube.ts';
import type { Release, Revision } from '../model/snapshot.ts';
import { installedRevision } from './history.ts';

/**
 * helm's release Secrets as releases with their history. Records that cannot be read are left out; a release whose
 * newest record is damaged has the status `unknown` (O12).
 */
export function readReleases(secrets: readonly KubeObject[]): readonly Release[] {
  const byName = new Map<string, KubeObject[]>();
  for (const secret of secrets) {
    const name = secret.metadata.labels?.['name'];
    if (name === undefined || secret.type !== 'helm.sh/release.v1') continue;
    const key = `${secret.metadata.namespace ?? ''}/${name}`;
    byName.set(key, [...(byName.get(key) ?? []), secret]);
  }
  return [...byName.values()].flatMap((group) => {
    const release = releaseOf(group);
    return release === undefined ? [] : [release];
  });
}

function releaseOf(secrets: readonly KubeObject[]): Release | undefined {
  const readings = secrets.map((secret) => ({ secret, reading: readReleaseRecord(secret) }));
  const records = readings.flatMap(({ reading }) => (reading.record === undefined ? [] : [reading.record]));
  const revisions = readings
    .map(({ secret, reading }) =>
      reading.record === undefined ? damaged(secret, reading.reason) : revisionOf(reading.record),
    )
    .toSorted((a, b) => a.revision - b.revision);
  const newest = revisions.at(-1);
  const first = secrets[0];
  if (newest === undefined || first === undefined) return undefined;
  const installed = installedRevision(revisions);
  const source = records.find((record) => record.revision === (installed ?? newest).revision);
  const last = records.toSorted((a, b) => b.revision - a.revision)[0];
  return {
    name: first.metadata.labels?.['name'] ?? '',
    namespace: first.metadata.namespace ?? '',
    revisions,
    newest,
    installed,
    values: source?.values ?? {},
    chartValues: source?.chart.values,
    manifest: source?.manifest ?? '',
    hooks: source?.hooks ?? [],
    failedManifests: failedSince(records, installed?.revision),
    newestRecord: last === undefined ? undefined : { manifest: last.manifest, hooks: last.hooks },
    applyMethod: source?.applyMethod,
  };
}

/** A revision that hangs counts: it is marked failed before anything goes on (O1). */
function failedSince(records: readonly ReleaseRecord[], installed: number | undefined): readonly string[] {
  if (installed === undefined) return [];
  return records
    .filter(({ revision, status }) => revision > installed && (status === 'failed' || status.startsWith('pending-')))
    .toSorted((a, b) => b.revision - a.revision)
    .map((record) => record.manifest);
}

function revisionOf(record: ReleaseRecord): Revision {
  return {
    revision: record.revision,
    status: record.status,
    chart: record.chart.name,
    version: record.chart.version,
    appVersion: record.chart.appVersion,
    updated: record.updated,
    description: record.description,
  };
}

function damaged(secret: KubeObject, reason: string): Revision {
  return {
    revision: Number(secret.metadata.labels?.['version'] ?? 0),
    status: 'unknown',
    chart: '',
    version: '',
    appVersion: '',
    updated: secret.metadata.creationTimestamp ?? '',
    description: `the record cannot be read: ${reason}`,
  };
}
