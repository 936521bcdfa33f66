import type { ClusterReader } from '../model/ports.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Step } from '../model/step.ts';
import { stepPermissions, type ResolveKind } from '../plan/step-permissions.ts';
import { missingPermissions } from '../snapshot/permissions.ts';
import { readServedKinds } from '../snapshot/served-kinds.ts';

type NamedKind = Parameters<ResolveKind>[0];

/** Adds what is missing for the steps of a plan: which those are is known only when it is made. */
export async function withStepPermissions(
  snapshot: Snapshot,
  steps: readonly Step[],
  reader: Pick<ClusterReader, 'canI' | 'find'>,
): Promise<Snapshot> {
  const resolve = await readServedKinds(reader, namedKinds(steps));
  const needed = steps.flatMap((step) => stepPermissions(step, resolve));
  if (needed.length === 0) return snapshot;
  const known = new Set(snapshot.missingPermissions.map(keyOf));
  const missing = (await missingPermissions(reader, needed)).filter((item) => !known.has(keyOf(item)));
  return { ...snapshot, missingPermissions: [...snapshot.missingPermissions, ...missing] };
}

/** Kinds that steps name, for discovery to say how they are served. */
export function namedKinds(steps: readonly Step[]): readonly NamedKind[] {
  return steps.flatMap((step): readonly NamedKind[] => {
    if (step.kind === 'await-condition') return step.objects === undefined ? [] : [step.objects];
    return 'object' in step ? [step.object] : [];
  });
}

function keyOf({ verb, resource, namespace }: Snapshot['missingPermissions'][number]): string {
  return `${verb} ${resource} ${namespace}`;
}
