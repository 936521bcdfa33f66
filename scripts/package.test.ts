import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { layPackage } from './package.ts';

const root = join(import.meta.dirname, '..');
const place = mkdtempSync(join(tmpdir(), 'liftlock-package-'));
const laid = join(place, 'laid');
/** Where it lies once it is installed: below node_modules, where Node.js strips no types. */
const installed = join(place, 'node_modules/liftlock');

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

let packed: Packed;
beforeAll(() => {
  layPackage(laid, 'https://github.com/example/liftlock');
  const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', place];
  packed = (JSON.parse(run('npm', pack, laid)) as readonly [Packed])[0];
  mkdirSync(installed, { recursive: true });
  run('tar', ['-xzf', join(place, packed.filename), '--strip-components=1'], installed);
  for (const name of Object.keys(manifest()['dependencies'] as Readonly<Record<string, string>>)) {
    const link = join(place, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), link);
  }
}, 120_000);
afterAll(() => rmSync(place, { recursive: true, force: true }));

function manifest(): Readonly<Record<string, unknown>> {
  return JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as Readonly<Record<string, unknown>>;
}

function run(program: string, args: readonly string[], cwd: string): string {
  const home = join(place, 'home');
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: home, XDG_CACHE_HOME: join(home, 'cache'), NO_COLOR: '1' },
  });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${status}\n${stdout}${stderr}`);
  return stdout;
}

test('X03: what is published says where it comes from, and runs nothing when it is installed', () => {
  expect(manifest()).toMatchObject({
    name: 'liftlock',
    repository: { url: 'git+https://github.com/example/liftlock.git' },
    publishConfig: { access: 'public', provenance: true },
  });
  expect(manifest()).not.toHaveProperty('private');
  expect(manifest()).not.toHaveProperty('scripts');
});

test('X03: it holds the command line and the platforms, no sources, tests or fixtures', () => {
  const paths = packed.files.map(({ path }) => path);
  expect(paths).toContain('dist/cli/main.js');
  expect(paths).toContain('platforms/runai/platform.yaml');
  expect(paths.filter((path) => /\.ts$|fixture|\.test\./.test(path))).toEqual([]);
});

test('X03: installed, it is the command line that the sources are', () => {
  const main = join(installed, 'dist/cli/main.js');
  for (const words of [['--version'], ['--help'], ['platform', 'show', 'coder'], ['explain', 'IMMUTABLE_FIELD']]) {
    const ofSources = run(process.execPath, [join(root, 'packages/liftlock/src/cli/main.ts'), ...words], place);
    expect(run(process.execPath, [main, ...words], place)).toBe(ofSources);
  }
});
