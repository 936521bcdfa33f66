import { expect, test } from 'vitest';
import type { RunState, StepState } from '../journal/fold.ts';
import type { ComponentSnapshot } from '../model/snapshot.ts';
import { decided, planInput, release, revision, stepState } from '../../test/support/plan-input.ts';
import { makePlan } from './make-plan.ts';
import { makeRollback, migrationBlockers, movedBlockers } from './make-rollback.ts';

/** A run of a plan; `states` says how far its steps came, by id. */
function runOf(states: Readonly<Record<string, Partial<StepState>>>, installs: readonly string[] = []): RunState {
  const absent = Object.fromEntries(installs.map((name) => [name, { release: undefined }]));
  const plan = makePlan(planInput({}, absent));
  return {
    run: 'r-1',
    purpose: 'upgrade',
    who: 'ada',
    decisions: [],
    plan,
    steps: plan.steps.map((step) =>
      stepState(step, states[step.id] === undefined ? 'todo' : 'settled', states[step.id]),
    ),
    startedAt: '2026-11-21T10:00:00Z',
    resumes: 0,
    hops: [],
    status: 'stopped',
  };
}

/** The releases as the run has left them: `upgraded` gained a revision. */
function after(upgraded: readonly string[]): Readonly<Record<string, Partial<ComponentSnapshot>>> {
  const revisions = [revision(1, 'superseded', '2.2.4'), revision(2, 'deployed', '2.2.5')];
  return Object.fromEntries(upgraded.map((name) => [name, { release: release(name, { revisions }) }]));
}

const done = { backup: {}, 'mcp-connect/upgrade': {}, 'mermaid/upgrade': {}, 'nats-auth-callout/upgrade': {} };
const upgraded = ['mcp-connect', 'mermaid', 'nats-auth-callout'];

test('C37: what the run changed goes back in reverse order, each release to the revision that it had', () => {
  const plan = makeRollback({ ...planInput({}, after(upgraded)), run: runOf(done) });
  expect(plan.purpose).toBe('rollback');
  expect(plan.steps.map((step) => step.id)).toEqual([
    'backup',
    'nats-auth-callout/rollback',
    'mermaid/rollback',
    'mcp-connect/rollback',
  ]);
  expect(plan.steps.flatMap((step) => (step.kind === 'helm-rollback' ? [[step.revision, step.version]] : []))).toEqual([
    [1, '2.2.4'],
    [1, '2.2.4'],
    [1, '2.2.4'],
  ]);
});

test('a step that failed before it wrote is left alone; one that wrote goes back, and one whose end is unknown', () => {
  const run = runOf({
    'mcp-connect/upgrade': {},
    'mermaid/upgrade': { phase: 'acting', touched: 'unknown' },
    'ui/upgrade': { phase: 'failed', touched: 'no' },
    'api/upgrade': { phase: 'failed', touched: 'yes' },
  });
  const plan = makeRollback({ ...planInput({}, after(['mcp-connect', 'mermaid', 'api'])), run });
  expect(plan.steps.map((step) => step.id)).toEqual([
    'backup',
    'api/rollback',
    'mermaid/rollback',
    'mcp-connect/rollback',
  ]);
});

test('O3: a release that the run installed stays', () => {
  const run = runOf(done, ['mermaid']);
  const plan = makeRollback({ ...planInput({}, after(upgraded)), run });
  expect(plan.steps.map((step) => step.id)).toEqual(['backup', 'nats-auth-callout/rollback', 'mcp-connect/rollback']);
});

test('a release that is at its former revision already is left alone; none left is said', () => {
  const plan = makeRollback({ ...planInput({}, after(['mermaid'])), run: runOf(done) });
  expect(plan.steps.map((step) => step.id)).toEqual(['backup', 'mermaid/rollback']);
  expect(() => makeRollback({ ...planInput(), run: runOf(done) })).toThrow('changed no release that could go back');
});

test('a revision that helm no longer keeps is refused, with the backup named', () => {
  const gone = { mermaid: { release: release('mermaid-server', { revisions: [revision(7, 'deployed', '2.2.5')] }) } };
  expect(() => makeRollback({ ...planInput({}, gone), run: runOf(done) })).toThrow(
    'no longer keeps revision 1 of mermaid-server',
  );
});

test('O18: no way back over migrated data, unless someone vouches for a restore', () => {
  const migrated = runOf({ 'api/upgrade': { hasMigrated: true } });
  expect(migrationBlockers(migrated, [])).toMatchObject([
    {
      code: 'ROLLBACK_PAST_MIGRATION',
      severity: 'blocker',
      component: 'api',
      remedies: [{ id: 'receipt:api', destructive: true }],
    },
  ]);
  const vouched = migrationBlockers(migrated, decided('receipt:api'));
  expect(vouched).toMatchObject([{ severity: 'info' }]);
  expect(vouched[0]?.message).toContain('Ada');
});

