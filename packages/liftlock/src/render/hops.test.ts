import { describe, expect, it } from 'vitest';
import type { Plan } from '../model/plan.ts';
import type { Step } from '../model/step.ts';
import { platform } from './fixture-platform.ts';
import { plan as onePlan } from './fixtures.ts';
import { renderPlanAs } from './plan-as.ts';
import { renderReport } from './report.ts';
import { renderRunEnd } from './run-end.ts';
import type { RunRecord, StepRecord } from './run-record.ts';
import { renderRunbook } from './runbook.ts';
import { renderRunbookScript } from './runbook-script.ts';
import { applyEntry, startView } from './run-view.ts';
import { entriesOf } from './fixture-runs.ts';

const route = [
  { from: '2.2.4', to: '2.2.5', because: ['the site stops here'] },
  { from: '2.2.5', to: '2.3.0', because: [] },
];

function ofSecond(step: Step): Step {
  return step.kind === 'helm-upgrade'
    ? {
        ...step,
        title: `${step.title} at last`,
        guideCommand: step.guideCommand?.map((word) => word.replace('2.2.5', '2.3.0')),
        chart: { ...step.chart, version: '2.3.0' },
        from: { revision: 9, version: '2.2.5' },
      }
    : step;
}

const [, second] = route;
if (second === undefined) throw new Error('two hops');
const plan: Plan = {
  ...onePlan,
  route,
  hop: 0,
  ahead: [
    {
      hop: second,
      steps: onePlan.steps.map(ofSecond),
      findings: [
        { code: 'VALUE_NOT_READ', severity: 'blocker', message: 'The new chart reads no key size.', remedies: [] },
        { code: 'DEFAULT_CHANGED', severity: 'info', message: 'Told in full alone.', remedies: [] },
      ],
      unforeseen: [{ what: 'pods', why: 'they are judged when 2.2.5 has landed' }],
    },
  ],
};
const view = { width: 100, color: false, verbose: false };

function flat(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}

describe('a plan of two hops', () => {
  it.each(['text', 'md', 'html'] as const)('shows the route, why it stops, and what lies ahead, as %s', (format) => {
    const text = flat(renderPlanAs(plan, format, view));
    for (const words of [
      '2.2.4 → 2.2.5 → 2.3.0, hop 1 of 2',
      'the site stops here',
      'for all hops',
      'as it looks now',
      'The new chart reads no key size.',
      'they are judged when 2.2.5 has landed',
      'planned and forecast again',
    ])
      expect(text).toContain(words);
    expect(text).not.toContain('Told in full alone.');
  });

  it('of one hop looks as ever', () => {
    const text = renderPlanAs(onePlan, 'text', view);
    expect(text).not.toMatch(/hop|Route:/);
  });

  it('is typed hop after hop, each step under a name of its own', () => {
    const page = flat(renderRunbook(plan, platform));
    expect(page).toContain('hop 1 of 2, 2.2.4 → 2.2.5');
    expect(page).toContain('hop 2 of 2, 2.2.5 → 2.3.0, as it looks now');
    expect(page).toContain('Before the next hop, everything must be well');
    const numbers = [...page.matchAll(/### 4\.(\d+) /g)].map(([, number]) => Number(number));
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    const script = renderRunbookScript(plan);
    const current = [...script.matchAll(/^current=([^'\s]+)$/gm)].map(([, id]) => id);
    expect(new Set(current).size).toBe(current.length);
    expect(current).toContain('hop-2/ui/upgrade');
    expect(script.indexOf('--version 2.3.0')).toBeGreaterThan(script.lastIndexOf('--version 2.2.5'));
  });
});

function record(step: Step, phase: string): StepRecord {
  return { step, phase, note: '', touched: 'yes', writes: 1, actSeconds: 1, confirmSeconds: 1, faults: [] };
}

const run: RunRecord = {
  run: '20261205-220000-ab12',
  purpose: 'upgrade',
  who: 'ada',
  decisions: [],
  plan,
  steps: plan.steps.map((step) => record(step, 'settled')),
  startedAt: '2026-12-05T22:00:00Z',
  endedAt: '2026-12-05T22:30:00Z',
  resumes: 0,
  status: 'stopped',
  stopReason: 'the maintenance window has closed',
};
const later: Plan = { ...plan, hop: 1, ahead: [], steps: plan.ahead[0]?.steps ?? [] };

describe('a run of two hops', () => {
  it('says between them what is finished and what is left', () => {
    const end = flat(renderRunEnd(run, platform, view));
    expect(end).toContain(
      'the maintenance window has closed. hop 1 of 2, 2.2.4 → 2.2.5 is finished. 1 hop left: 2.2.5 → 2.3.0.',
    );
    expect(end).toContain(`liftlock resume ${run.run}`);
    expect(flat(renderReport(run, 'text'))).toContain('1 hop: 2.2.5 → 2.3.0');
  });

  it('R14: says of an object that was deleted for an upgrade which is not done how it comes back', () => {
    const door = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', namespace: 'codemie', name: 'door' };
    const replaced: Step = {
      kind: 'replace-object',
      id: 'ui/m/door',
      title: 'Delete the Ingress',
      component: 'ui',
      object: door,
      orphansPods: false,
      risk: 'irreversible',
    };
    const at = (phase: string) => ({
      ...run,
      steps: [
        { ...record(replaced, 'settled'), touched: 'yes' as const },
        ...run.steps.map((item) => (item.step.component === 'ui' ? { ...item, phase } : item)),
      ],
    });
    const command = `liftlock restore ${run.run} --only ingress/door`;
    for (const phase of ['todo', 'failed']) expect(flat(renderRunEnd(at(phase), platform, view))).toContain(command);
    expect(flat(renderRunEnd(at('settled'), platform, view))).not.toContain('restore');
  });

  it('is reported with the steps and the writes of both', () => {
    const steps = later.steps.map((step, index) => record(step, index === 0 ? 'settled' : 'todo'));
    const both = { ...run, plan: later, steps, hops: [{ plan, steps: run.steps }] };
    const data = JSON.parse(renderReport(both, 'json')) as {
      readonly writes: number;
      readonly steps: readonly { readonly hop: number }[];
    };
    expect(data.writes).toBe(run.steps.length + steps.length);
    expect(new Set(data.steps.map(({ hop }) => hop))).toEqual(new Set([0, 1]));
    for (const format of ['text', 'md'] as const) {
      const text = flat(renderReport(both, format));
      expect(text).toContain('hop 1 of 2, 2.2.4 → 2.2.5');
      expect(text).toContain('hop 2 of 2, 2.2.5 → 2.3.0');
    }
  });

  it('shows fresh steps to onlookers when the next hop begins', () => {
    const [first = { id: '' }] = plan.steps;
    const entries = entriesOf([
      [0, { type: 'run-started', purpose: 'upgrade', who: 'ada', decisions: [] }],
      [0, { type: 'hop-planned', plan }],
      [1, { type: 'observed', step: first.id, observation: 'done', note: '' }],
      [2, { type: 'confirmed', step: first.id, note: '', seconds: 1 }],
      [3, { type: 'hop-planned', plan: later }],
    ]);
    const seen = entries.reduce(applyEntry, startView(plan));
    expect(seen.plan.hop).toBe(1);
    expect(new Set(seen.steps.map(({ look }) => look))).toEqual(new Set(['waiting']));
  });
});
