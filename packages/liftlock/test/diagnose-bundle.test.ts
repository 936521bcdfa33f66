import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { packTarGz, unpackTarGz } from '../src/run/tar.ts';
import { deployment } from './corpus/objects.ts';
import { makeOperator, type Operator } from './support/liftlock.ts';
import { openOneRelease, type OneRelease } from './support/one-release.ts';
import { sharedSandbox } from './support/stage.ts';

describe('A support bundle on another machine', () => {
  const sandbox = sharedSandbox();
  let scene: OneRelease;
  let elsewhere: Operator;
  let folder: string;
  let bundle: string;

  beforeAll(async () => {
    scene = await openOneRelease(sandbox, {
      name: 'diagnose',
      helm: 'helm3',
      definition: {
        graces: { imageRefusals: 1 },
        troubleshooting: [
          {
            findings: ['IMAGE_NOT_FOUND'],
            title: 'No image',
            steps: ['Ask the shop for its images.'],
            contact: 'the shop',
          },
        ],
      },
      before: [deployment('web', { image: 'team/web:1' })],
      after: [deployment('web', { image: 'team/web:2' }), deployment('slow', { image: 'team/web:1' })],
    });
    folder = await mkdtemp(join(tmpdir(), 'liftlock-elsewhere-'));
    elsewhere = await makeOperator({
      helm: '/nonexistent/helm',
      cwd: folder,
      // No cluster; and whatever asked the network would be written down.
      environment: {
        KUBECONFIG: '/nonexistent/kubeconfig',
        NODE_OPTIONS: `--import ${new URL('support/connections-preload.mjs', import.meta.url).href}`,
        LIFTLOCK_TEST_CONNECTIONS: join(folder, 'connections'),
      },
    });
    return async () => {
      await rm(folder, { recursive: true, force: true });
      await elsewhere.close();
      await scene.close();
    };
  });

  const refused = async (name: string, bytes: Uint8Array) => {
    await writeFile(join(folder, name), bytes);
    const { code, stdout, stderr } = await elsewhere.run('diagnose', `./${name}`);
    expect([code, stdout]).toEqual([2, '']);
    return stderr.replaceAll(/\s+/g, ' ');
  };

  it('C36: tells what liftlock diagnose tells where it failed, byte for byte, from an empty home and without a cluster', async () => {
    const match = { image: 'team/web:2', namespace: scene.world.namespace };
    const fault = await sandbox.faults.set({ kind: 'image-pull', cause: 404, match });
    const failed = await scene.apply('--prove-images', 'off');
    await fault.clear();
    expect(failed.code, failed.stderr).toBe(5);
    expect(failed.stderr).toContain('Ask the shop for its images.');

    const here = await scene.operator.run('diagnose');
    const data = await scene.operator.run('diagnose', '-o', 'json');
    expect(here.stdout, here.stderr).toContain('Ask the shop for its images.');
    expect(JSON.parse(data.stdout)).toMatchObject({ kind: 'Diagnosis', code: 'IMAGE_NOT_FOUND', touched: 'yes' });
    const made = (await scene.operator.run('support-bundle')).stdout.trim();
    bundle = `./${basename(made)}`;
    await writeFile(join(folder, bundle), await readFile(made));
    const there = await elsewhere.run('diagnose', bundle);
    expect(there).toEqual({ code: 0, stdout: here.stdout, stderr: '' });
    expect(await elsewhere.run('diagnose', bundle, '-o', 'json')).toEqual({ code: 0, stdout: data.stdout, stderr: '' });
    expect(await readdir(folder)).not.toContain('connections');
    // The search is not blind: one that does ask the network is seen.
    await elsewhere.run('history', '--kubeconfig', sandbox.kubeconfig, '-n', scene.world.namespace);
    expect(await readdir(folder)).toContain('connections');
    // Compiled code may be kept; of runs and sites nothing is.
    expect(await readdir(elsewhere.home)).not.toContain('state');

    const files = new Map(unpackTarGz(await readFile(made)).map(({ name, text }) => [name, text]));
    expect([...files.keys()]).toEqual(
      expect.arrayContaining([
        'bundle.json',
        'versions.json',
        'plan.json',
        'journal.jsonl',
        'releases.json',
        'platform.json',
      ]),
    );
    expect(files.get('journal.jsonl')?.trim().split('\n').at(-1)).toContain('"type":"stopped"');
    expect(files.get('bundle.json')).toMatch(/"liftlock": "\d/);
  });

  // Of the bundle that the first test has brought here.
  it('O23: one that is newer, cut off, changed or none is refused with what is wrong', async () => {
    const whole = await readFile(join(folder, bundle));
    const files = unpackTarGz(whole);
    const changed = (name: string, change: (text: string) => string) =>
      packTarGz(
        files.map((file) => (file.name === name ? { name, text: change(file.text) } : file)),
        new Date(0),
      );
    expect(
      await refused(
        'newer.tgz',
        changed('bundle.json', (text) => text.replace('"format": 1', '"format": 2')),
      ),
    ).toContain('made by a newer liftlock (format 2)');
    expect(await refused('cut.tgz', whole.subarray(0, whole.length / 2))).toContain('it is cut off');
    expect(await refused('text.tgz', Buffer.from('hello'))).toContain('not packed with gzip');
    const gap = changed('journal.jsonl', (text) => text.split('\n').toSpliced(1, 1).join('\n'));
    expect(await refused('gap.tgz', gap)).toContain('entry 2 of its journal is damaged');
    const hollow = changed('journal.jsonl', (text) =>
      text.replaceAll(/"(object|step|title|steps|platform)":/g, '"gone":'),
    );
    expect(await refused('hollow.tgz', hollow)).toContain('it is damaged');
    const out = packTarGz([...files, { name: '../../outside', text: '' }], new Date(0));
    expect(await refused('out.tgz', out)).toContain('a path that leads out of it');
    const missing = await elsewhere.run('diagnose', './none.tgz');
    expect([missing.code, missing.stderr.replaceAll(/\s+/g, ' ')]).toEqual([
      2,
      expect.stringContaining('there is no such file'),
    ]);
  });

  it('C35: where nothing can begin, one of how things are says why on the other machine too', async () => {
    const words = ['-f', 'site.yaml', '--version', '9.9.9'];
    const asked = await scene.operator.run('plan', ...words);
    expect(asked.code).not.toBe(0);
    const before = await scene.writes();
    const made = await scene.operator.run('support-bundle', ...words, '--out-file', join(folder, 'now.tgz'));
    expect([made.code, made.stdout]).toEqual([0, `${join(folder, 'now.tgz')}\n`]);
    expect((await scene.writes()).length).toBe(before.length);
    const told = await elsewhere.run('diagnose', './now.tgz', '-o', 'json');
    const { code, message } = JSON.parse(told.stdout) as { readonly code: string; readonly message: string };
    expect(asked.stderr).toContain(code);
    expect(message).toContain('9.9.9');
    const planned = await scene.operator.run(
      'support-bundle',
      '-f',
      'site.yaml',
      '--version',
      '2.0.0',
      '--prove-images',
      'off',
      '--out-file',
      join(folder, 'plan.tgz'),
    );
    expect(planned.code, planned.stderr).toBe(0);
    const plan = await elsewhere.run('diagnose', join(folder, 'plan.tgz'), '-o', 'json');
    expect(JSON.parse(plan.stdout)).toMatchObject({ kind: 'Plan', platform: { name: 'one' } });
  });
});
