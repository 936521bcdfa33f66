import { expect, it } from 'vitest';
import type { HelmRollbackStep } from '../model/step.ts';
import { refusePending } from './unlock.ts';

const step = { release: 'ui', namespace: 'codemie' } as HelmRollbackStep;
const pending = (revision: number) => ({ status: 'pending-upgrade', revision });
const nobody = { decisions: [] };

it("O1: only the revision that this run's own helm made counts as left behind by it", () => {
  const tried = { wasTried: true, triedFrom: 4 };
  expect(() => refusePending(step, pending(5), nobody, tried)).not.toThrow();
  expect(() => refusePending(step, pending(6), nobody, tried)).toThrow('another helm works on it');
  expect(() => refusePending(step, pending(5), nobody, { wasTried: false })).toThrow('another helm works on it');
});

it('O1: what an earlier try left is ours too, where the later one was killed before it could unlock it', () => {
  const tried = { wasTried: true, triedFrom: 5, tries: [4, 5] };
  expect(() => refusePending(step, pending(5), nobody, tried)).not.toThrow();
  expect(() => refusePending(step, pending(7), nobody, tried)).toThrow('another helm works on it');
});

it('O1: someone may vouch that a helm is dead; what is not pending locks nobody out', () => {
  const vouched = { decisions: [{ remedy: 'unlock:ui', by: 'Ada', at: '2026-11-21T10:00:00Z', how: 'flag' as const }] };
  expect(() => refusePending(step, pending(6), vouched, { wasTried: false })).not.toThrow();
  expect(() => refusePending(step, { status: 'failed', revision: 6 }, nobody, { wasTried: false })).not.toThrow();
});
