import { describe, expect, it } from 'vitest';
import type { Entry, EntryBody } from '../model/journal.ts';
import type { Plan } from '../model/plan.ts';
import type { HelmUpgradeStep, Step } from '../model/step.ts';
import { rollbackOnFailure } from '../plan/steps/on-failure.ts';
import { foldJournal } from './fold.ts';
import { nextAction } from './next-action.ts';

const upgrade: HelmUpgradeStep = {
  kind: 'helm-upgrade',
  id: 'coder/upgrade',
  title: 'Upgrade Coder',
  component: 'coder',
  release: 'coder',
  namespace: 'coder',
  chart: { reference: 'r', source: 'r', name: 'coder', version: '1.16.1', digest: 'sha256:1' },
  install: false,
  values: [],
  keep: [],
  timeoutSeconds: 300,
  from: { revision: 4, version: '1.15.3' },
  risk: 'reversible',
};
const undo = rollbackOnFailure(upgrade);
const check: Step = { kind: 'check', id: 'check/pods', title: 'p', check: 'pods', settings: {}, risk: 'none' };
const recreate: Step = {
  kind: 'replace-object',
  id: 'coder/recreate/service/cemanager',
  title: 'x',
  component: 'coder',
  object: { apiVersion: 'v1', kind: 'Service', name: 'cemanager', namespace: 'coder' },
  orphansPods: false,
  risk: 'irreversible',
};
const back = 'coder/rollback-on-failure';

function stateAfter(bodies: readonly EntryBody[], steps: readonly Step[] = stepsOf(upgrade)) {
  const all: readonly EntryBody[] = [
    { type: 'run-started', purpose: 'upgrade', who: 'someone', decisions: [] },
    { type: 'hop-planned', plan: { steps, decisions: [] } as unknown as Plan },
    ...bodies,
  ];
  const entries: readonly Entry[] = all.map((body, index) => ({
    ...body,
    run: 'r',
    sequence: index + 1,
    at: '2026-01-01T00:00:00.000Z',
  }));
  return foldJournal(entries);
}

function stepsOf(step: HelmUpgradeStep): readonly Step[] {
  return undo === undefined ? [] : [step, undo, check];
}

const problem = { code: 'NOT_READY', message: 'not ready', advice: [] };
const begun: readonly EntryBody[] = [
  { type: 'observed', step: upgrade.id, observation: 'todo', note: '', revision: 4 },
  { type: 'act-started', step: upgrade.id },
];
const failed: readonly EntryBody[] = [
  ...begun,
  { type: 'act-ended', step: upgrade.id, outcome: 'failed', touched: 'yes', writes: 3, seconds: 1, problem },
];
const wentBack: readonly EntryBody[] = [
  { type: 'observed', step: back, observation: 'todo', note: '', revision: 5 },
  { type: 'act-started', step: back },
];
const isBack: readonly EntryBody[] = [
  ...wentBack,
  { type: 'act-ended', step: back, outcome: 'done', touched: 'yes', writes: 3, seconds: 1 },
  { type: 'confirmed', step: back, note: 'back at 1.15.3', seconds: 1 },
];

