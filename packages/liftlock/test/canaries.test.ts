import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readReleaseRecord } from '../src/release/release-record.ts';
import type { Outcome } from './support/liftlock.ts';
import { openSecretShop, type SecretShop } from './support/secret-shop.ts';
import { filesBelow, openToOthers, secretsBelow, secretsIn } from './support/sweep.ts';
import { watchSecrets, type Sightings } from './support/watch-secrets.ts';

describe('every secret of a shop', () => {
  let scene: SecretShop;
  const said: Record<string, Outcome> = {};
  const seen: Sightings[] = [];

  /** Runs a command under watch, and keeps what it said. */
  async function say(name: string, words: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Outcome> {
    const { operator, temporary, secrets } = scene;
    Object.assign(operator.environment, environment);
    const command = operator.start(...words);
    for (const key of Object.keys(environment)) Reflect.deleteProperty(operator.environment, key);
    const watched = watchSecrets(command.pid, [join(operator.home, 'state'), temporary], () => secrets);
    const outcome = await command.done;
    watched.stop();
    seen.push(watched.sightings());
    said[name] = outcome;
    return outcome;
  }

  const site = (...words: readonly string[]) => ['-f', 'site.yaml', ...words];
  const reinstall = ['--to', '2.0.0', '--allow', 'reinstall:shop'];

  beforeAll(async () => {
    scene = await openSecretShop();
    const { plugin, failingPlugin, key } = scene.logins;
    const { namespace, sandbox } = scene.shop.world;
    const home = (name: string) => join(scene.operator.home, name);
    const login = ['--kubeconfig', plugin];
    await say('plan', ['plan', ...site(...reinstall, ...login), '-v']);
    await say('plan as JSON', ['plan', ...site(...reinstall, ...login), '-o', 'json', '--out-file', home('plan.json')]);
    await say('plan as HTML', ['plan', ...site(...reinstall, ...login), '-o', 'html', '--no-forecast']);
    await say('runbook', ['runbook', ...site(...reinstall, ...login), '-o', 'sh']);
    await say('values diff', ['values', 'diff', ...site('--to', '2.0.0', '--kubeconfig', key), '--all']);
    await say('rbac', ['platform', 'rbac', '--for', 'apply', ...site('--to', '2.0.0', '--kubeconfig', key)]);
    await say('status', ['status', ...site('-o', 'json', '--kubeconfig', key)]);
    await say('a plug-in that fails', ['plan', ...site('--to', '2.0.0', '--kubeconfig', failingPlugin)]);
    const crashing = await sandbox.faults.set({
      kind: 'crash-loop',
      exitCode: 1,
      log: scene.logged,
      match: { namespace, podNamePrefix: 'web' },
    });
    await say('apply that fails', ['apply', ...site(...reinstall, ...login), '--yes', '-o', 'jsonl']);
    await say('diagnose', ['diagnose', '-o', 'json']);
    await crashing.clear();
    await say('support-bundle', ['support-bundle']);
    await say('report', ['report', '-o', 'json']);
    await say('history', ['history', '-o', 'json']);
  }, 300_000);
  afterAll(async () => scene.shop.close());

  it('C12 O9: is found where it is known to be, so that the search is not blind', async () => {
    const { secrets, shop, operator } = scene;
    const { namespace, sandbox, folder } = shop.world;
    const { items } = await sandbox.api.list(`/api/v1/namespaces/${namespace}/secrets`);
    const records = items.map((item) => readReleaseRecord(item as never).record?.values);
    const where = [
      ...(await Promise.all((await filesBelow(folder)).map((file) => readFile(file, 'latin1')))),
      // A key in a kubeconfig is base64 of PEM, whose lines are base64 themselves.
      await readFile(scene.logins.key, 'utf8'),
      JSON.stringify(items),
      JSON.stringify(operator.environment),
    ];
    const found = new Set(where.flatMap((text) => secretsIn(text, secrets)));
    expect(Object.keys(secrets).filter((name) => !found.has(name))).toEqual([]);
    expect(secretsIn(JSON.stringify(records), secrets)).toContain('a password with quotes in values');
    // And in what pods print: the API server says so.
    expect(secretsIn(scene.logged.join('\n'), secrets).length).toBeGreaterThan(4);
  });

  it('C12 O9: every command did what it was to do', () => {
    const codes = Object.fromEntries(Object.entries(said).map(([name, { code }]) => [name, code]));
    expect(codes, JSON.stringify(said)).toEqual({
      ...Object.fromEntries(Object.keys(said).map((name) => [name, 0])),
      'a plug-in that fails': 3,
      'apply that fails': 5,
    });
    // The log lines are there, masked.
    expect(said['apply that fails']?.stdout).toContain('FATAL cannot start');
    expect(said['apply that fails']?.stdout).toContain('connecting with ********');
  });

  it('C12 O9: stands in nothing that a command says', () => {
    const hits = Object.entries(said).flatMap(([name, { stdout, stderr }]) =>
      secretsIn(stdout + stderr, scene.secrets).map((secret) => `${name}: ${secret}`),
    );
    expect(hits).toEqual([]);
  });

  it('C12 O9: stands in no argument and no environment of a child', async () => {
    const { helm, secrets } = scene;
    const children = new Set(seen.flatMap((item) => [...item.children.keys()]));
    expect([...children]).toEqual(expect.arrayContaining(['helm argv', 'helm environment']));
    // A plug-in of the kubeconfig is the operator's own, and has the operator's environment, as kubectl gives it.
    const given = seen
      .flatMap((item) => item.given)
      .filter((hit) => !/^(plug-in|failing-plug-in|cat|tr|sh) environment/.test(hit));
    expect(given).toEqual([]);
    expect((await helm.calls()).length).toBeGreaterThan(5);
    expect(secretsIn((await helm.calls()).flat().join('\n'), secrets)).toEqual([]);
    expect(await helm.environments()).toContain('HELM_CACHE_HOME=');
    expect(secretsIn(await helm.environments(), secrets)).toEqual([]);
    expect(secretsIn(await readFile(scene.pluginFile, 'utf8'), secrets)).toEqual([]);
  });

  it('O9: was in private files only while it was needed', async () => {
    const files = [...new Set(seen.flatMap((item) => item.files))];
    expect(files.filter((file) => file.includes('values')).length).toBeGreaterThan(0);
    expect(files.filter((file) => !file.endsWith(' 600 of 700'))).toEqual([]);
    const state = join(scene.operator.home, 'state');
    expect(await openToOthers(state)).toEqual([]);
    expect(await readdir(scene.temporary)).toEqual([]);
    const left = await secretsBelow(scene.operator.home, scene.secrets);
    expect(left.filter((hit) => hit.includes('/backup/')).length).toBeGreaterThan(0);
    expect(left.filter((hit) => !hit.includes('/backup/'))).toEqual([]);
  });

  it('O9: what the cluster keeps of a run holds it in its inputs alone', async () => {
    const { namespace, sandbox } = scene.shop.world;
    const { items } = await sandbox.api.list(`/api/v1/namespaces/${namespace}/secrets?labelSelector=liftlock.dev/part`);
    const hits = items.flatMap((item) => {
      const part = item.metadata.labels?.['liftlock.dev/part'] ?? '';
      const { data = {} } = item as { readonly data?: Readonly<Record<string, string>> };
      const pieces = Object.values(data).map((text) => gunzipSync(Buffer.from(text, 'base64')).toString('latin1'));
      return secretsIn(pieces.join(''), scene.secrets).map((secret) => `${part}: ${secret}`);
    });
    const parts = new Set(items.map(({ metadata }) => metadata.labels?.['liftlock.dev/part']));
    expect([...parts]).toEqual(expect.arrayContaining(['record', 'inputs']));
    // What is needed to go on elsewhere is there, and nowhere else.
    expect(hits.filter((hit) => !hit.startsWith('record')).length).toBeGreaterThan(0);
    expect(hits.filter((hit) => hit.startsWith('record'))).toEqual([]);
  });

  it('C12 O9: is masked when liftlock itself fails in the middle of a run, and what it kept in files is gone', async () => {
    const { secrets, operator, shop, logged } = scene;
    const file = join(shop.world.folder, 'crash');
    await writeFile(file, '');
    const environment = {
      NODE_OPTIONS: `--import ${new URL('support/crash-preload.mjs', import.meta.url).href}`,
      LIFTLOCK_TEST_CRASH: file,
    };
    Object.assign(operator.environment, environment);
    const more = ['--allow', 'origin:shop', '--yes'];
    const command = operator.start('apply', ...site(...reinstall, '--kubeconfig', scene.logins.plugin), ...more);
    for (const key of Object.keys(environment)) Reflect.deleteProperty(operator.environment, key);
    await command.printed(/\] \S+: Uninstall shop/);
    await writeFile(file, `throw broken: ${logged.slice(0, 3).join(' ')} end`);
    const { code, stdout, stderr } = await command.done;
    expect(stderr.replaceAll(/\s+/g, ' ')).toMatch(/This is a bug in liftlock.*broken: connecting with \*{8}.*end/);
    expect(code).toBe(1);
    expect(secretsIn(stdout + stderr, secrets)).toEqual([]);
    const left = await secretsBelow(operator.home, secrets);
    expect(left.filter((hit) => !hit.includes('/backup/'))).toEqual([]);
  });
});
