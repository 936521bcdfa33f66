import { expect, it } from 'vitest';
import type { World } from '../world.ts';
import { affirmed } from './check-result.ts';

function by(affirmation: { readonly by: string; readonly version?: string }): unknown {
  const site = { checks: {}, affirmations: { login: affirmation } };
  const world = { site, plan: { route: [{ from: '2.2.4', to: '2.2.5' }] } } as unknown as World;
  return affirmed({ id: 'login' }, world)?.details?.['affirmedBy'];
}

it('what someone affirmed of a check counts for the version that was looked at', () => {
  expect(by({ by: 'Ada', version: '2.2.5' })).toBe('Ada');
  expect(by({ by: 'Ada' })).toBe('Ada');
  expect(by({ by: 'Ada', version: '2.2.4' })).toBe(undefined);
});
