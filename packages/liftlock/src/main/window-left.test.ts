import { expect, it } from 'vitest';
import { evidence, site } from '../findings/preflight-fixtures.ts';
import type { Plan } from '../model/plan.ts';
import { decisionsOf } from './decisions.ts';
import { windowLeft } from './window-left.ts';

const now = new Date('2026-11-21T12:00:00Z');

/** What a run has left: the upgrade of the API, 10 minutes at worst; the web is done. */
const left = {
  route: [{ from: '2.2.4', to: '2.2.5' }],
  components: [
    { name: 'web', worstSeconds: 6000 },
    { name: 'api', worstSeconds: 600 },
  ],
  steps: [{ kind: 'helm-upgrade', component: 'api' }],
} as unknown as Plan;

function found(window: Record<string, string> | undefined, ...allow: readonly string[]): readonly string[] {
  const parts = { ...evidence(), site: site({ affirmations: {}, ...(window === undefined ? {} : { window }) }), now };
  return windowLeft(parts, left, decisionsOf(allow, 'Ada', now)).map(({ code, severity }) => `${code} ${severity}`);
}

it('O24: what a run has left is judged by the window again, unless that is allowed now', () => {
  const past = { opens: '2026-11-21T08:00:00Z', closes: '2026-11-21T11:00:00Z' };
  const short = { opens: '2026-11-21T08:00:00Z', closes: '2026-11-21T12:09:00Z' };
  // Long enough for what is left, not for the whole upgrade.
  const enough = { opens: '2026-11-21T08:00:00Z', closes: '2026-11-21T12:11:00Z' };
  expect(found(past)).toEqual(['WINDOW_CLOSED blocker']);
  expect(found(past, 'outside-window')).toEqual(['WINDOW_CLOSED info']);
  expect(found(short)).toEqual(['WINDOW_TOO_SHORT blocker']);
  expect(found(short, 'short-window')).toEqual(['WINDOW_TOO_SHORT info']);
  expect(found(enough)).toEqual([]);
  expect(found(undefined)).toEqual([]);
});
