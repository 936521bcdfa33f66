import type { Json } from '../../model/json.ts';
import type { ObjectRef } from '../../model/kube.ts';
import type { PatchObjectStep } from '../../model/step.ts';
import { fieldPatch, parseFieldPath, type FieldPatch } from '../../release/field-path.ts';

export interface PatchFacts {
  readonly id: string;
  readonly title: string;
  readonly component: string;
  readonly object: ObjectRef;
  readonly remove: readonly string[];
  readonly set?: readonly { readonly path: string; readonly value: Json }[] | undefined;
  readonly risk: PatchObjectStep['risk'];
}

/** Removes or sets single fields of one object; the former object is kept with the run. */
export function patchObjectStep(facts: PatchFacts): PatchObjectStep {
  const set = facts.set ?? [];
  return {
    kind: 'patch-object',
    id: facts.id,
    title: facts.title,
    component: facts.component,
    object: facts.object,
    remove: facts.remove,
    set,
    command: kubectlPatch(facts.object, patchOf({ remove: facts.remove, set })),
    risk: facts.risk,
  };
}

/** What the API server is sent. */
export function patchOf(step: Pick<PatchObjectStep, 'remove' | 'set'>): FieldPatch {
  return fieldPatch(
    step.remove.map(parseFieldPath),
    step.set.map(({ path, value }) => ({ path: parseFieldPath(path), value })),
  );
}

/** The same patch by kubectl, argument by argument. */
export function kubectlPatch(object: ObjectRef, { patch, type }: FieldPatch): readonly string[] {
  return [
    'kubectl',
    'patch',
    object.kind.toLowerCase(),
    object.name,
    ...(object.namespace === undefined ? [] : ['--namespace', object.namespace]),
    '--type',
    type,
    '--patch',
    JSON.stringify(patch),
  ];
}