describe('O3: the way back from a failed upgrade', () => {
  it('names the revision and the time of the upgrade', () => {
    expect(undo?.command?.join(' ')).toBe('helm rollback coder 4 --namespace coder --wait --timeout 300s');
  });

  it('is not taken when nothing failed', () => {
    const done: readonly EntryBody[] = [
      ...begun,
      { type: 'act-ended', step: upgrade.id, outcome: 'done', touched: 'yes', writes: 3, seconds: 1 },
      { type: 'confirmed', step: upgrade.id, note: '', seconds: 1 },
    ];
    expect(nextAction(stateAfter(done))).toMatchObject({ do: 'observe', step: { id: 'check/pods' } });
  });

  it('is taken after a failure that touched the cluster, and then the run stops with that failure', () => {
    expect(nextAction(stateAfter(failed))).toMatchObject({ do: 'observe', step: { id: back } });
    expect(nextAction(stateAfter([...failed, ...isBack]))).toMatchObject({ do: 'stop', step: { id: upgrade.id } });
  });

  it('is taken as well when helm was content and the result is not healthy', () => {
    const sick: readonly EntryBody[] = [
      ...begun,
      { type: 'act-ended', step: upgrade.id, outcome: 'done', touched: 'yes', writes: 3, seconds: 1 },
      { type: 'confirm-failed', step: upgrade.id, problem },
    ];
    expect(nextAction(stateAfter(sick))).toMatchObject({ do: 'observe', step: { id: back } });
  });

  it.each<[string, readonly EntryBody[], readonly Step[]]>([
    [
      'nothing was written',
      [
        ...begun,
        { type: 'act-ended', step: upgrade.id, outcome: 'failed', touched: 'no', writes: 0, seconds: 1, problem },
      ],
      stepsOf(upgrade),
    ],
    [
      'a person ended it',
      [
        ...begun,
        {
          type: 'act-ended',
          step: upgrade.id,
          outcome: 'failed',
          touched: 'yes',
          writes: 1,
          seconds: 1,
          problem: { ...problem, code: 'STOPPED' },
        },
      ],
      stepsOf(upgrade),
    ],
    ...['FOREIGN_REVISION', 'WORLD_MOVED', 'LEASE_LOST', 'REPLICA_UNWRITABLE', 'CLUSTER_UNREACHABLE'].map(
      (code): [string, readonly EntryBody[], readonly Step[]] => [
        `somebody else is at the release, or nothing is wrong with it (${code})`,
        [...failed, { type: 'confirm-failed', step: upgrade.id, problem: { ...problem, code } }],
        stepsOf(upgrade),
      ],
    ),
    [
      'data was migrated',
      [...failed, { type: 'migration-started', step: upgrade.id, note: '' }],
      stepsOf({ ...upgrade, migrates: { containers: ['api'], note: '' } }),
    ],
    ['it is a first installation', failed, stepsOf({ ...upgrade, install: true })],
    ['it is a reinstallation', failed, stepsOf({ ...upgrade, reinstalls: true })],
    [
      'an object was deleted to be made anew before it',
      [
        { type: 'observed', step: recreate.id, observation: 'todo', note: '' },
        { type: 'act-started', step: recreate.id },
        { type: 'act-ended', step: recreate.id, outcome: 'done', touched: 'yes', writes: 1, seconds: 1 },
        { type: 'confirmed', step: recreate.id, note: '', seconds: 1 },
        ...failed,
      ],
      [recreate, ...stepsOf(upgrade)],
    ],
  ])('is not taken when %s: the run stops and asks', (_why, bodies, steps) => {
    expect(nextAction(stateAfter(bodies, steps))).toMatchObject({ do: 'stop', step: { id: upgrade.id } });
  });

  it('is finished first where it was cut off, and only then the upgrade is tried again', () => {
    const cut: readonly EntryBody[] = [...failed, ...wentBack, { type: 'resumed', who: 'x' }];
    expect(nextAction(stateAfter(cut))).toMatchObject({ do: 'observe', step: { id: back } });
    const finished = [...cut, ...isBack];
    expect(nextAction(stateAfter(finished))).toMatchObject({ do: 'stop', step: { id: upgrade.id } });
    const again: readonly EntryBody[] = [...finished, { type: 'resumed', who: 'x' }];
    expect(nextAction(stateAfter(again))).toMatchObject({ do: 'observe', step: { id: upgrade.id } });
    expect(nextAction(stateAfter([...again, ...failed]))).toMatchObject({ do: 'observe', step: { id: back } });
  });

  it('makes the revision from which a new try of the upgrade begins', () => {
    const [tried] = stateAfter([...failed, ...isBack, { type: 'resumed', who: 'x' }]).steps;
    expect(tried).toMatchObject({ step: { id: upgrade.id }, wasTried: true, triedFrom: 6 });
  });

  it('has no step where there is no revision to go back to', () => {
    const { from: _from, ...first } = upgrade;
    expect(rollbackOnFailure(first)).toBeUndefined();
    expect(rollbackOnFailure({ ...upgrade, install: true })).toBeUndefined();
    expect(rollbackOnFailure({ ...upgrade, reinstalls: true })).toBeUndefined();
  });
});
