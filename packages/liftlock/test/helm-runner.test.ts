import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findHelm } from '../src/adapters/helm/helm-runner.ts';
import { helmLogin } from '../src/adapters/helm/helm-login.ts';
import type { Problem } from '../src/model/problem.ts';
import { satisfiesRange } from '../src/model/version.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'liftlock-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A small program that stands in for helm; `script` runs for everything but `version`. */
function fakeHelm(version: string, script = '', name = 'helm'): string {
  const path = join(folder, name);
  const lines = [
    `#!${process.execPath}`,
    'const args = process.argv.slice(2);',
    `const folder = ${JSON.stringify(folder)};`,
  ];
  lines.push(
    "const fs = require('node:fs');",
    `if (args[0] === 'version') { process.stdout.write(${JSON.stringify(version)}); process.exit(0); }`,
  );
  writeFileSync(path, [...lines, script].join('\n'));
  chmodSync(path, 0o755);
  return path;
}

function problemOf(promise: Promise<unknown>): Promise<Problem> {
  return promise.then(
    () => expect.fail('nothing was thrown'),
    (error: unknown) => error as Problem,
  );
}

function read(name: string): unknown {
  return JSON.parse(readFileSync(join(folder, name), 'utf8'));
}

test.each([
  ['v3.15.4', '3.15.4', false],
  ['v3.16.0', '3.16.0', true],
  ['v3.17', '3.17.0', true],
  ['v3.18.2+g1a2b3c4', '3.18.2', true],
  ['v3.16.1-rc.1', '3.16.1', true],
  ['v4.3.1', '4.3.1', true],
  ['v4', undefined, false],
])('C06: helm that says %s is read as %s, and >=3.16.0 holds: %s', async (said, version, holds) => {
  const flag = fakeHelm(said);
  if (version === undefined) {
    expect((await problemOf(findHelm({ flag, env: {} }))).code).toBe('HELM_UNREADABLE');
    return;
  }
  const helm = await findHelm({ flag, env: {} });
  expect(helm.version).toBe(version);
  expect(helm.major).toBe(Number(version[0]));
  expect(satisfiesRange(helm.version, '>=3.16.0')).toBe(holds);
});

test('C06: --helm comes before LIFTLOCK_HELM, and that before PATH', async () => {
  const inPath = fakeHelm('v3.16.0');
  const named = fakeHelm('v3.17.0', '', 'helm-named');
  const flagged = fakeHelm('v3.18.0', '', 'helm-flagged');
  const env = { PATH: `/nowhere:${folder}`, LIFTLOCK_HELM: named };
  expect(await findHelm({ flag: flagged, env })).toMatchObject({ path: flagged, version: '3.18.0' });
  expect(await findHelm({ env })).toMatchObject({ path: named, version: '3.17.0' });
  expect(await findHelm({ env: { PATH: env.PATH } })).toMatchObject({ path: inPath, version: '3.16.0' });
  expect(await findHelm({ flag: 'helm-named', env: { PATH: env.PATH } })).toMatchObject({ path: named });
});

test('C06: absent, silent, too new and otherwise stored: each is refused with a remedy and exit 3', async () => {
  const absent = await problemOf(findHelm({ env: { PATH: folder } }));
  expect(absent).toMatchObject({ code: 'HELM_ABSENT', exitCode: 3, touched: 'no' });
  expect(absent.advice.join(' ')).toContain('--helm');
  const wrong = await problemOf(findHelm({ env: { PATH: folder, LIFTLOCK_HELM: join(folder, 'none') } }));
  expect(wrong.message).toContain('LIFTLOCK_HELM');
  expect(await problemOf(findHelm({ flag: fakeHelm('what?'), env: {} }))).toMatchObject({
    code: 'HELM_UNREADABLE',
    exitCode: 3,
  });
  expect(await problemOf(findHelm({ flag: fakeHelm('v5.0.0'), env: {} }))).toMatchObject({
    code: 'HELM_UNSUPPORTED',
    exitCode: 3,
  });
  const driver = await problemOf(findHelm({ flag: fakeHelm('v3.22.0'), env: { HELM_DRIVER: 'configmap' } }));
  expect(driver).toMatchObject({ code: 'HELM_DRIVER_UNSUPPORTED', exitCode: 3 });
  expect(driver.message).toContain('configmap');
  await findHelm({ flag: fakeHelm('v3.22.0'), env: { HELM_DRIVER: 'secret' } });
});

