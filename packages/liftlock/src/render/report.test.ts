import { describe, expect, it } from 'vitest';
import { foldJournal } from '../journal/fold.ts';
import { failedRun, finishedRun } from './fixture-runs.ts';
import { platform } from './fixture-platform.ts';
import { renderHistory } from './history.ts';
import { renderPlatform } from './platform.ts';
import { renderReport } from './report.ts';
import { renderStatus } from './status.ts';

describe('after a run', () => {
  it.each(['text', 'md'] as const)(
    'the report says who, when, what, how long, and what is left (%s)',
    async (format) => {
      const text = renderReport(foldJournal(failedRun), format, { width: 80, color: false });
      await expect(text).toMatchFileSnapshot(`./snapshots/report.${format === 'md' ? 'md' : 'txt'}`);
      for (const fact of ['r.ahn', 'CHG-4711', '16 writes', 'IMAGE_PULL_UNAUTHORIZED', 'liftlock resume'])
        expect(text).toContain(fact);
    },
  );

  it('the report for machines is one object', () => {
    const report = JSON.parse(renderReport(foldJournal(finishedRun), 'json')) as Record<string, unknown>;
    expect(report).toMatchObject({ kind: 'Report', status: 'finished', touched: 'yes', writes: 15, seconds: 340 });
    expect(report['steps']).toHaveLength(8);
  });

  it('the history has a row a run', () => {
    const runs = [failedRun, finishedRun].map((entries) => ({ site: 'codemie-prod', state: foldJournal(entries) }));
    expect(renderHistory(runs, { width: 80, color: false })).toMatchInlineSnapshot(`
      "RUN               SITE          ROUTE          OUTCOME     TOOK
      20261205-2200-k7  codemie-prod  2.2.4 → 2.2.5  stopped   3m 46s
      20261205-2200-k7  codemie-prod  2.2.4 → 2.2.5  finished  5m 40s
      "
    `);
    expect(renderHistory([], { width: 80, color: false })).toContain('knows no run yet');
  });
});

describe('what is there', () => {
  it('O12: the status tells current, behind, partly and absent apart', () => {
    const component = (name: string) => ({ name, title: name, release: `codemie-${name}` });
    const text = renderStatus(
      {
        platform: 'EPAM AI/Run CodeMie',
        site: 'codemie-prod',
        server: 'https://k8s.example.com:6443',
        namespace: 'codemie',
        target: '2.2.5',
        components: [
          { ...component('mcp-connect'), installed: '2.2.5', state: 'current' },
          { ...component('mermaid'), installed: '2.2.4', partlyAt: '2.2.5', partlyStatus: 'failed', state: 'partly' },
          { ...component('ui'), state: 'absent' },
          { ...component('api'), installed: '2.2.4', state: 'behind' },
        ],
        lastRun: {
          run: '20261205-2200-k7',
          status: 'stopped',
          startedAt: '2026-12-05T22:00:00Z',
          reason: 'api/upgrade failed',
        },
      },
      { width: 80, color: false },
    );
    expect(text).toMatchInlineSnapshot(`
      "EPAM AI/Run CodeMie
      site     codemie-prod · namespace codemie
      cluster  https://k8s.example.com:6443

      COMPONENT    RELEASE              INSTALLED  TARGET  STANDS
      mcp-connect  codemie-mcp-connect  2.2.5      2.2.5   current
      mermaid      codemie-mermaid      2.2.4      2.2.5   partly: 2.2.5 failed
      ui           codemie-ui           -          2.2.5   absent
      api          codemie-api          2.2.4      2.2.5   behind

      Last run 20261205-2200-k7, 2026-12-05 22:00 UTC: stopped: api/upgrade failed
        liftlock resume 20261205-2200-k7
      "
    `);
  });

  it('a definition is shown in its order', async () => {
    await expect(renderPlatform(platform)).toMatchFileSnapshot('./snapshots/platform.txt');
  });
});
