import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { issueCertificate, makeAuthority } from '../../sandbox/src/x509.ts';
import { textAt } from '../src/findings/faults/read.ts';
import type { KubeObject } from '../src/model/kube.ts';
import type { Step } from '../src/model/step.ts';
import { awaitConditionStep } from '../src/plan/steps/await-condition.ts';
import { createSecretStep } from '../src/plan/steps/create-secret.ts';
import { localCommandStep } from '../src/plan/steps/local-command.ts';
import { pairedUndo } from '../src/plan/steps/paired-undo.ts';
import { patchObjectStep } from '../src/plan/steps/patch-object.ts';
import { replaceObjectStep } from '../src/plan/steps/replace-object.ts';
import { restartStep } from '../src/plan/steps/restart.ts';
import { scaleStep } from '../src/plan/steps/scale.ts';
import type { Shop } from './support/shop.ts';
import { openStepRun } from './support/step-run.ts';
import { createWeb, doesNothingAgain, openStepShop, until } from './support/step-shop.ts';

const shops: Shop[] = [];
afterEach(async () => {
  for (const shop of shops.splice(0)) await shop.close();
});

const opened = () => openStepShop((shop) => shops.push(shop));

function object(shop: Shop, apiVersion: string, kind: string, name: string) {
  return { apiVersion, kind, name, namespace: shop.namespace };
}

function decoded(secret: KubeObject, key: string): string {
  return Buffer.from(textAt(secret.data, key), 'base64').toString();
}

async function writePair(folder: string, hosts: readonly string[]) {
  const authority = makeAuthority('kinds');
  const pair = issueCertificate(authority, 'kinds', { commonName: 'x', hosts });
  const name = randomBytes(3).toString('hex');
  const files = { 'tls.crt': join(folder, `${name}.crt`), 'tls.key': join(folder, `${name}.key`) };
  await writeFile(files['tls.crt'], pair.certificate);
  await writeFile(files['tls.key'], pair.key, { mode: 0o600 });
  return { files, pair };
}

test('R21: a TLS Secret is made from a pair that fits, is done when it is there, and replaced only on consent', async () => {
  const shop = await opened();
  const { namespace } = shop;
  const first = await writePair(shop.folder, ['shop.example.com']);
  const facts = { title: 'TLS', name: 'web-tls', namespace, type: 'kubernetes.io/tls', covers: 'shop.example.com' };
  const step = createSecretStep({ ...facts, id: 'shop/tls/make', files: first.files });
  const run = await openStepRun(shop, [step]);
  expect(await run.run()).toMatchObject({ status: 'finished' });
  const path = `/api/v1/namespaces/${namespace}/secrets/web-tls`;
  const made = await shop.connection.reader.get(path);
  expect(made).toMatchObject({ type: 'kubernetes.io/tls' });
  expect(decoded(made, 'tls.key')).toBe(first.pair.key);
  await doesNothingAgain(run, [step.id]);

  const second = await writePair(shop.folder, ['shop.example.com']);
  const other = createSecretStep({ ...facts, id: 'shop/tls/make', files: second.files });
  const refused = await openStepRun(shop, [other]);
  expect(await refused.run()).toMatchObject({ status: 'stopped' });
  expect(refused.state(other.id).problem).toMatchObject({ code: 'SECRET_DIFFERS' });
  expect((await shop.connection.reader.get(path)).metadata.resourceVersion).toBe(made.metadata.resourceVersion);
  const allowed = await openStepRun(shop, [other], { decisions: ['replace:secret/web-tls'] });
  expect(await allowed.run()).toMatchObject({ status: 'finished' });
  const now = await shop.connection.reader.get(path);
  expect(decoded(now, 'tls.key')).toBe(second.pair.key);
  const kept = await allowed.world.folder.read(`backup/secrets/web-tls-${made.metadata.resourceVersion ?? ''}.json`);
  expect(JSON.parse(kept ?? '{}')).toMatchObject({ data: made.data });

  const mixed = { 'tls.crt': first.files['tls.crt'], 'tls.key': second.files['tls.key'] };
  const bad = await openStepRun(shop, [createSecretStep({ ...facts, id: 'shop/tls/make', files: mixed })]);
  await bad.run();
  expect(bad.state(step.id)).toMatchObject({ problem: { code: 'TLS_PAIR_BAD' }, writes: 0 });
  const words = [run, refused, allowed, bad].map((item) => item.words()).join('');
  const secrets = [first, second].flatMap(({ pair }) => pair.key.split('\n').filter((line) => !line.startsWith('---')));
  expect(secrets.filter((line) => line.length > 10 && words.includes(line))).toEqual([]);
});

