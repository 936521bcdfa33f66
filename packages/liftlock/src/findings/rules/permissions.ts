import type { Finding } from '../../model/finding.ts';
import type { PreflightEvidence } from '../evidence.ts';
import { allowing, finding } from '../make-finding.ts';

/** What only the watch needs: without it causes cannot be named and hooks are not seen, but the upgrade can be made. */
const watched = new Set(['events', 'replicasets.apps', 'daemonsets.apps', 'jobs.batch', 'persistentvolumeclaims']);

/** One finding for each resource, with the verbs that are missing. */
export function permissionFindings({ snapshot }: PreflightEvidence): readonly Finding[] {
  const byResource = new Map<string, { namespace: string; resource: string; verbs: string[] }>();
  for (const { verb, resource, namespace } of snapshot.missingPermissions) {
    const key = `${namespace}/${resource}`;
    const entry = byResource.get(key) ?? { namespace, resource, verbs: [] };
    entry.verbs.push(verb);
    byResource.set(key, entry);
  }
  return [...byResource.values()].map(({ namespace, resource, verbs }) => {
    const isForWatch = watched.has(resource) && verbs.every((verb) => verb === 'list' || verb === 'watch');
    return finding({
      code: 'PERMISSION_MISSING',
      severity: isForWatch ? 'warning' : 'blocker',
      message: `${snapshot.who.user} may not ${verbs.join(', ')} ${resource} in ${namespace}.`,
      remedies: isForWatch ? [] : [allowing(`permission:${resource}`, 'Try all the same')],
    });
  });
}
