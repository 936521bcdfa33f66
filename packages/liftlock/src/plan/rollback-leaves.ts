import { allSteps, type RunState, type StepState } from '../journal/fold.ts';
import type { Finding } from '../model/finding.ts';
import { formatRef, type ObjectRef } from '../model/kube.ts';
import { isPairedUndo, type Step } from '../model/step.ts';

/** What one step of a run has left that no rollback of a release takes back. */
interface Left {
  readonly object?: ObjectRef | undefined;
  readonly what: string;
  /** It is in the run's backup. */
  readonly isKept: boolean;
}

/**
 * What a run has changed beside its releases, and what therefore stays when they go back: told before the yes. helm knows nothing of
 * it. Changes that were to be put back when something failed, and were not since the run was killed, are among it.
 */
export function leftByRun(run: RunState): readonly Finding[] {
  return allSteps(run).flatMap((state): readonly Finding[] => {
    if (!state.wasTried || (state.touched === 'no' && state.phase !== 'acting')) return [];
    return leftOf(state.step, run).map(({ object, what, isKept }) => ({
      code: 'ROLLBACK_LEAVES',
      severity: 'warning',
      ...(state.step.component === undefined ? {} : { component: state.step.component }),
      ...(object === undefined ? {} : { object }),
      message: what,
      remedies: isKept && object !== undefined ? [putBack(object, run.run)] : [],
    }));
  });
}

function putBack(object: ObjectRef, run: string): Finding['remedies'][number] {
  const name = `${object.kind.toLowerCase()}/${object.name}`;
  return {
    id: `restore:${name}`,
    title: 'Put it back as it was before the run, after the rollback',
    destructive: false,
    commands: [`liftlock restore ${run} --only ${name}`],
  };
}

function leftOf(step: Step, { steps, decisions }: RunState): readonly Left[] {
  switch (step.kind) {
    case 'patch-object':
    case 'scale': {
      if (isPairedUndo(step)) return [];
      const undo = steps.find((other) => isPairedUndo(other.step) && other.step.undoes === step.id);
      if (undo?.phase === 'settled') return [];
      const { object } = step;
      return [{ object, what: `${formatRef(object)} was changed (${step.title}) and ${whyNot(undo)}.`, isKept: true }];
    }
    case 'apply-crds':
      return step.names.map((name) => ({
        object: { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name },
        what: `The definition ${name} is that of ${step.chart.name} ${step.chart.version}, and stays: taking it back could lose custom resources.`,
        isKept: false,
      }));
    case 'create-secret': {
      const object = { apiVersion: 'v1', kind: 'Secret', namespace: step.namespace, name: step.name };
      const isKept = decisions.some(({ remedy }) => remedy === `replace:secret/${step.name}`);
      const how = isKept ? 'written over' : 'made';
      return [{ object, what: `${formatRef(object)} was ${how} by the run, and stays.`, isKept }];
    }
    case 'run-job':
    case 'local-command':
      return [{ what: `${step.title}: what it has done stays.`, isKept: false }];
    default:
      return [];
  }
}

function whyNot(undo: StepState | undefined): string {
  if (undo === undefined) return 'stays as it is';
  return undo.phase === 'failed' || undo.phase === 'acting'
    ? 'putting it back has failed'
    : 'was not put back: the run ended before that';
}
