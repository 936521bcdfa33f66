import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Pod } from '@liftlock/sandbox';
import {
  breakPods,
  commandOf,
  helmOf,
  historyOf,
  historyText,
  newestJournal,
  recordWrites,
  revisionCounts,
  saidBy,
  timesBegun,
  until,
  upgradeArguments,
} from './support/happenings.ts';
import { makeOperator } from './support/liftlock.ts';
import { openScene, type Scene } from './support/stage.ts';

describe('A part of the platform', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene();
  });
  afterAll(async () => scene.close());

  it('C14: --only, --until and --from upgrade just the components that they name', async () => {
    const only = await scene.operator.run(...upgradeArguments(scene, '--only', 'nats-auth-callout'));
    expect(only.code, saidBy(only)).toBe(0);
    expect(await revisionCounts(scene)).toEqual([1, 1, 2, 1, 1]);

    const upTo = await scene.operator.run(...upgradeArguments(scene, '--until', 'mermaid'));
    expect(upTo.code, saidBy(upTo)).toBe(0);
    expect(await revisionCounts(scene)).toEqual([2, 2, 2, 1, 1]);

    const from = await scene.operator.run(...upgradeArguments(scene, '--from', 'ui'));
    expect(from.code, saidBy(from)).toBe(0);
    expect(await revisionCounts(scene)).toEqual([2, 2, 2, 2, 2]);
    expect(Object.values(await scene.versions())).toEqual(Array(5).fill('deployed 2.2.5'));
  });
});

describe('A helm that is killed in the middle of an upgrade', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene();
  });
  afterAll(async () => scene.close());

  it('O1: whoever comes next is told, and goes on when someone vouches that it is dead', async () => {
    const mend = await breakPods(scene, 'ui', { kind: 'slow', seconds: 600 });
    const first = scene.operator.start(...upgradeArguments(scene, '--only', 'ui'));
    await first.printed(/ui\/upgrade: .*0\/1 ready/);
    process.kill(helmOf(first.pid), 'SIGKILL');
    const killed = await first.done;
    expect(killed.code, saidBy(killed)).toBe(5);
    expect(await historyText(scene, 'ui')).toBe('1 deployed, 2 pending-upgrade');
    await mend();

    // A colleague at another machine, who has no journal of that run.
    const colleague = await makeOperator({ helm: scene.sandbox.bin.helm3, cwd: scene.stage.folder });
    try {
      const before = await scene.writes();
      const blocked = await colleague.run(...upgradeArguments(scene, '--only', 'ui'));
      expect(blocked.code, saidBy(blocked)).toBe(3);
      expect(saidBy(blocked)).toContain('--allow unlock:codemie-ui');
      expect((await scene.writes()).slice(before.length)).toEqual([]);

      const allowed = await colleague.run(...upgradeArguments(scene, '--only', 'ui', '--allow', 'unlock:codemie-ui'));
      expect(allowed.code, saidBy(allowed)).toBe(0);
      expect(await historyText(scene, 'ui')).toBe('1 superseded, 2 failed, 3 deployed');
      expect(await timesBegun(scene, 'ui')).toBe(2);
    } finally {
      await rm(colleague.home, { recursive: true, force: true });
    }
  });
});

describe('A liftlock that is killed in the middle of an upgrade', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene({ timeScale: 0.05 });
    // 10 s: so long the orphan lives.
    await scene.stage.writeSite({ timeScale: 0.05, timeouts: { mermaid: '200s' }, graces: { minReady: '1s' } });
  });
  afterAll(async () => scene.close());

  it('X02 O1 O8: its helm can write no more, and resume brings every release forward by one good revision', async () => {
    const mend = await breakPods(scene, 'mermaid', { kind: 'slow', seconds: 600 });
    const first = scene.operator.start(...upgradeArguments(scene));
    await until(async () => expect(await historyText(scene, 'mermaid')).toBe('1 deployed, 2 pending-upgrade'));
    // The new pod is there: helm has applied everything and waits for it.
    await first.printed(/mermaid\/upgrade: .*1\/1 new .*0 of 1 new pods are ready/);
    const helm = helmOf(first.pid);
    first.signal('SIGKILL');
    await first.done;
    const killed = new Date().toISOString();

    // The orphan waits for its pods until its time is over, and then wants to write how it ended.
    expect(commandOf(helm)).toContain('mermaid-server');
    await until(() => expect(commandOf(helm)).toBe(''));
    const orphaned = (await scene.writes()).filter(({ time }) => time > killed);
    expect(orphaned).toEqual([]);
    expect(await historyText(scene, 'mermaid')).toBe('1 deployed, 2 pending-upgrade');

    await mend();
    await damageRecord(scene);
    const resumed = await scene.operator.run('resume');
    expect(resumed.code, saidBy(resumed)).toBe(0);
    expect(saidBy(resumed)).toContain("It is written anew from this machine's journal");
    expect(saidBy(resumed)).toContain('its record is now failed');
    expect(await historyText(scene, 'mermaid')).toBe('1 superseded, 2 failed, 3 deployed');
    expect(await revisionCounts(scene)).toEqual([2, 3, 2, 2, 2]);
    expect(Object.values(await scene.versions())).toEqual(Array(5).fill('deployed 2.2.5'));
    // Unlocked by its record alone: helm made no revision of the old version in between.
    expect(await timesBegun(scene, 'mermaid')).toBe(2);
  });
});