test('O18: an API that never started has migrated nothing, and other components migrate nothing at all', () => {
  expect(migrationBlockers(runOf({ 'api/upgrade': { hasMigrated: false } }), [])).toEqual([]);
  expect(migrationBlockers(runOf({ 'ui/upgrade': { hasMigrated: true } }), [])).toEqual([]);
});

test('O18: an act that was cut off may have migrated unseen; one that ended under watch has not', () => {
  const cut = runOf({ 'api/upgrade': { wasCutOff: true, touched: 'unknown' } });
  expect(migrationBlockers(cut, [])).toMatchObject([{ code: 'ROLLBACK_PAST_MIGRATION', severity: 'blocker' }]);
  const acting = runOf({ 'api/upgrade': { phase: 'acting' } });
  expect(migrationBlockers(acting, [])).toMatchObject([{ code: 'ROLLBACK_PAST_MIGRATION', severity: 'blocker' }]);
  expect(migrationBlockers(runOf({ 'api/upgrade': { phase: 'failed', touched: 'yes' } }), [])).toEqual([]);
});

test('O2: the way back knows what migrates, so that it can wait for it', () => {
  const plan = makeRollback({ ...planInput({}, after(['api'])), run: runOf({ 'api/upgrade': {} }) });
  const upgrade = makePlan(planInput()).steps.find((step) => step.id === 'api/upgrade');
  const marks = [upgrade, plan.steps[1]].map((step) =>
    step !== undefined && 'migrates' in step ? step.migrates : undefined,
  );
  expect(marks[0]).toBeDefined();
  expect(marks[1]).toEqual(marks[0]);
});

test('O18: a release that someone changed after the run is not rolled back silently', () => {
  const ended = { ...runOf(done), endedAt: '2026-11-21T11:00:00Z' };
  const later = (updated: string) => {
    const revisions = [revision(1, 'superseded', '2.2.4'), { ...revision(3, 'deployed' as const, '2.2.6'), updated }];
    return planInput({}, { mermaid: { release: release('mermaid-server', { revisions }) } }).snapshot;
  };
  expect(movedBlockers(ended, later('2026-11-21T10:30:00Z'), [])).toEqual([]);
  const moved = later('2026-11-21T11:30:00Z');
  expect(movedBlockers(ended, moved, [])).toMatchObject([
    { code: 'RELEASE_MOVED', severity: 'blocker', component: 'mermaid', remedies: [{ id: 'moved:mermaid' }] },
  ]);
  expect(movedBlockers(ended, moved, decided('moved:mermaid'))).toMatchObject([{ severity: 'info' }]);
});

test('O18: no way back past a migration that is called irreversible, once it was begun', () => {
  const migration = { id: 'new-store', title: 'Move to the new store', source: 'guide', isIrreversible: true };
  const run = runOf({ 'mcp-connect/upgrade': {} });
  const marked = (fields: Partial<StepState>): RunState => ({
    ...run,
    steps: run.steps.map((state) =>
      state.step.id === 'backup' ? { ...state, ...fields, step: { ...state.step, migration } } : state,
    ),
  });
  expect(migrationBlockers(marked({ wasTried: true, touched: 'yes' }), [])).toMatchObject([
    {
      code: 'ROLLBACK_PAST_MIGRATION',
      severity: 'blocker',
      remedies: [{ id: 'receipt:new-store', destructive: true }],
    },
  ]);
  expect(migrationBlockers(marked({ wasTried: true, touched: 'yes' }), decided('receipt:new-store'))).toMatchObject([
    { severity: 'info' },
  ]);
  expect(migrationBlockers(marked({ wasTried: true, touched: 'no' }), [])).toEqual([]);
  expect(migrationBlockers(marked({ wasTried: false }), [])).toEqual([]);
});

test('a run of several hops goes back within its present hop alone', () => {
  const first = runOf({ 'mcp-connect/upgrade': {} });
  const { plan } = first;
  if (plan === undefined) throw new Error('no plan');
  const fresh = plan.steps.map((step) => stepState(step, 'todo'));
  const between: RunState = { ...first, hops: [{ plan, steps: first.steps }], steps: fresh };
  expect(() => makeRollback({ ...planInput({}, after(upgraded)), run: between })).toThrow(/since 2\.2\.5 has landed/);
});

test('R14: a run that was stopped between the deletion and the upgrade says how the object comes back', () => {
  const run = runOf({});
  const replaced = {
    kind: 'replace-object',
    id: 'ui/m/door',
    title: 'x',
    component: 'ui',
    object: { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', namespace: 'codemie', name: 'door' },
    orphansPods: false,
    risk: 'irreversible',
  } as const;
  const back = (steps: readonly StepState[]) => () => makeRollback({ ...planInput(), run: { ...run, steps } });
  expect(back([stepState(replaced, 'settled'), ...run.steps])).toThrow(
    expect.objectContaining({ advice: [expect.stringContaining('liftlock restore r-1 --only ingress/door')] }),
  );
  expect(back([stepState(replaced, 'settled', { wasTried: false, touched: 'no' }), ...run.steps])).toThrow(
    expect.objectContaining({ advice: [] }),
  );
});
