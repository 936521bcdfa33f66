import type { Plan } from '../model/plan.ts';
import type { KubeObject, ObjectRef } from '../model/kube.ts';
import type { ForeseenWorld } from '../model/ports.ts';
import { isProblem } from '../model/problem.ts';
import type { PatchObjectStep } from '../model/step.ts';
import { patchOf } from '../plan/steps/patch-object.ts';
import { objectPath } from '../snapshot/object-path.ts';
import type { HelmStep, LookParts } from './foreseen-release.ts';

export interface WorldParts extends Pick<LookParts, 'reader' | 'writer'> {
  /** helm's records as they will be, of releases that are unlocked first. */
  readonly records?: readonly KubeObject[] | undefined;
}

/** The cluster as it will be when a helm step begins: with what the plan's steps of the same component do before it. */
export async function foreseenWorld(step: HelmStep, plan: Plan, parts: WorldParts): Promise<ForeseenWorld> {
  const objects: KubeObject[] = [];
  const absent: ObjectRef[] = [];
  for (const earlier of plan.steps.slice(0, plan.steps.indexOf(step))) {
    if (earlier.component !== step.component) continue;
    if (earlier.kind === 'replace-object') absent.push(earlier.object);
    if (earlier.kind === 'patch-object') {
      const patched = await patchedObject(earlier, parts);
      if (patched !== undefined) objects.push(patched);
    }
  }
  return { records: parts.records ?? [], objects, absent };
}

/** The object as it would be after the patch; undefined where that cannot be asked: then the live one is looked at. */
async function patchedObject(
  step: PatchObjectStep,
  { reader, writer }: Pick<WorldParts, 'reader' | 'writer'>,
): Promise<KubeObject | undefined> {
  const { patch, type } = patchOf(step);
  try {
    return await writer.dryRunPatch(await objectPath(reader, step.object), patch, type);
  } catch (error) {
    if (isProblem(error)) return undefined;
    throw error;
  }
}
