import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openJournal } from '../src/adapters/journal/sqlite-journal.ts';
import type { Plan } from '../src/model/plan.ts';
import { Redactor } from '../src/model/redaction.ts';
import { newestJournal, saidBy, siteFolder, upgradeArguments } from './support/happenings.ts';
import { openScene, type Scene } from './support/stage.ts';

let scene: Scene;

beforeAll(async () => {
  scene = await openScene();
});
afterAll(async () => scene.close());

async function memory(): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(join(siteFolder(scene), 'site.json'), 'utf8')) as Record<string, unknown>;
}

/** Makes the newest run one that was made for this cluster. */
function planFor(cluster: Plan['cluster']): void {
  const [first] = newestJournal(scene);
  const store = openJournal(join(siteFolder(scene), 'journal.sqlite'), new Redactor());
  try {
    store.append(first?.run ?? '', { type: 'hop-planned', plan: { ...planOfRun(), cluster } }, new Date());
  } finally {
    store.close();
  }
}

function planOfRun(): Plan {
  const planned = newestJournal(scene).find((entry) => entry.type === 'hop-planned');
  if (planned?.type !== 'hop-planned') throw new Error('the run has no plan');
  return planned.plan;
}

it('what was affirmed is remembered beside the cluster', async () => {
  await scene.stage.writeSite({ graces: { minReady: '1s' }, checks: {} });
  const upgraded = await scene.operator.run(...upgradeArguments(scene));
  expect(upgraded.code, saidBy(upgraded)).toBe(0);
  const { uid, server } = planOfRun().cluster;
  expect(await memory()).toMatchObject({
    clusterUid: uid,
    clusterServer: server,
    affirmations: { backups: { by: 'Grace', version: '2.2.5' } },
  });
});

it('verify waits for the word of a person where nothing can look, and remembers it', async () => {
  const pending = await scene.operator.run('verify');
  expect(pending.code, saidBy(pending)).toBe(6);
  expect(saidBy(pending)).toContain('--affirm ui=NAME --affirm login=NAME --affirm assistant=NAME');

  const mistaken = await scene.operator.run('verify', '--affirm', 'iu=Ada');
  expect(mistaken.code, saidBy(mistaken)).toBe(2);

  const words = ['ui=Ada', 'login=Ada', 'assistant'].flatMap((word) => ['--affirm', word]);
  const affirmed = await scene.operator.run('verify', ...words);
  expect(affirmed.code, saidBy(affirmed)).toBe(0);
  expect(saidBy(affirmed)).toContain('✓ A user can log in: affirmed by Ada');
  const { affirmations } = await memory();
  expect(affirmations).toMatchObject({ login: { by: 'Ada', version: '2.2.5' }, backups: { by: 'Grace' } });

  const again = await scene.operator.run('verify');
  expect(again.code, saidBy(again)).toBe(0);
});

it('O20: verify, rollback and rotation refuse another cluster before anything is written', async () => {
  const before = await scene.writes();
  const { cluster } = planOfRun();
  planFor({ ...cluster, uid: 'another-cluster' });
  for (const words of [['verify'], ['rollback', '--yes']]) {
    const refused = await scene.operator.run(...words);
    expect(refused.code, saidBy(refused)).toBe(3);
    expect(saidBy(refused)).toContain('expected is another-cluster');
  }
  planFor(cluster);

  const remembered = await memory();
  const file = join(siteFolder(scene), 'site.json');
  const rotate = ['credentials', 'rotate', '-f', scene.stage.siteFile, '--yes'];
  await writeFile(file, JSON.stringify({ ...remembered, clusterUid: 'another-cluster' }));
  const remembering = await scene.operator.run(...rotate);
  await writeFile(file, JSON.stringify(remembered));
  await scene.stage.writeSite({
    cluster: { kubeconfig: scene.sandbox.kubeconfig, uid: 'another-cluster' },
  });
  const declaring = await scene.operator.run(...rotate);
  await scene.stage.writeSite({ graces: { minReady: '1s' }, checks: {} });
  for (const refused of [remembering, declaring]) {
    expect(refused.code, saidBy(refused)).toBe(3);
    expect(saidBy(refused)).toContain('expected is another-cluster');
  }
  expect((await scene.writes()).slice(before.length)).toEqual([]);
});

it('C37: the way back needs neither the registry nor the key nor the values files', async () => {
  const { checkout, keyFile } = scene.stage;
  await rename(checkout, `${checkout}-away`);
  await rm(keyFile);
  await scene.stage.writeSite({
    graces: { minReady: '1s' },
    mirrors: [{ from: 'oci://europe-west3-docker.pkg.dev', to: 'oci://127.0.0.1:9/nothing' }],
  });
  const back = await scene.operator.run('rollback', '--yes', '--allow', 'receipt:api');
  expect(back.code, saidBy(back)).toBe(0);
  expect(Object.values(await scene.versions())).toEqual(Array(5).fill('deployed 2.2.4'));
});
