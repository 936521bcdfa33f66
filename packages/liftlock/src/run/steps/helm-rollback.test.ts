import { expect, it } from 'vitest';
import type { StepState } from '../../journal/fold.ts';
import type { ReleaseStatus } from '../../model/snapshot.ts';
import type { HelmRollbackStep } from '../../model/step.ts';
import { readerOf, recordOf } from '../fixtures.ts';
import type { World } from '../world.ts';
import { helmRollback } from './helm-rollback.ts';

const step = {
  kind: 'helm-rollback',
  id: 'ui/rollback',
  component: 'ui',
  release: 'ui',
  namespace: 'codemie',
  version: '2.2.4',
  revision: 3,
} as HelmRollbackStep;

async function looking(tried: Partial<StepState>, revision: number, status: ReleaseStatus, version: string) {
  const world = {
    decisions: [],
    plan: { state: { ui: '4 deployed 2.2.5' } },
    reader: readerOf([recordOf('ui', 3, 'superseded', '2.2.4'), recordOf('ui', revision, status, version)]),
  } as unknown as World;
  return helmRollback.observe(step, world, { wasTried: false, ...tried } as StepState).then(
    ({ observation }) => observation,
    (error: unknown) => (error as { code?: string }).code ?? String(error),
  );
}

const tried = { wasTried: true, triedFrom: 4, tries: [4] };

it.each<[title: string, Partial<StepState>, number, ReleaseStatus, string, string]>([
  ['the release is as the plan saw it', {}, 4, 'deployed', '2.2.5', 'todo'],
  ['somebody has upgraded it since the plan', {}, 5, 'deployed', '2.2.6', 'WORLD_MOVED'],
  ['our try made no revision', tried, 4, 'deployed', '2.2.5', 'todo'],
  ['our try has failed', tried, 5, 'failed', '2.2.4', 'todo'],
  ['our try was left pending', tried, 5, 'pending-rollback', '2.2.4', 'todo'],
  ['somebody has upgraded it after our try', tried, 5, 'deployed', '2.2.6', 'WORLD_MOVED'],
  ['somebody has upgraded it after the revision that our try made', tried, 6, 'deployed', '2.2.6', 'WORLD_MOVED'],
  [
    'somebody is upgrading it, and our try has written nothing',
    { ...tried, tries: [] },
    5,
    'pending-upgrade',
    '2.2.4',
    'RELEASE_PENDING',
  ],
  ['it is back', tried, 5, 'deployed', '2.2.4', 'done'],
])('a rollback: %s', async (_title, state, revision, status, version, expected) => {
  expect(await looking(state, revision, status, version)).toBe(expected);
});

it('O19: what somebody does between the look at a release and its rollback is seen before helm begins', async () => {
  const began: string[] = [];
  const world = {
    decisions: [],
    reader: readerOf([recordOf('ui', 4, 'deployed', '2.2.5'), recordOf('ui', 5, 'pending-upgrade', '2.2.6')]),
    gate: { openRun: async () => void began.push('helm') },
  } as unknown as World;
  const act = helmRollback.act(step, world, { wasTried: false, seenRevision: 4 } as StepState);
  await expect(act).rejects.toMatchObject({ code: 'WORLD_MOVED', touched: 'no' });
  expect(began).toEqual([]);
});
