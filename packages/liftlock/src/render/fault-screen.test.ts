import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { foldJournal } from '../journal/fold.ts';
import type { Entry } from '../model/journal.ts';
import { renderDiagnosis } from './diagnosis.ts';
import { nextCommands, renderFault } from './fault-screen.ts';
import type { Explanation } from './fault-words.ts';
import { crashFault, entriesOf, failedRun, finishedRun, pullFault } from './fixture-runs.ts';
import { platform } from './fixture-platform.ts';
import { plan } from './fixtures.ts';
import { renderRunEnd } from './run-end.ts';
import { visibleWidth } from './wrap.ts';

const explanation: Explanation = {
  title: 'The registry refused the credentials of the cluster',
  meaning: 'The image may well exist; the key in the pull secret is wrong, expired or withdrawn.',
  whatToDo: ['Renew the key.'],
};
const explain = (code: string) => (code === 'IMAGE_PULL_UNAUTHORIZED' ? explanation : undefined);

describe('the screen of a fault', () => {
  it.each([80, 50])('says what, where, why and what to type, on %i columns', async (width) => {
    const text = renderRunEnd(foldJournal(failedRun), platform, { width, color: false, explain });
    await expect(text).toMatchFileSnapshot(`./snapshots/fault-${width}.txt`);
    for (const fact of [
      'codemie-api-6d5f9c7b84-x2v7q',
      'registry.example.com',
      'credentials',
      '401',
      'liftlock resume',
      'liftlock rollback',
      'liftlock credentials rotate',
      '4 writes',
    ]) {
      expect(text).toContain(fact);
    }
  });

  it('is the same without colours and no wider than the terminal', () => {
    for (let width = 40; width <= 120; width += 1) {
      const view = {
        width,
        color: false,
        explain,
        step: 'api/upgrade',
        touched: 'yes',
        writes: 4,
        next: nextCommands('r1', 'liftlock credentials rotate codemie', pullFault.code),
      } as const;
      const plain = renderFault(pullFault, view);
      expect(stripVTControlCharacters(renderFault(pullFault, { ...view, color: true }))).toBe(plain);
      for (const line of plain.split('\n')) expect(visibleWidth(line)).toBeLessThanOrEqual(Math.max(width, 62));
    }
  });

  it('O13: counts down what may mend itself, and shows the last lines', () => {
    const text = renderFault(crashFault, { width: 80, color: false, next: [] });
    expect(text).toContain('may mend itself: 47s left');
    expect(text).toContain('│ nginx: [emerg] host not found');
  });

  it('offers a new key only where credentials are the trouble', () => {
    expect(
      nextCommands('r1', 'liftlock credentials rotate codemie', 'CRASH_LOOP').map(({ command }) => command),
    ).toEqual(['liftlock resume r1', 'liftlock rollback r1']);
  });
});

describe('the end of a run', () => {
  it('is short when all went well', () => {
    expect(renderRunEnd(foldJournal(finishedRun), platform, { width: 80, color: false })).toMatchInlineSnapshot(`
      "✓ EPAM AI/Run CodeMie 2.2.4 → 2.2.5: 8 steps done in 5m 40s, 15 writes to the
        cluster.

        the report:
          liftlock report 20261205-2200-k7
      "
    `);
  });

  it('does not hide a check that nobody answered behind a green line', () => {
    const entries = finishedRun.map((entry): Entry =>
      entry.type === 'confirmed' && entry.step === 'check/ui'
        ? { ...entry, note: 'not verified: no url in the site file', details: { verdict: 'pending' } }
        : entry,
    );
    expect(renderRunEnd(foldJournal(entries), platform, { width: 80, color: false })).toContain(
      '  ? The web interface loads: not verified: no url in the site file',
    );
  });

  it('shows a failure without a named cause with its advice', () => {
    const problem = {
      code: 'CHECK_FAILED',
      message: 'The web interface answers 502.',
      advice: ['liftlock diagnose shows the evidence.'],
    };
    const entries = [
      ...finishedRun.slice(0, -2),
      ...entriesOf([
        [0, { type: 'confirm-failed', step: 'check/ui', problem }],
        [0, { type: 'stopped', reason: 'check/ui failed' }],
      ]),
    ];
    const text = renderRunEnd(foldJournal(entries), platform, { width: 80, color: false });
    expect(text).toContain('✗ The web interface loads failed: The web interface answers 502.');
    expect(text).toContain('This step wrote nothing to the cluster. Finished before it: mcp-connect');
    expect(text).toContain('liftlock resume 20261205-2200-k7');
  });

  it('says what is left when a person stopped it', () => {
    const entries = [
      ...finishedRun.slice(0, 6),
      ...entriesOf([[50, { type: 'stopped', reason: 'stopped on request' }]]),
    ];
    const text = renderRunEnd(foldJournal(entries), platform, { width: 80, color: false });
    expect(text).toContain('! Stopped: stopped on request. 7 steps of 8 left.');
    expect(text).toContain('Nothing was changed in the cluster.');
  });

  it('adds to a diagnosis what else was seen', () => {
    const entries = failedRun.flatMap((entry): Entry[] =>
      entry.type === 'fault' && entry.fault.isCertain ? [{ ...entry, fault: crashFault }, entry] : [entry],
    );
    const text = renderDiagnosis(foldJournal(entries), platform, { width: 80, color: false });
    expect(text.indexOf('Image pull unauthorized')).toBeLessThan(text.indexOf('Also seen'));
    expect(text).toContain('Crash loop');
    expect(plan.steps).toHaveLength(8);
  });
});
