import type { PatchObjectStep, ScaleStep } from '../../model/step.ts';

/**
 * The step that puts back what another has changed, as that one has found it. Taken at its place (`always`) or only when a later
 * step fails (`on-failure`); an `always` one is taken then, too (O26).
 */
export function pairedUndo(step: PatchObjectStep, undoWhen: 'always' | 'on-failure'): PatchObjectStep;
export function pairedUndo(step: ScaleStep, undoWhen: 'always' | 'on-failure'): ScaleStep;
export function pairedUndo(
  step: PatchObjectStep | ScaleStep,
  undoWhen: 'always' | 'on-failure',
): PatchObjectStep | ScaleStep {
  // What the guide and kubectl say is about the way there.
  const { command: _command, guideCommand: _guideCommand, ...rest } = step;
  const title = `${undoWhen === 'on-failure' ? 'On failure: put' : 'Put'} back what was before: ${step.title}`;
  const pair = { id: `${step.id}/undo`, title, undoes: step.id, undoWhen };
  return rest.kind === 'scale' ? { ...rest, ...pair, replicas: 'former' } : { ...rest, ...pair };
}
