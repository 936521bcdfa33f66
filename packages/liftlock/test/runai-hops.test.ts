import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runaiDomain } from '../../sandbox/worlds/runai/index.ts';
import { elsewhere } from './support/elsewhere.ts';
import { saidBy } from './support/happenings.ts';
import { openRunai, runaiAffirmed, type RunaiScene } from './support/runai.ts';

describe('Run:ai from 2.9 to 2.19 over a version at which the site stops', () => {
  let scene: RunaiScene;
  let before: Awaited<ReturnType<RunaiScene['data']>>;
  beforeAll(async () => {
    scene = await openRunai({ version: '2.9.6', withCluster: true, published: ['2.16.5', '2.19.11'] });
    await scene.stage.writeSite({ stops: ['2.16.5'], lease: { seconds: 15 } });
    before = await scene.data();
  });
  afterAll(async () => scene.close());

  it('O28: the first hop has the migrations of 2.12, the second none; both are foreseen', async () => {
    const { plan, outcome } = await scene.plan('2.19.11');
    expect(plan.forecast.findings.filter(({ severity }) => severity === 'blocker')).toEqual([]);
    expect(outcome.code, saidBy(outcome)).toBe(0);
    expect(plan.route.map(({ from, to }) => [from, to])).toEqual([
      ['2.9.6', '2.16.5'],
      ['2.16.5', '2.19.11'],
    ]);
    const migrations = (steps: typeof plan.steps) => [
      ...new Set(steps.flatMap(({ migration }) => migration?.id ?? [])),
    ];
    expect(migrations(plan.steps)).toEqual(['claims', 'certificate', 'ingress']);
    expect(migrations(plan.ahead[0]?.steps ?? [])).toEqual([]);
    expect(await scene.writes()).toEqual([]);
  });

  it('O28, R12, R13, R14: killed between the hops and resumed from another folder, with the data as it was', async () => {
    const site = ['-f', scene.stage.siteFile, '--version', '2.19.11'] as const;
    const run = scene.operator.start('apply', ...site, ...runaiAffirmed, '--yes');
    await run.printed(/check\/connected: done/);
    run.signal('SIGKILL');
    await run.done;
    expect(await scene.history()).toEqual(['1 superseded runai-backend-2.9.6', '2 deployed control-plane-2.16.5']);
    expect(await scene.data()).toEqual(before);

    const other = await elsewhere(scene.operator);
    const resumed = await other.operator.run('resume');
    await other.close();
    expect(resumed.code, saidBy(resumed)).toBe(0);
    expect(saidBy(resumed)).toContain('✓ Run:ai 2.9.6 → 2.16.5 → 2.19.11');
    expect((await scene.history('runai-cluster')).at(-1)).toBe('3 deployed runai-cluster-2.19.11');
    expect((await scene.history()).slice(1)).toEqual([
      '2 superseded control-plane-2.16.5',
      '3 deployed control-plane-2.19.11',
    ]);
    expect(await scene.data()).toEqual(before);
    expect(await scene.values()).toMatchObject({
      global: { domain: runaiDomain },
      postgresql: { primary: { persistence: { existingClaim: 'pvc-postgresql' } } },
      thanos: { receive: { persistence: { existingClaim: 'pvc-thanos-receive' } } },
    });
  });
});
