import { afterAll, beforeAll, expect, it } from 'vitest';
import { affirmed, openScene, type HelmName, type Scene } from './support/stage.ts';

const release = 'mermaid-server';
const memory = 'spec.template.spec.containers[mermaid-server].resources.limits.memory';

interface PlanAnswer {
  readonly forecast: {
    readonly findings: readonly {
      readonly code: string;
      readonly severity: string;
      readonly field?: string;
      readonly message: string;
    }[];
    readonly changes: Readonly<
      Record<string, readonly { readonly fields: readonly { readonly path: string; readonly because?: string }[] }[]>
    >;
  };
}

let scene: Scene;
beforeAll(async () => {
  scene = await openScene({ releases: [release] });
});
afterAll(async () => scene.close());

const upgrade = ['--version', '2.2.5', '--only', 'mermaid', '--allow', 'unhealthy:mermaid', ...affirmed];

async function plan(): Promise<PlanAnswer['forecast']> {
  const { stdout } = await scene.operator.run('plan', '-f', scene.stage.siteFile, ...upgrade, '-o', 'json');
  return (JSON.parse(stdout) as PlanAnswer).forecast;
}

async function found(): Promise<readonly string[]> {
  const { findings } = await plan();
  return findings
    .filter(({ code }) => code === 'LIVE_EDIT_UNDONE' || code === 'REPLICAS_UNDER_HPA')
    .map(({ code, severity, field }) => `${code} ${severity} ${field ?? ''}`);
}

/** As `kubectl patch` would. */
async function edit(spec: object): Promise<void> {
  const path = `/apis/apps/v1/namespaces/${scene.namespace}/deployments/${release}?fieldManager=kubectl-patch`;
  await scene.sandbox.api.patch(path, { spec }, 'strategic');
}

it('O21: on a release that nobody touched, every field is of the chart or the values', async () => {
  const { findings, changes } = await plan();
  expect(findings.map(({ code }) => code)).not.toContain('LIVE_EDIT_UNDONE');
  expect(findings.map(({ code }) => code)).not.toContain('REPLICAS_UNDER_HPA');
  const fields = (changes['mermaid'] ?? []).flatMap((change) => change.fields);
  expect(fields.length).toBeGreaterThan(0);
  expect(new Set(fields.map(({ because }) => because))).toEqual(new Set(['chart or values']));
});

it('O21: a live edit that the upgrade undoes is named with its manager, and shown field by field', async () => {
  const containers = [{ name: release, resources: { limits: { memory: '1Gi' } } }];
  await edit({ replicas: 2, template: { spec: { containers } } });
  const { findings } = await plan();
  const undone = findings.filter(({ code }) => code === 'LIVE_EDIT_UNDONE');
  expect(undone.map(({ severity, field }) => [severity, field?.split(', ').toSorted()])).toEqual([
    ['warning', ['spec.replicas', memory]],
  ]);
  expect(undone[0]?.message).toContain(`${memory} (by kubectl-patch, 20`);
  const first = await scene.operator.run('plan', '-f', scene.stage.siteFile, ...upgrade);
  expect(first.stdout).toContain('LIVE_EDIT_UNDONE');
  expect(first.stdout.replaceAll(/\s+/g, ' ')).toContain('by kubectl-patch, 20');
  const screen = await scene.operator.run('plan', '-f', scene.stage.siteFile, ...upgrade, '--verbose');
  expect(screen.stdout.replaceAll(/\s+/g, ' ')).toContain('undoes a live edit by kubectl-patch');
});

it('O21: replicas that an autoscaler moves are a finding of their own', async () => {
  const autoscalers = `/apis/autoscaling/v2/namespaces/${scene.namespace}/horizontalpodautoscalers`;
  await scene.sandbox.api.create(autoscalers, {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: release },
    spec: {
      minReplicas: 2,
      maxReplicas: 4,
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: release },
    },
  });
  expect(await found()).toEqual([`LIVE_EDIT_UNDONE warning ${memory}`, 'REPLICAS_UNDER_HPA warning spec.replicas']);
});

it.each<HelmName>(['helm3', 'helm4'])(
  'O21: on the whole platform, as %s has left it, nothing is found',
  async (helm) => {
    const whole = await openScene({ helm });
    try {
      const args = ['plan', '-f', whole.stage.siteFile, '--version', '2.2.5', ...affirmed, '-o', 'json'];
      const { stdout } = await whole.operator.run(...args);
      const { findings, changes } = (JSON.parse(stdout) as PlanAnswer).forecast;
      expect(Object.values(changes).flat().length).toBeGreaterThan(0);
      expect(findings.filter(({ code }) => code === 'LIVE_EDIT_UNDONE' || code === 'REPLICAS_UNDER_HPA')).toEqual([]);
    } finally {
      await whole.close();
    }
  },
);