test('helm sees a private home and nothing of the operator’s own set-up', async () => {
  const script = `
    const env = process.env;
    fs.writeFileSync(folder + '/seen.json', JSON.stringify({
      args, env, pid: process.pid, mode: fs.statSync(env.HELM_CONFIG_HOME + '/..').mode & 0o777,
      plugins: fs.readdirSync(env.HELM_PLUGINS),
    }));
    process.stdout.write('one\\ntwo'); process.stderr.write('three\\r\\n'); process.exitCode = 7;`;
  const lines: string[] = [];
  const env = {
    HELM_NAMESPACE: 'elsewhere',
    HELM_PLUGINS: '/plugins',
    HELM_KUBETOKEN: 'not-for-helm',
    KUBECONFIG: '/kubeconfig',
    HTTPS_PROXY: 'http://ada:not-for-helm@127.0.0.1:9',
    AWS_SECRET_ACCESS_KEY: 'not-for-helm',
    LANG: 'C.UTF-8',
    TMPDIR: folder,
  };
  const helm = await findHelm({ flag: fakeHelm('v3.22.0', script), env });
  const exit = await helm.start({ args: ['upgrade', 'a'], kubeconfig: '/gate', onLine: (line) => lines.push(line) })
    .done;
  expect(exit).toMatchObject({ code: 7, stdout: 'one\ntwo', stderr: 'three\r\n', wasEnded: false });
  expect(lines.toSorted()).toEqual(['one', 'three', 'two']);
  const seen = read('seen.json') as { args: string[]; env: Record<string, string>; mode: number; plugins: string[] };
  expect(seen.args).toEqual(['upgrade', 'a', '--kubeconfig', '/gate']);
  expect(seen.mode).toBe(0o700);
  expect(seen.plugins).toEqual([]);
  expect(seen.env).toMatchObject({ HELM_NO_PLUGINS: '1', LANG: 'C.UTF-8', TMPDIR: folder });
  expect(JSON.stringify(seen.env)).not.toContain('not-for-helm');
  for (const name of ['HELM_NAMESPACE', 'HELM_KUBETOKEN', 'KUBECONFIG']) expect(seen.env).not.toHaveProperty(name);
  const homes = [
    'HELM_CACHE_HOME',
    'HELM_CONFIG_HOME',
    'HELM_DATA_HOME',
    'HELM_REGISTRY_CONFIG',
    'HELM_PLUGINS',
    'KUBECACHEDIR',
  ];
  const roots = new Set(homes.map((name) => seen.env[name]?.split('/liftlock-helm-')[1]?.split('/')[0]));
  expect([...roots]).toEqual([expect.stringMatching(/^\d+-\w{6}$/)]);
  expect(existsSync(seen.env['HELM_CONFIG_HOME'] ?? '')).toBe(false);
});

test('O8: helm has a process group of its own', async () => {
  const script = `fs.writeFileSync(folder + '/stat', fs.readFileSync('/proc/self/stat', 'utf8'));`;
  if (!existsSync('/proc/self/stat')) return;
  const helm = await findHelm({ flag: fakeHelm('v3.22.0', script), env: process.env });
  await helm.start({ args: ['list'], kubeconfig: '/gate' }).done;
  const [pid, group] = readFileSync(join(folder, 'stat'), 'utf8')
    .replace(/\(.*\)/, 'x')
    .split(' ')
    .flatMap((part, index) => (index === 0 || index === 4 ? [part] : []));
  expect(group).toBe(pid);
});

