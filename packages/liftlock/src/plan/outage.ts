import { jsonAt } from '../model/json.ts';
import type { ComponentSnapshot } from '../model/snapshot.ts';

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
