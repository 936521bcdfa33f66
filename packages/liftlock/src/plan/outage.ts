import { jsonAt } from '../model/json.ts';
import { formatRef } from '../model/kube.ts';
import type { ComponentPlan } from '../model/plan.ts';
import type { ComponentSnapshot } from '../model/snapshot.ts';
import type { Step } from '../model/step.ts';

/** Whether users will notice the restart of a component, judged from its live workloads (O30). */
export function outageOf(snapshot: ComponentSnapshot): { readonly expected: boolean; readonly why: string } {
  for (const workload of snapshot.workloads) {
    const name = `${workload.kind} ${workload.metadata.name}`;
    const replicas = Number(jsonAt(workload.spec, ['replicas']) ?? 1);
    const strategy = jsonAt(workload.spec, ['strategy', 'type']);
    if (strategy === 'Recreate')
      return { expected: true, why: `${name} is stopped before its new pods start (Recreate)` };
    if (workload.kind === 'StatefulSet' && replicas <= 1) {
      return { expected: true, why: `${name} has one replica, which is stopped before the new one starts` };
    }
  }
  return { expected: false, why: 'pods are replaced one after another' };
}

/** What the way to an object's users is, besides its pods. */
const doors = new Set(['Ingress', 'Service', 'HTTPRoute', 'Gateway']);

/** The same with what remedies do: what they delete before helm makes it anew is away in between (O30). */
export function outageWith(
  steps: readonly Step[],
  { name, release, outage }: Pick<ComponentPlan, 'name' | 'release' | 'outage'>,
): ComponentPlan['outage'] {
  const own = steps.filter((step) => step.component === name);
  if (own.some((step) => step.kind === 'helm-uninstall'))
    return { expected: true, why: `release ${release} is uninstalled, and away until it is installed again` };
  for (const step of own) {
    if (step.kind !== 'replace-object') continue;
    const { object, orphansPods } = step;
    if (doors.has(object.kind))
      return { expected: true, why: `${formatRef(object)} is deleted and made anew: its address may be another` };
    const hasPods = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet'].includes(object.kind);
    if (hasPods && !orphansPods)
      return { expected: true, why: `${formatRef(object)} is deleted, and its pods with it, before new ones start` };
  }
  return outage;
}
