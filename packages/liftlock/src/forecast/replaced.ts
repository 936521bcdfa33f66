import { formatRef } from '../model/kube.ts';
import type { ObjectChange, Plan } from '../model/plan.ts';
import type { HelmStep } from './foreseen-release.ts';

/** Kinds whose pods go with them or, where they stay, are rolled by what takes them over. */
const podMakers = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job']);

/** Changes as a person sees them: what the plan deletes so that helm makes it anew is replaced, not created. */
export function withReplaced(changes: readonly ObjectChange[], step: HelmStep, plan: Plan): readonly ObjectChange[] {
  const replaced = new Set(
    plan.steps.flatMap((other) =>
      other.kind === 'replace-object' && other.component === step.component ? [formatRef(other.object)] : [],
    ),
  );
  if (replaced.size === 0) return changes;
  return changes.map((change) =>
    change.change === 'created' && replaced.has(formatRef(change.object))
      ? { ...change, change: 'replaced', restartsPods: podMakers.has(change.object.kind) }
      : change,
  );
}
