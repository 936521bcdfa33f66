import { execFile } from 'node:child_process';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../src/model/plan.ts';
import { elsewhere } from './support/elsewhere.ts';
import { saidBy } from './support/happenings.ts';
import { openHopScene, type HopScene } from './support/hop-scene.ts';
import { makeOperator } from './support/liftlock.ts';
import { recordHelm } from './support/recording-helm.ts';
import { sharedSandbox } from './support/stage.ts';

/** Hops whose plans a journal holds, in order. */
function hopsPlanned(scene: HopScene): readonly number[] {
  return scene.journal().flatMap((entry) => (entry.type === 'hop-planned' ? [entry.plan.hop] : []));
}

describe('A route over a version at which the site stops', () => {
  let scene: HopScene;
  let plan: Plan;
  beforeAll(async () => {
    scene = await openHopScene(sharedSandbox(), { name: 'hops' });
  });
  afterAll(async () => scene.close());

  it('is planned as two hops: the first in full, the second as it looks now, every chart pinned', async () => {
    const file = join(scene.world.folder, 'plan.json');
    const planned = await scene.operator.run(
      'plan',
      '-f',
      scene.siteFile,
      '--to',
      '3.0.0',
      '-o',
      'json',
      '--out-file',
      file,
    );
    expect(planned.code, saidBy(planned)).toBe(0);
    plan = JSON.parse(await readFile(file, 'utf8')) as Plan;
    expect(plan.route).toMatchObject([
      { from: '1.0.0', to: '2.0.0' },
      { from: '2.0.0', to: '3.0.0' },
    ]);
    expect(plan.forecast).toMatchObject({ complete: true, findings: [] });
    expect(plan.ahead).toMatchObject([{ hop: { from: '2.0.0', to: '3.0.0' }, findings: [] }]);
    const upgrades = [plan.steps, plan.ahead[0]?.steps ?? []].map((steps) =>
      steps.find(({ kind }) => kind === 'helm-upgrade'),
    );
    expect(upgrades).toMatchObject([
      {
        from: { revision: 1, version: '1.0.0' },
        chart: { version: '2.0.0', digest: expect.stringMatching(/^sha256:/) },
      },
      {
        from: { revision: 2, version: '2.0.0' },
        chart: { version: '3.0.0', digest: expect.stringMatching(/^sha256:/) },
      },
    ]);
    const shown = await scene.operator.run('plan', '-f', scene.siteFile, '--to', '3.0.0');
    expect(saidBy(shown)).toContain('1.0.0 → 2.0.0 → 3.0.0, hop 1 of 2');
    expect(saidBy(shown)).toContain('Then hop 2, 2.0.0 → 3.0.0, as it looks now');
    expect(await scene.writes()).toEqual([]);
  });

  it('is carried out from the saved plan, killed between the hops, and resumed from another folder', async () => {
    const run = scene.operator.start('apply', join(scene.world.folder, 'plan.json'), '--yes');
    await run.printed(/check\/pods: done/);
    run.signal('SIGKILL');
    await run.done;
    expect(await scene.history()).toBe('1 superseded, 2 deployed');
    expect(hopsPlanned(scene)).toEqual([0]);

    const other = await elsewhere(scene.operator);
    const resumed = await other.operator.run('resume');
    expect(resumed.code, saidBy(resumed)).toBe(0);
    expect(saidBy(resumed)).toContain('with hop 2 of 2, 2.0.0 → 3.0.0');
    expect(await scene.history()).toBe('1 superseded, 2 superseded, 3 deployed');
    expect(hopsPlanned(scene)).toEqual([0, 1]);
    const names = await readdir(join(scene.operator.home, 'state', 'liftlock', 'sites', scene.world.namespace, 'runs'));
    const backup = join(
      scene.operator.home,
      'state',
      'liftlock',
      'sites',
      scene.world.namespace,
      'runs',
      names[0] ?? '',
      'backup',
    );
    expect(await readdir(join(backup, 'shop'))).toEqual(['sh.helm.release.v1.shop.v1.json']);
    expect(await readdir(join(backup, 'hop-2', 'shop'))).toContain('sh.helm.release.v1.shop.v2.json');

    const report = await other.operator.run('report', '-o', 'json');
    await other.close();
    const { steps } = JSON.parse(report.stdout) as {
      readonly steps: readonly { readonly hop: number; readonly id: string; readonly phase: string }[];
    };
    expect(steps.filter(({ id }) => id === 'shop/upgrade')).toMatchObject([
      { hop: 0, phase: 'settled' },
      { hop: 1, phase: 'settled' },
    ]);
  });
});

/** An object of 3.0.0 alone. */
function extra(text: string) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'extra' }, data: { text } };
}

/** What 2.0.0 goes on with behind its upgrade, as a vendor's background migration does. */
const settles = {
  id: 'settle',
  title: 'Let the migration of 2.0.0 finish',
  crosses: '2.0.0',
  at: 'after',
  source: 'the test',
  steps: [
    {
      id: 'wait',
      kind: 'await-condition',
      title: 'Wait for the migration of 2.0.0',
      objects: { kind: 'ConfigMap', names: ['migrated'] },
      until: 'size(objects) == 1',
      timeout: '600s',
    },
  ],
};

