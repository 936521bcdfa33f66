import { describe, expect, it } from 'vitest';
import type { Plan } from '../model/plan.ts';
import type { Step } from '../model/step.ts';
import { platform } from './fixture-platform.ts';
import { plan } from './fixtures.ts';
import { renderRunbook } from './runbook.ts';

function withUi(change: (step: Step<'helm-upgrade'>) => Step<'helm-upgrade'>): Plan {
  return {
    ...plan,
    steps: plan.steps.map((step) => (step.kind === 'helm-upgrade' && step.component === 'ui' ? change(step) : step)),
  };
}

describe('a runbook', () => {
  it('is a page from the prerequisites to the way back', async () => {
    await expect(renderRunbook(plan, platform)).toMatchFileSnapshot('./snapshots/runbook.md');
  });

  it('never leaves a blank behind a backslash', () => {
    expect(renderRunbook(plan, platform)).not.toMatch(/\\[ \t]+$/m);
  });

  it('says no rollback where the data was migrated', () => {
    const text = renderRunbook(plan, platform);
    expect(text).toContain('**No rollback once `codemie` has started**: the API migrates its database when it starts');
    expect(text).toContain('helm rollback codemie-ui 3 --namespace codemie');
  });

  it('names the mirror where the chart comes from one', () => {
    const mirror = 'oci://mirror.example.org/vendor/codemie-ui';
    const text = renderRunbook(
      withUi((step) => ({ ...step, chart: { ...step.chart, source: mirror } })),
      platform,
    );
    expect(text).toContain(`  ${mirror} \\`);
    expect(text).toContain(
      "The chart comes from this site's mirror; the guide names oci://registry.example.com/helm-charts/codemie-ui.",
    );
  });

  it('O21: asks for the values that someone decided to keep', () => {
    const text = renderRunbook(
      withUi((step) => ({ ...step, keep: ['resources.limits.memory'] })),
      platform,
    );
    expect(text).toContain('First put the kept values into `./kept-values-ui.yaml`: only `resources.limits.memory`');
    expect(text).toMatch(/-f \.\/codemie-ui\/values-aws\.yaml \\\n {2}-f \.\/kept-values-ui\.yaml \\\n {2}--wait/);
  });

  it('has no way back for what was not there', () => {
    const text = renderRunbook(
      withUi(({ from: _from, ...step }) => ({ ...step, install: true })),
      platform,
    );
    expect(text).toContain('**This installs a release that is not there now.**');
    expect(text).toContain('# codemie-ui was not there before');
  });
});
