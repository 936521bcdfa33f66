import { describe, expect, test } from 'vitest';
import { judge } from './judge.ts';
import { affirmed, site, evidence, found, seen, decided } from './preflight-fixtures.ts';

describe('C33: the registry key', () => {
  const aged = (ageDays: number | undefined, sinceIs: 'stated' | 'first seen' = 'stated') =>
    seen({ key: { id: 'k1', ageDays, sinceIs } });

  test.each([
    [10, []],
    [74.9, []],
    [75, ['KEY_EXPIRING warning']],
    [80, ['KEY_EXPIRING warning']],
    [90, ['KEY_EXPIRED blocker']],
    [91, ['KEY_EXPIRED blocker']],
    [undefined, ['KEY_AGE_UNKNOWN warning']],
  ])('%s days old', (age, findings) => {
    expect(found(aged(age))).toEqual(findings);
  });

  test('an expired key may be tried by name; a first-seen date is only a lower bound', () => {
    expect(found({ ...aged(91), ...decided('expired-key') })).toEqual(['KEY_EXPIRED info']);
    expect(found(aged(10, 'first seen'))).toEqual(['KEY_AGE_UNKNOWN info']);
    expect(found(aged(91, 'first seen'))).toEqual(['KEY_EXPIRED blocker']);
  });

  test('a missing pull secret blocks', () => {
    expect(found(seen({ pullSecret: { exists: false } }))).toEqual(['PULL_SECRET_MISSING blocker']);
    expect(found({ ...seen({ pullSecret: { exists: false } }), ...decided('no-pull-secret') })).toEqual([
      'PULL_SECRET_MISSING info',
    ]);
  });
});

describe('C08 C11 O24: affirmations and window', () => {
  test('what a person must say is asked for, for this version', () => {
    const findings = judge(evidence({ site: site({ affirmations: { window: affirmed.window } }) }));
    expect(findings).toMatchObject([
      { code: 'AFFIRMATION_MISSING', severity: 'blocker', remedies: [{ commands: ['--affirm release-notes=NAME'] }] },
    ]);
    const old = { 'release-notes': { by: 'Ada', version: '2.2.4' }, window: affirmed.window };
    expect(found({ site: site({ affirmations: old }) })).toEqual(['AFFIRMATION_MISSING blocker']);
    const any = { 'release-notes': { by: 'Ada' }, window: { by: 'Ada' } };
    expect(found({ site: site({ affirmations: any }) })).toEqual([]);
  });

  test('a window must be given or affirmed, open, and long enough', () => {
    const notes = { 'release-notes': affirmed['release-notes'] };
    const window = (opens: string, closes: string) => ({
      site: site({ affirmations: notes, window: { opens, closes } }),
    });
    expect(found({ site: site({ affirmations: notes }) })).toEqual(['WINDOW_MISSING blocker']);
    expect(found(window('2026-11-21T09:00:00Z', '2026-11-21T11:00:00Z'))).toEqual([]);
    expect(found(window('2026-11-21T12:00:00Z', '2026-11-21T14:00:00Z'))).toEqual(['WINDOW_CLOSED blocker']);
    expect(found(window('2026-11-21T07:00:00Z', '2026-11-21T10:00:00Z'))).toEqual(['WINDOW_CLOSED blocker']);
    expect(found(window('2026-11-21T09:00:00Z', '2026-11-21T10:19:59Z'))).toEqual(['WINDOW_TOO_SHORT blocker']);
    expect(found(window('2026-11-21T09:00:00Z', '2026-11-21T10:20:00Z'))).toEqual([]);
    expect(found({ ...window('2026-11-21T09:00:00Z', '2026-11-21T10:10:00Z'), ...decided('short-window') })).toEqual([
      'WINDOW_TOO_SHORT info',
    ]);
    expect(found({ ...window('2026-11-21T12:00:00Z', '2026-11-21T12:10:00Z'), ...decided('outside-window') })).toEqual([
      'WINDOW_CLOSED info',
      'WINDOW_TOO_SHORT blocker',
    ]);
  });
});