test('end sends SIGTERM once, waits for helm to settle, and never kills', async () => {
  const script = `
    let signals = 0;
    process.on('SIGTERM', () => { signals += 1; setTimeout(() => {
      fs.writeFileSync(folder + '/signals.json', JSON.stringify(signals)); process.exit(1); }, 300); });
    process.stdout.write('ready\\n'); setInterval(() => {}, 1000);`;
  const helm = await findHelm({ flag: fakeHelm('v3.22.0', script), env: process.env });
  const ready = Promise.withResolvers<void>();
  const running = helm.start({ args: ['upgrade'], kubeconfig: '/gate', onLine: () => ready.resolve() });
  await ready.promise;
  const [first, second] = await Promise.all([running.end(), running.end()]);
  expect(first).toMatchObject({ code: 1, wasEnded: true });
  expect(second).toBe(first);
  expect(await running.end()).toBe(first);
  expect(read('signals.json')).toBe(1);
});

test('a helm that cannot be started is an exit without a code', async () => {
  const flag = fakeHelm('v3.22.0');
  const helm = await findHelm({ flag, env: { ...process.env, TMPDIR: folder } });
  rmSync(flag);
  const exit = await helm.start({ args: ['list'], kubeconfig: '/gate' }).done;
  expect(exit.code).toBeUndefined();
  expect(exit.stderr).toContain('ENOENT');
  expect(readdirSync(folder)).toEqual([]);
});

test('what helm says is kept to its end, however much it is', async () => {
  const script = `const line = 'x'.repeat(999) + '\\n'; for (let i = 0; i < 4000; i += 1) fs.writeSync(2, line); fs.writeSync(2, 'Error: the end\\n');`;
  const helm = await findHelm({ flag: fakeHelm('v3.22.0', script), env: process.env });
  const exit = await helm.start({ args: ['upgrade'], kubeconfig: '/gate' }).done;
  expect(exit.code).toBe(0);
  expect(exit.stderr.length).toBeLessThanOrEqual(1024 * 1024);
  expect(exit.stderr.endsWith('Error: the end\n')).toBe(true);
});

test('C12: helm registry login gets the user as an argument and the password on stdin only', async () => {
  const script = `fs.writeFileSync(folder + '/login.json', JSON.stringify({ args, env: process.env, stdin: fs.readFileSync(0, 'utf8') }));`;
  const token = 'ya29.canary-of-an-access-token';
  const options = { env: { PATH: '/usr/bin', HELM_REGISTRY_CONFIG: '/mine' }, caFile: '/ca.crt' };
  await helmLogin(
    { path: fakeHelm('v3.22.0', script) },
    'europe-west3-docker.pkg.dev',
    { username: 'oauth2accesstoken', password: token },
    options,
  );
  const seen = read('login.json') as { args: string[]; env: Record<string, string>; stdin: string };
  const args = [
    'registry',
    'login',
    '-u',
    'oauth2accesstoken',
    '--password-stdin',
    'europe-west3-docker.pkg.dev',
    '--ca-file',
    '/ca.crt',
  ];
  expect(seen.args).toEqual(args);
  expect(seen.stdin).toBe(token);
  expect(seen.env).toMatchObject({ HELM_REGISTRY_CONFIG: '/mine' });
  expect(JSON.stringify(seen.env)).not.toContain(token);
});

test('C12: a login that helm refuses is named without its password', async () => {
  const script = `const said = fs.readFileSync(0, 'utf8'); process.stderr.write('noise\\nError: 401 for ' + said + '\\n'); process.exit(1);`;
  const login = helmLogin(
    { path: fakeHelm('v3.22.0', script) },
    'registry.example',
    { username: 'me', password: 'canary-password' },
    { env: {} },
  );
  const problem = await problemOf(login);
  expect(problem).toMatchObject({
    code: 'LOGIN_REFUSED',
    exitCode: 3,
    message: 'helm could not log in to registry.example as me: Error: 401 for ********',
  });
});

test('the folders of a call are gone afterwards, and private while it runs', async () => {
  const temporary = join(folder, 'tmp');
  mkdirSync(temporary);
  process.env['TMPDIR'] = temporary;
  try {
    const helm = await findHelm({ flag: fakeHelm('v3.22.0'), env: process.env });
    const running = helm.start({ args: ['list'], kubeconfig: '/gate' });
    const [home = ''] = readdirSync(temporary);
    expect(statSync(join(temporary, home)).mode & 0o777).toBe(0o700);
    await running.done;
    expect(readdirSync(temporary)).toEqual([]);
  } finally {
    delete process.env['TMPDIR'];
  }
});
