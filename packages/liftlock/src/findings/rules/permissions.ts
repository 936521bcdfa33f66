import type { Finding } from '../../model/finding.ts';
import type { MissingPermission } from '../../model/snapshot.ts';
import type { PreflightEvidence } from '../evidence.ts';
import { allowing, finding } from '../make-finding.ts';

/** One finding for each resource, with the verbs that are missing. What a plan does not need, it only tells. */
export function permissionFindings({ snapshot, isOnlyPlanned = false }: PreflightEvidence): readonly Finding[] {
  const groups = Map.groupBy(
    snapshot.missingPermissions,
    (missing) => `${missing.namespace}/${missing.resource}/${isForRun(missing, isOnlyPlanned)}`,
  );
  return [...groups.values()].flatMap((missing) => {
    const [first] = missing;
    if (first === undefined) return [];
    const { resource, namespace } = first;
    const verbs = missing.map(({ verb }) => verb).join(', ');
    const isLater = isForRun(first, isOnlyPlanned);
    // Without the watch causes cannot be named and hooks are not seen, but the upgrade can be made.
    const isBlocker = !isLater && missing.some(({ lack }) => lack === 'blocker');
    const where = namespace === '' ? 'the cluster' : namespace;
    const later = isLater ? ' A plan does without; apply needs it.' : '';
    return [
      finding({
        code: 'PERMISSION_MISSING',
        severity: isBlocker ? 'blocker' : 'warning',
        message: `${snapshot.who.user} may not ${verbs} ${resource} in ${where}.${later}`,
        remedies: isBlocker ? [allowing(`permission:${resource}`, 'Try all the same')] : [],
      }),
    ];
  });
}

function isForRun({ purpose, lack }: MissingPermission, isOnlyPlanned: boolean): boolean {
  return isOnlyPlanned && purpose === 'apply' && lack === 'blocker';
}
