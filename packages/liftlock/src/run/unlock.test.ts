import { expect, it } from 'vitest';
import type { ReleaseStatus } from '../model/snapshot.ts';
import type { HelmRollbackStep } from '../model/step.ts';
import { readerOf, recordOf } from './fixtures.ts';
import { refusePending, unlockOwn } from './unlock.ts';
import type { World } from './world.ts';

const step = {
  kind: 'helm-rollback',
  id: 'ui/rollback',
  release: 'ui',
  namespace: 'codemie',
  version: '2.2.4',
} as HelmRollbackStep;
const pending = (revision: number, version = '2.2.4') => ({ status: 'pending-upgrade' as const, revision, version });
const nobody = { decisions: [] };
const others = 'another helm works on it';

it("O1: only the revision that this run's own helm may have made counts as left behind by it", () => {
  const tried = { wasTried: true, triedFrom: 4, tries: [4] };
  expect(() => refusePending(step, pending(5), nobody, tried)).not.toThrow();
  expect(() => refusePending(step, pending(6), nobody, tried)).toThrow(others);
  expect(() => refusePending(step, pending(5, '2.2.5'), nobody, tried)).toThrow(others);
  expect(() => refusePending(step, pending(5), nobody, { wasTried: false })).toThrow(others);
});

it("O1: the next revision after a try that has written nothing is somebody else's, and their helm may be alive", () => {
  expect(() => refusePending(step, pending(5), nobody, { wasTried: true, triedFrom: 4, tries: [] })).toThrow(others);
});

it('O1: what an earlier try left is ours too, where the later one was killed before it could unlock it', () => {
  const tried = { wasTried: true, triedFrom: 5, tries: [4, 5] };
  expect(() => refusePending(step, pending(5), nobody, tried)).not.toThrow();
  expect(() => refusePending(step, pending(7), nobody, tried)).toThrow(others);
});

it('O1: someone may vouch that a helm is dead; what is not pending locks nobody out', () => {
  const vouched = { decisions: [{ remedy: 'unlock:ui', by: 'Ada', at: '2026-11-21T10:00:00Z', how: 'flag' as const }] };
  expect(() => refusePending(step, pending(6), vouched, { wasTried: false })).not.toThrow();
  expect(() => refusePending(step, { ...pending(6), status: 'failed' }, nobody, { wasTried: false })).not.toThrow();
});

it.each<[title: string, tries: readonly number[], status: ReleaseStatus, version: string, replaced: number]>([
  ['our own that died is marked failed', [4], 'pending-rollback', '2.2.4', 1],
  ['one that is not pending is left alone', [4], 'failed', '2.2.4', 0],
  ["somebody else's, beside a try that wrote nothing", [], 'pending-upgrade', '2.2.4', 0],
  ["somebody else's, at another version", [4], 'pending-upgrade', '2.2.6', 0],
])('O1: a record: %s', async (_title, tries, status, version, replaced) => {
  const writes: string[] = [];
  const world = {
    ...nobody,
    reader: readerOf([recordOf('ui', 4, 'deployed', '2.2.5'), recordOf('ui', 5, status, version)]),
    writer: { replace: async (path: string) => void writes.push(path) },
    folder: { writeSecret: async () => undefined },
    emit: () => undefined,
  } as unknown as World;
  const refused = await unlockOwn(step, world, { wasTried: true, triedFrom: 4, tries }).then(
    () => false,
    () => true,
  );
  expect([writes.length, refused]).toEqual([replaced, status.startsWith('pending-') && replaced === 0]);
});
