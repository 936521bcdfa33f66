import type { ObjectChange } from '../model/plan.ts';
import type { Unread } from '../model/snapshot.ts';

const podMakers = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob', 'ReplicaSet']);

/** What a forecast leaves out by its nature: said, never implied. */
export function notJudged(
  changes: Readonly<Record<string, readonly ObjectChange[]>>,
  hooks: Readonly<Record<string, readonly string[]>>,
): readonly Unread[] {
  const restarted = Object.entries(changes)
    .filter(([, list]) => list.some(makesPods))
    .map(([component]) => component);
  const hooked = Object.entries(hooks).filter(([, names]) => names.length > 0);
  return [
    ...(restarted.length === 0
      ? []
      : [
          {
            what: `new pods of ${restarted.join(', ')}`,
            why: 'their workloads were judged, not the pods themselves: quota, pod security and pod webhooks may still refuse those',
          },
        ]),
    ...hooked.map(([component, names]) => ({
      what: `hooks of ${component}: ${names.join(', ')}`,
      why: 'hooks run only in the upgrade itself',
    })),
  ];
}

function makesPods(change: ObjectChange): boolean {
  return change.restartsPods || (change.change === 'created' && podMakers.has(change.object.kind));
}
