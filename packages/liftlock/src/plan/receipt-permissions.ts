import type { Permission } from '../model/permission.ts';
import type { Platform } from '../model/platform.ts';
import type { Receipts, ReceiptSource } from '../model/receipt.ts';
import type { Site } from '../model/site.ts';

/** What it takes to see the proofs of a backup that platform and site accept. */
export function receiptPermissions(
  platform: Pick<Platform, 'checklist'>,
  site: Pick<Site, 'receipts'>,
  namespace: string,
): readonly Permission[] {
  const accepted: readonly (Receipts | undefined)[] = [
    ...platform.checklist.map(({ receipts }) => receipts),
    ...Object.values(site.receipts ?? {}),
  ];
  return accepted.flatMap((receipts) => (receipts?.accept ?? []).flatMap((source) => forSource(source, namespace)));
}

function forSource(source: ReceiptSource, namespace: string): readonly Permission[] {
  const place = 'namespace' in source ? (source.namespace ?? namespace) : namespace;
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
