import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readReleaseRecord } from '../src/release/release-record.ts';
import { searchFor } from './support/canary-search.ts';
import type { Outcome, Started } from './support/liftlock.ts';
import { openSecretShop, type SecretShop } from './support/secret-shop.ts';
import { filesBelow, openToOthers, secretsBelow, secretsIn } from './support/sweep.ts';
import { watchSecrets, type Sightings } from './support/watch-secrets.ts';

describe('every secret of a shop', () => {
  let scene: SecretShop;
  const said: Record<string, Outcome> = {};
  const seen: Sightings[] = [];
  const search = searchFor(() => scene.secrets);

  /** Runs a command under watch, and keeps what it said. */
  async function say(
    name: string,
    words: readonly string[],
    environment: NodeJS.ProcessEnv = {},
    meanwhile: (command: Started) => Promise<void> = async () => undefined,
  ): Promise<Outcome> {
    const { operator, temporary, secrets } = scene;
    Object.assign(operator.environment, environment);
    const command = operator.start(...words);
    for (const key of Object.keys(environment)) Reflect.deleteProperty(operator.environment, key);
    const watched = watchSecrets(command.pid, [join(operator.home, 'state'), temporary], () => secrets);
    await meanwhile(command);
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
    const { stdout: bundle } = await say('support-bundle', ['support-bundle']);
    await say('diagnose a bundle', ['diagnose', bundle.trim().split('\n').at(-1) ?? '']);
    await say('report', ['report', '-o', 'json']);
    await say('doctor', ['doctor', ...site(...login)]);
    await say('a bundle without its image', [
      'bundle',
      'create',
      ...site('--from', '1.0.0', '--to', '2.0.0', ...login),
      '--out',
      home('bundle'),
    ]);
    await crash();
    await say('resume', ['resume', '--yes', '-o', 'jsonl']);
    await say('history', ['history', '-o', 'json']);
    const [run] = JSON.parse(said['history']?.stdout ?? '[]') as readonly {
      readonly state: { readonly run: string };
    }[];
    await say('restore', ['restore', run?.state.run ?? '', '--only', 'secret/shop', '--yes']);
    await say('rollback', ['rollback', '--yes', '-o', 'jsonl']);
  }, 600_000);
  afterAll(async () => {
    search.tell();
    await scene.shop.close();
  });

  /** liftlock itself fails in the middle of a run, with secrets in what it fails with. */
  async function crash(): Promise<void> {
    const file = join(scene.shop.world.folder, 'crash');
    await writeFile(file, '');
    const environment = {
      NODE_OPTIONS: `--import ${new URL('support/crash-preload.mjs', import.meta.url).href}`,
      LIFTLOCK_TEST_CRASH: file,
    };
    const words = ['apply', ...site(...reinstall, '--kubeconfig', scene.logins.plugin)];
    await say('apply that crashes', [...words, '--allow', 'origin:shop', '--yes'], environment, async (command) => {
      await command.printed(/\] \S+: Uninstall shop/);
      await writeFile(file, `throw broken: ${scene.logged.slice(0, 3).join(' ')} end`);
    });
  }

  it('C12 O9: every command did what it was to do', () => {
    const codes = Object.fromEntries(Object.entries(said).map(([name, { code }]) => [name, code]));
    expect(codes, JSON.stringify(said)).toEqual({
      ...Object.fromEntries(Object.keys(said).map((name) => [name, 0])),
      'a plug-in that fails': 3,
      'apply that fails': 5,
      'apply that crashes': 1,
      // Nobody has pushed the image.
      'a bundle without its image': 3,
      // The release is another one since: there is nothing to go back to, and it says so.
      rollback: 3,
    });
    // The log lines are there, masked.
    expect(said['apply that fails']?.stdout).toContain('FATAL cannot start');
    expect(said['apply that fails']?.stdout).toContain('connecting with ********');
    const { stderr = '' } = said['apply that crashes'] ?? {};
    expect(stderr.replaceAll(/\s+/g, ' ')).toMatch(/This is a bug in liftlock.*broken: connecting with \*{8}.*end/);
  });

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

  it('C12 O9: stands in nothing that a command says, a crash included', () => {
    const texts = Object.entries(said).flatMap(([name, { stdout, stderr }]) => [
      [`${name}, output`, stdout],
      [`${name}, errors`, stderr],
    ]);
    expect(search.inTexts(Object.fromEntries(texts) as Readonly<Record<string, string>>)).toEqual([]);
  });

  it('C12 O9: stands in no argument and no environment of a child', async () => {
    const { helm } = scene;
    const children = new Set(seen.flatMap((item) => [...item.children.keys()]));
    expect([...children]).toEqual(expect.arrayContaining(['helm argv', 'helm environment']));
    // A plug-in of the kubeconfig is the operator's own, and has the operator's environment, as kubectl gives it.
    const isTheirs = (hit: string) => /^(plug-in|failing-plug-in|cat|tr|sh) environment/.test(hit);
    expect(search.inChildren(seen, isTheirs)).toEqual([]);
    const calls = await helm.calls();
    expect(calls.length).toBeGreaterThan(5);
    const environments = await helm.environments();
    expect(environments).toContain('HELM_CACHE_HOME=');
    const callers = await readFile(scene.pluginFile, 'utf8');
    expect(search.inTexts({ calls: calls.flat().join('\n'), environments, callers })).toEqual([]);
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
    expect(await search.below(scene.operator.home)).toEqual([]);
  });

  it('O9: what the cluster keeps of a run holds it in its inputs alone', async () => {
    const { namespace, sandbox } = scene.shop.world;
    const { items } = await sandbox.api.list(`/api/v1/namespaces/${namespace}/secrets?labelSelector=liftlock.dev/part`);
    const pieces = items.map((item) => {
      const { data = {} } = item as { readonly data?: Readonly<Record<string, string>> };
      const text = Object.values(data).map((packed) => gunzipSync(Buffer.from(packed, 'base64')).toString('latin1'));
      return { name: item.metadata.name, part: item.metadata.labels?.['liftlock.dev/part'] ?? '', text: text.join('') };
    });
    expect([...new Set(pieces.map(({ part }) => part))]).toEqual(expect.arrayContaining(['record', 'inputs']));
    const [records, others] = [true, false].map((isRecord) => {
      const wanted = pieces.filter(({ part }) => (part === 'record') === isRecord);
      return Object.fromEntries(wanted.map(({ name, text }) => [name, text]));
    });
    // What is needed to go on elsewhere is there, and nowhere else.
    expect(secretsIn(Object.values(others ?? {}).join('\n'), scene.secrets)).not.toEqual([]);
    expect(search.inTexts(records ?? {})).toEqual([]);
  });
});
