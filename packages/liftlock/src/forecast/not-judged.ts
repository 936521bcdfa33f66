import type { ObjectChange } from '../model/plan.ts';
import type { HopLook, ReleaseLook } from './foreseen-release.ts';

const podMakers = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob', 'ReplicaSet']);

/** What a forecast leaves out by its nature: said, never implied. */
export const podsNotJudged: HopLook = async (releases) => {
  const restarted = releases.filter(({ changes }) => changes.some(makesPods)).map(({ step }) => step.component);
  if (restarted.length === 0) return { findings: [], unforeseen: [] };
  const what = `new pods of ${restarted.join(', ')}`;
  const why =
    'their workloads were judged, not the pods themselves: quota, pod security and pod webhooks may still refuse those';
  return { findings: [], unforeseen: [{ what, why }] };
};

/** Hooks run only in the upgrade itself. */
export const hooksNotJudged: ReleaseLook = async ({ step, record }) => {
  const names = record?.hooks.map((hook) => hook.name) ?? [];
  if (names.length === 0) return { findings: [], unforeseen: [] };
  const what = `hooks of ${step.component}: ${names.join(', ')}`;
  return { findings: [], unforeseen: [{ what, why: 'hooks run only in the upgrade itself' }] };
};

function makesPods(change: ObjectChange): boolean {
  return change.restartsPods || (change.change === 'created' && podMakers.has(change.object.kind));
}