test('O26: what scaling and patching have changed is put back at its place, and when a later step fails', async () => {
  const shop = await opened();
  const path = await createWeb(shop, { replicas: 3, paused: false });
  const ref = object(shop, 'apps/v1', 'Deployment', 'web');
  const down = scaleStep({ id: 'shop/m/down', title: 'Down', object: ref, replicas: 0 });
  const mark = patchObjectStep({
    id: 'shop/m/mark',
    title: 'Mark',
    component: 'shop',
    object: ref,
    remove: ['metadata.labels.old'],
    set: [
      { path: 'metadata.labels.hold', value: 'yes' },
      { path: 'spec.minReadySeconds', value: 1 },
    ],
    risk: 'reversible',
  });
  await shop.connection.writer.patch(path, { metadata: { labels: { old: 'here' } } });
  const steps: readonly Step[] = [mark, down, pairedUndo(down, 'always'), pairedUndo(mark, 'on-failure')];
  const run = await openStepRun(shop, steps);
  expect(await run.run()).toMatchObject({ status: 'finished' });
  const live = await shop.connection.reader.get(path);
  expect(live).toMatchObject({ spec: { replicas: 3, minReadySeconds: 1 }, status: { readyReplicas: 3 } });
  expect(live.metadata.labels).toEqual({ hold: 'yes' });
  await doesNothingAgain(run, [mark.id, 'shop/m/down/undo']);

  await shop.connection.writer.patch(path, {
    metadata: { labels: { old: 'here', hold: null } },
    spec: { minReadySeconds: 0 },
  });
  const never = awaitConditionStep({
    id: 'shop/m/never',
    title: 'Never',
    objects: { apiVersion: 'apps/v1', kind: 'Deployment', names: ['web'] },
    until: 'object.spec.replicas == 7',
    timeoutSeconds: 1,
    minimumSeconds: 0,
  });
  const failing = await openStepRun(shop, [
    mark,
    down,
    never,
    pairedUndo(down, 'always'),
    pairedUndo(mark, 'on-failure'),
  ]);
  expect(await failing.run()).toMatchObject({ status: 'stopped' });
  expect(failing.state(never.id).problem).toMatchObject({
    code: 'CONDITION_NOT_MET',
    message: expect.stringContaining('Seen last: Deployment web'),
  });
  const back = await shop.connection.reader.get(path);
  expect(back.spec).toMatchObject({ replicas: 3 });
  expect(back.spec).not.toHaveProperty('minReadySeconds');
  expect(back.metadata.labels).toEqual({ old: 'here' });
  expect(failing.state('shop/m/mark/undo')).toMatchObject({ phase: 'settled' });
  // Once more, after a resume: done again, and put back again.
  expect(await failing.resume()).toMatchObject({ status: 'stopped' });
  expect(failing.state(down.id)).toMatchObject({ phase: 'settled', writes: 2 });
  expect((await shop.connection.reader.get(path)).spec).toMatchObject({ replicas: 3 });
});

test('O26: the number that an upgrade has given since is left; so is a field that something else has written', async () => {
  const shop = await opened();
  const path = await createWeb(shop, { replicas: 2 });
  const ref = object(shop, 'apps/v1', 'Deployment', 'web');
  const down = scaleStep({ id: 'shop/m/down', title: 'Down', object: ref, replicas: 0 });
  const set = [
    { path: 'metadata.labels.hold', value: 'yes' },
    { path: 'metadata.labels.other', value: 'yes' },
  ];
  const facts = { title: 'Mark', component: 'shop', object: ref, remove: [], risk: 'reversible' } as const;
  const mark = patchObjectStep({ ...facts, id: 'shop/m/mark', set });
  const meanwhile = patchObjectStep({
    ...facts,
    id: 'shop/m/meanwhile',
    set: [
      { path: 'metadata.labels.hold', value: 'another' },
      { path: 'spec.replicas', value: 1 },
    ],
  });
  const run = await openStepRun(shop, [down, mark, meanwhile, pairedUndo(mark, 'always'), pairedUndo(down, 'always')]);
  expect(await run.run()).toMatchObject({ status: 'finished' });
  const live = await shop.connection.reader.get(path);
  expect(live.spec).toMatchObject({ replicas: 1 });
  expect(live.metadata.labels).toEqual({ hold: 'another' });
});

test('a restart replaces the pods once, a local command runs only where it is allowed, an object goes once', async () => {
  const shop = await opened();
  const path = await createWeb(shop, { replicas: 2 });
  const ref = object(shop, 'apps/v1', 'Deployment', 'web');
  const pods = `/api/v1/namespaces/${shop.namespace}/pods`;
  const names = async () => (await shop.connection.reader.list(pods)).map(({ metadata }) => metadata.name).toSorted();
  await until(async () => (await shop.connection.reader.get(path)).status?.['readyReplicas'] === 2);
  const before = await names();
  const file = join(shop.folder, 'ran');
  const again = restartStep({ id: 'shop/m/restart', title: 'Restart', object: ref, timeoutSeconds: 60 });
  const argv = [process.execPath, '-e', `require('node:fs').appendFileSync(${JSON.stringify(file)}, 'x')`];
  const command = localCommandStep({ id: 'shop/m/local', title: 'Local', argv, timeoutSeconds: 60 });
  const gone = replaceObjectStep({
    id: 'shop/m/gone',
    title: 'Gone',
    component: 'shop',
    object: ref,
    orphansPods: false,
  });
  const refused = await openStepRun(shop, [command]);
  expect(await refused.run()).toMatchObject({ status: 'stopped' });
  expect(refused.state(command.id).problem).toMatchObject({ code: 'LOCAL_COMMAND_OFF' });
  const run = await openStepRun(shop, [again, command], { site: { localCommands: [command.id] } });
  expect(await run.run()).toMatchObject({ status: 'finished' });
  expect(run.state(again.id)).toMatchObject({ writes: 1, note: expect.stringContaining('runs with 2 new pods') });
  await doesNothingAgain(run, [again.id, command.id]);
  expect(await readFile(file, 'utf8')).toBe('x');
  await until(async () => (await names()).length === 2);
  expect((await names()).filter((name) => before.includes(name))).toEqual([]);
  const deleting = await openStepRun(shop, [gone]);
  expect(await deleting.run()).toMatchObject({ status: 'finished' });
  await doesNothingAgain(deleting, [gone.id]);
});