/** What the cluster keeps of the run cannot be read any more; this machine has it all. */
async function damageRecord({ sandbox, namespace }: Scene): Promise<void> {
  const secrets = `/api/v1/namespaces/${namespace}/secrets`;
  const { items } = await sandbox.api.list(
    `${secrets}?labelSelector=${encodeURIComponent('liftlock.dev/part=record')}`,
  );
  expect(items).toHaveLength(1);
  for (const { metadata } of items)
    await sandbox.api.patch(`${secrets}/${metadata.name}`, { data: { 0: 'bm90IHBhY2tlZA==' } });
}

/** Makes the newest pod of the API look as while its start-up migrates: it runs, and has not started. */
async function setMigrating(
  scene: Scene,
  look: { readonly started: boolean; readonly ready?: boolean },
): Promise<void> {
  const list = `/api/v1/namespaces/${scene.namespace}/pods`;
  const { items } = await scene.sandbox.api.list<Pod>(
    `${list}?labelSelector=${encodeURIComponent('app.kubernetes.io/instance=codemie-api')}`,
  );
  const pod = items.find(
    ({ metadata, spec }) => metadata.deletionTimestamp === undefined && spec.containers[0]?.image.endsWith(':2.53'),
  );
  if (pod?.status?.containerStatuses === undefined) throw new Error('the API has no new pod yet');
  const containerStatuses = pod.status.containerStatuses.map((status) => ({
    ...status,
    state: { running: { startedAt: '2026-01-01T00:00:00Z' } },
    started: look.started,
    ready: false,
    imageID: '',
  }));
  await scene.sandbox.api.patch(
    `${list}/${pod.metadata.name}/status`,
    { status: { phase: 'Running', containerStatuses } },
    'merge',
  );
}

describe('A person who wants to stop', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene();
  });
  afterAll(async () => scene.close());

  it('O8: a hang-up ends nothing, the first Ctrl-C stops after the step', async () => {
    const mend = await breakPods(scene, 'mermaid', { kind: 'slow', seconds: 600 });
    const run = scene.operator.start(...upgradeArguments(scene, '--until', 'nats-auth-callout'));
    await run.printed(/mermaid\/upgrade: .*0\/1 ready/);
    run.signal('SIGHUP');
    run.signal('SIGINT');
    await run.printed('Stopping after this step');
    await mend();
    const outcome = await run.done;
    expect(outcome.code, saidBy(outcome)).toBe(130);
    expect(await historyText(scene, 'mermaid')).toBe('1 superseded, 2 deployed');
    expect(await revisionCounts(scene)).toEqual([2, 2, 1, 1, 1]);
  });

  it('O8: the second ends helm politely, which records the release as failed; resume finishes', async () => {
    const mend = await breakPods(scene, 'nats-auth-callout', { kind: 'slow', seconds: 600 });
    const run = scene.operator.start('resume');
    await run.printed(/nats-auth-callout\/upgrade: .*0\/1 ready/);
    const helm = helmOf(run.pid);
    run.signal('SIGINT');
    await run.printed('Stopping after this step');
    run.signal('SIGINT');
    const outcome = await run.done;
    expect(saidBy(outcome)).toContain('Ending helm politely');
    expect(outcome.code, saidBy(outcome)).toBe(130);
    expect(commandOf(helm)).toBe('');
    expect(await historyText(scene, 'nats-auth-callout')).toBe('1 deployed, 2 failed');

    await mend();
    const resumed = await scene.operator.run('resume');
    expect(resumed.code, saidBy(resumed)).toBe(0);
    expect(await historyText(scene, 'nats-auth-callout')).toBe('1 superseded, 2 failed, 3 deployed');
    expect(await revisionCounts(scene)).toEqual([2, 2, 3, 1, 1]);
  });

  it('O2: helm is not ended while data is being migrated, and no second upgrade begins meanwhile', async () => {
    const mend = await breakPods(scene, 'api', { kind: 'slow', seconds: 600 });
    const run = scene.operator.start(...upgradeArguments(scene, '--only', 'api'));
    await until(() => setMigrating(scene, { started: false }));
    // The run's own line: the plan above it says the same of the step.
    await run.printed(/api\/upgrade: no way back from here/);
    run.signal('SIGINT');
    await run.printed('Stopping after this step');
    run.signal('SIGINT');
    await run.printed('data is being migrated: helm is not interrupted');
    const helm = helmOf(run.pid);
    expect(await historyText(scene, 'api')).toBe('1 deployed, 2 pending-upgrade');

    // The start-up is through: now helm is ended.
    const over = new Date().toISOString();
    await setMigrating(scene, { started: true });
    const outcome = await run.done;
    expect(outcome.code, saidBy(outcome)).toBe(130);
    expect(commandOf(helm)).toBe('');
    expect(await historyText(scene, 'api')).toBe('1 deployed, 2 failed');
    const [begun, ended] = await recordWrites(scene, 'api', 2);
    expect(begun?.verb).toBe('create');
    expect((ended?.time ?? '') > over).toBe(true);

    // It migrates again, after a restart: who resumes has to wait.
    await setMigrating(scene, { started: false });
    const resumed = scene.operator.start('resume');
    await resumed.printed(/must wait: .*migrating data/);
    expect(await historyText(scene, 'api')).toBe('1 deployed, 2 failed');
    await mend();
    expect((await resumed.done).code).toBe(0);
    expect(await historyOf(scene, 'api')).toHaveLength(3);
    expect(await timesBegun(scene, 'api')).toBe(2);
    expect(newestJournal(scene).filter(({ type }) => type === 'migration-started')).toHaveLength(1);
  });
});