describe('A hop that is not what was announced', () => {
  let scene: HopScene;
  beforeAll(async () => {
    scene = await openHopScene(sharedSandbox(), {
      name: 'other-hop',
      objectsOf: (version) => (version === '3.0.0' ? [extra('ours')] : []),
      platform: { migrations: [settles] },
    });
    await scene.world.create(extra('theirs'));
  });
  afterAll(async () => scene.close());

  it('is known before the first hop begins, where its own forecast can know it', async () => {
    const planned = await scene.operator.run('plan', '-f', scene.siteFile, '--to', '3.0.0');
    expect(planned.code, saidBy(planned)).toBe(3);
    expect(saidBy(planned)).toContain('2.0.0 → 3.0.0, as it looks now, would be stopped. FOREIGN_OWNERSHIP');
    expect(saidBy(planned)).toContain('--allow ahead:3.0.0');
    expect(await scene.writes()).toEqual([]);
  });

  it('waits with the first hop for what goes on behind it, also after a restart, and then stops before the second', async () => {
    const site = ['-f', scene.siteFile, '--to', '3.0.0', '--yes', '--allow', 'ahead:3.0.0'] as const;
    const run = scene.operator.start('apply', ...site);
    await run.printed(/shop\/settle\/wait: must wait: there is no ConfigMap/);
    run.signal('SIGINT');
    const interrupted = await run.done;
    expect(interrupted.code, saidBy(interrupted)).toBe(130);
    // A run that is begun anew would cross 2.0.0 no more, and wait for nothing.
    const anew = await scene.operator.run('apply', ...site);
    expect(anew.code, saidBy(anew)).toBe(3);
    expect(saidBy(anew)).toContain('RUN_LEFT_OPEN');
    expect(saidBy(anew)).toMatch(/liftlock resume \d{8}-/);
    // Nor does a colleague who has the site file and not this machine's journal.
    const colleague = await makeOperator({ helm: scene.world.sandbox.bin.helm3, cwd: scene.world.folder });
    const theirs = await colleague.run('apply', ...site);
    await rm(colleague.home, { recursive: true, force: true });
    expect(theirs.code, saidBy(theirs)).toBe(3);
    expect(saidBy(theirs)).toContain('RUN_LEFT_OPEN');

    const resumed = scene.operator.start('resume', '--yes');
    await resumed.printed(/shop\/settle\/wait: must wait: there is no ConfigMap/);
    expect(await scene.history()).toBe('1 superseded, 2 deployed');
    await scene.world.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'migrated' } });
    const stopped = await resumed.done;
    expect(stopped.code, saidBy(stopped)).toBe(5);
    expect(saidBy(stopped)).toContain('hop 2 of 2, 2.0.0 to 3.0.0 would fail: FOREIGN_OWNERSHIP');
    expect(saidBy(stopped)).toContain('hop 1 of 2, 1.0.0 → 2.0.0 is finished');
    expect(await scene.history()).toBe('1 superseded, 2 deployed');
    expect(hopsPlanned(scene)).toEqual([0]);
  });

  it('waits for a yes where it became another one, and is resumed in its middle', async () => {
    const still = await scene.operator.run('resume');
    expect(still.code, saidBy(still)).toBe(3);
    const adopt = ['--allow', 'adopt:configmap/extra'];
    const waits = await scene.operator.run('resume', ...adopt);
    expect(waits.code, saidBy(waits)).toBe(6);
    expect(saidBy(waits)).toContain('hop 2 of 2, 2.0.0 → 3.0.0: not announced:');
    expect(await scene.history()).toBe('1 superseded, 2 deployed');

    const run = scene.operator.start('resume', ...adopt, '--yes');
    await run.printed(/shop\/upgrade: Upgrade/);
    run.signal('SIGINT');
    const interrupted = await run.done;
    expect(interrupted.code, saidBy(interrupted)).toBe(130);
    expect(hopsPlanned(scene)).toEqual([0, 1]);

    const done = await scene.operator.run('resume');
    expect(done.code, saidBy(done)).toBe(0);
    expect(await scene.history()).toBe('1 superseded, 2 superseded, 3 deployed');
    expect(hopsPlanned(scene)).toEqual([0, 1]);
  });

  it('O18: goes back alone: what landed before it stays', async () => {
    const back = await scene.operator.run('rollback', '--yes');
    expect(back.code, saidBy(back)).toBe(0);
    expect(saidBy(back)).toContain('1.0.0 → 2.0.0 is finished and stays');
    const settings = await scene.world.find('v1', 'ConfigMap', 'settings');
    expect(settings).toMatchObject({ data: { version: '2.0.0' } });
    expect(await scene.history()).toBe('1 superseded, 2 superseded, 3 superseded, 4 deployed');
  });
});

describe('The runbook of two hops', () => {
  let scene: HopScene;
  beforeAll(async () => {
    scene = await openHopScene(sharedSandbox(), { name: 'typed-hops' });
  });
  afterAll(async () => scene.close());

  it('X01: is typed hop after hop to the end, each version by a command of its own', async () => {
    const { operator, world } = scene;
    const file = join(world.folder, 'upgrade.sh');
    const site = ['-f', scene.siteFile, '--to', '3.0.0'] as const;
    const printed = await operator.run('runbook', ...site, '-o', 'sh', '--out-file', file);
    expect(printed.code, saidBy(printed)).toBe(0);
    expect((await operator.run('login', '-f', scene.siteFile)).code).toBe(0);
    const helm = await recordHelm(world.sandbox.bin.helm3, operator.home);
    const env = {
      HOME: operator.home,
      PATH: `${helm.folder}:${process.env['PATH'] ?? ''}`,
      KUBECONFIG: world.sandbox.kubeconfig,
    };
    const typed = await promisify(execFile)('bash', [file], { cwd: world.folder, env });
    expect(typed.stderr).toContain('Every step is done.');
    const upgrades = (await helm.calls()).filter(([command]) => command === 'upgrade');
    expect(upgrades.map((words) => words[words.indexOf('--version') + 1])).toEqual(['2.0.0', '3.0.0']);
    expect(await scene.history()).toBe('1 superseded, 2 superseded, 3 deployed');
  });
});
