import { expect, test } from 'vitest';
import type { RunState, StepState } from '../journal/fold.ts';
import type { Step } from '../model/step.ts';
import { stepState } from '../../test/support/plan-input.ts';
import { leftByRun } from './rollback-leaves.ts';

const object = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'prod', name: 'switch' };
const patch = {
  id: 'api/calm',
  kind: 'patch-object',
  title: 'Calm it',
  component: 'api',
  object,
  remove: [],
  set: [],
  risk: 'reversible',
} as const;
const undo = { ...patch, id: 'api/calm/undo', undoes: 'api/calm', undoWhen: 'on-failure' } as const;

function found(...steps: readonly (readonly [step: object, phase: StepState['phase'], more?: Partial<StepState>])[]) {
  const states = steps.map(([step, phase, more]) =>
    stepState(step as Step, phase, { touched: 'yes', wasTried: true, ...more }),
  );
  return leftByRun({ run: 'r-1', hops: [], decisions: [], steps: states } as unknown as RunState);
}

test('O26: a paired change of a killed run that was not put back is named before a rollback, with how to put it back', () => {
  const [left, ...others] = found([patch, 'settled'], [undo, 'todo', { wasTried: false, touched: 'no' }]);
  expect(others).toEqual([]);
  expect(left).toMatchObject({ code: 'ROLLBACK_LEAVES', severity: 'warning', component: 'api', object });
  expect(left?.message).toBe(
    'ConfigMap prod/switch was changed (Calm it) and was not put back: the run ended before that.',
  );
  expect(left?.remedies[0]?.commands).toEqual(['liftlock restore r-1 --only configmap/switch']);
  expect(found([patch, 'settled'], [undo, 'settled'])).toEqual([]);
  expect(found([patch, 'settled'], [undo, 'failed'])[0]?.message).toContain('putting it back has failed');
  expect(found([patch, 'acting', { touched: 'no' }])[0]?.message).toContain('stays as it is');
  expect(found([patch, 'failed', { touched: 'no' }])).toEqual([]);
});

test('O18: what other steps have made stays, and is named', () => {
  const crds = {
    id: 'c',
    kind: 'apply-crds',
    title: '',
    component: 'api',
    names: ['a.x', 'b.x'],
    chart: { name: 'api', version: '2.0.0' },
  };
  const secret = { id: 's', kind: 'create-secret', title: '', namespace: 'prod', name: 'tls' };
  const job = { id: 'j', kind: 'run-job', title: 'Run Job save' };
  expect(found([crds, 'settled'], [secret, 'settled'], [job, 'settled']).map(({ message }) => message)).toEqual([
    'The definition a.x is that of api 2.0.0, and stays: taking it back could lose custom resources.',
    'The definition b.x is that of api 2.0.0, and stays: taking it back could lose custom resources.',
    'Secret prod/tls was made by the run, and stays.',
    'Run Job save: what it has done stays.',
  ]);
});
