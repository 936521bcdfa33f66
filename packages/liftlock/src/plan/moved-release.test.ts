import { expect, test } from 'vitest';
import type { Release, ReleaseStatus } from '../model/snapshot.ts';
import type { HelmUpgradeStep } from '../model/step.ts';
import { movedRelease, movedRemedy } from './moved-release.ts';
import type { Tried } from './own-revision.ts';

const step = { kind: 'helm-upgrade', component: 'web', chart: { version: '2.2.5' } } as HelmUpgradeStep;
const reinstall = { ...step, reinstalls: true };
const second = { ...step, follows: 'web/upgrade' };

function at(revision: number, status: ReleaseStatus, version: string): Pick<Release, 'newest'> {
  return { newest: { revision, status, version, chart: 'web', appVersion: '', updated: '', description: '' } };
}

const untried: Tried = { wasTried: false };
/** Our helm began at revision 3, and has written, or may have. */
const tried: Tried = { wasTried: true, triedFrom: 3, tries: [3] };
const state = { web: '3 deployed 2.2.4' };

test.each<[title: string, tried: Tried, release: Pick<Release, 'newest'> | undefined, isMoved: boolean]>([
  ['as the plan saw it', untried, at(3, 'deployed', '2.2.4'), false],
  ['another revision since the plan', untried, at(4, 'deployed', '2.2.4'), true],
  ['another status since the plan', untried, at(3, 'pending-upgrade', '2.2.4'), true],
  ['uninstalled since the plan', untried, undefined, true],
  ['what our helm has left', tried, at(4, 'failed', '2.2.5'), false],
  ['what our helm has left when it died', tried, at(4, 'pending-upgrade', '2.2.5'), false],
  ['our helm made no revision', tried, at(3, 'deployed', '2.2.4'), false],
  ['a revision after ours', tried, at(5, 'failed', '2.2.5'), true],
  ['a rollback by hand after ours', tried, at(5, 'deployed', '2.2.4'), true],
  ['the next revision is of another version', tried, at(4, 'deployed', '2.2.6'), true],
  ['our helm is known to have written nothing', { ...tried, tries: [] }, at(4, 'deployed', '2.2.5'), true],
  ['only a former try has written', { ...tried, triedFrom: 4, tries: [3] }, at(5, 'pending-upgrade', '2.2.5'), true],
  ['uninstalled since our try', tried, undefined, true],
  ['a first installation that left nothing', { ...tried, triedFrom: 0 }, undefined, false],
  ['a journal of an older version', { ...tried, triedFrom: undefined }, at(9, 'deployed', '2.2.4'), false],
])('O19: %s', (_title, how, release, isMoved) => {
  expect(movedRelease(step, { state, decisions: [] }, how, release) !== undefined).toBe(isMoved);
});

test("O19: this run's own uninstall, and its own first upgrade of two, are nobody else's", () => {
  expect(movedRelease(reinstall, { state, decisions: [] }, untried, undefined)).toBeUndefined();
  expect(movedRelease(reinstall, { state, decisions: [] }, tried, undefined)).toBeUndefined();
  expect(movedRelease(second, { state, decisions: [] }, untried, at(4, 'deployed', '2.2.5'))).toBeUndefined();
});

test('the consent is for one revision: a later one needs its own', () => {
  const decisions = [{ remedy: movedRemedy('web', 5), by: 'Ada', at: '', how: 'flag' as const }];
  expect(movedRelease(step, { state, decisions }, tried, at(5, 'deployed', '2.2.4'))).toBeUndefined();
  expect(movedRelease(step, { state, decisions }, tried, at(6, 'deployed', '2.2.4'))).toEqual({
    was: 'at revision 3 when this run tried',
    is: 'deployed at 2.2.4 (revision 6)',
    revision: 6,
  });
});
