import type { Permission } from '../model/permission.ts';
import type { Platform } from '../model/platform.ts';
import type { Receipts, ReceiptSource } from '../model/receipt.ts';
import type { Site } from '../model/site.ts';

/** What it takes to see the proofs of a backup that platform and site accept. */
export function receiptPermissions(
  platform: Pick<Platform, 'checklist' | 'components'>,
  site: Pick<Site, 'receipts'>,
  namespace: string,
): readonly Permission[] {
  const accepted: readonly (Receipts | undefined)[] = [
    ...platform.checklist.map(({ receipts }) => receipts),
    ...Object.values(site.receipts ?? {}),
  ];
  const sources = accepted.flatMap((receipts) => receipts?.accept ?? []);
  return sources.flatMap((source) =>
    receiptPlaces(source, platform, namespace).flatMap((place) => forSource(source, place)),
  );
}

/** Namespaces in which a source is looked for; of claims that nobody names, those of the components that may have them. */
export function receiptPlaces(
  source: ReceiptSource,
  { components }: Pick<Platform, 'components'>,
  namespace: string,
): readonly string[] {
  const said = 'namespace' in source ? source.namespace : undefined;
  if (source.kind !== 'volume-snapshots' || source.claims !== undefined) return [said ?? namespace];
  const own = components.map((component) => component.namespace ?? namespace);
  return [...new Set(own)].filter((place) => said === undefined || place === said);
}

function forSource(source: ReceiptSource, place: string): readonly Permission[] {
  const base = {
    namespace: place,
    purpose: 'read',
    lack: 'shown',
    verbs: ['list'],
    why: 'proofs of a backup',
  } as const;
  switch (source.kind) {
    case 'velero':
      return [{ ...base, group: 'velero.io', resource: 'backups' }];
    case 'volume-snapshots':
      return [
        { ...base, group: 'snapshot.storage.k8s.io', resource: 'volumesnapshots' },
        { ...base, group: '', resource: 'persistentvolumeclaims' },
      ];
    case 'job':
      return [{ ...base, group: 'batch', resource: 'jobs', verbs: ['get'] }];
    case 'cron-job':
      return [{ ...base, group: 'batch', resource: 'jobs' }];
    case 'run-job':
      return [];
  }
}
