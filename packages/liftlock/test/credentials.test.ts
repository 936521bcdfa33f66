import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { keyAges } from '../src/adapters/credentials/key-ages.ts';
import { registryCredentials } from '../src/adapters/credentials/registry-credentials.ts';
import { helmLogin } from '../src/adapters/helm/helm-login.ts';
import { makeHttpClient } from '../src/adapters/http/http-client.ts';
import { makeRegistry } from '../src/adapters/registry/registry.ts';
import type { Problem } from '../src/model/problem.ts';
import { Redactor } from '../src/model/redaction.ts';
import { RegistryCredentials, type Site } from '../src/model/site.ts';
import { helmBinary, startGoogle, startRegistry, type GoogleServer } from './registry-server.ts';

const run = promisify(execFile);
const host = 'europe-west3-docker.pkg.dev';
const dayMs = 86_400_000;
const http = makeHttpClient({ env: {} });

let folder: string;
let google: GoogleServer;
let redactor: Redactor;
let now: Date;

beforeAll(async () => {
  google = await startGoogle();
});
afterAll(async () => {
  http.close();
  await google.close();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'liftlock-test-'));
  redactor = new Redactor();
  now = new Date('2026-11-21T10:00:00Z');
  Object.assign(google, { isExpired: false, lifetime: 3600 });
  google.tokens.length = 0;
  google.assertions.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function fileOf(content: unknown, name = 'key.json'): string {
  const file = join(folder, name);
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content, undefined, 2));
  return file;
}

function credentialsOf(site: RegistryCredentials, mirrors: Site['mirrors'] = []) {
  const platform = { host, login: { username: 'oauth2accesstoken' } };
  const env = { PATH: process.env['PATH'] };
  return registryCredentials({
    site,
    platform,
    mirrors,
    clock: { now: () => now },
    redactor,
    request: (request) => http.request(request),
    env,
  });
}

function problemOf(promise: Promise<unknown>): Promise<Problem> {
  return promise.then(
    () => expect.fail('nothing was thrown'),
    (error: unknown) => error as Problem,
  );
}

function shown(problem: Problem): string {
  return JSON.stringify([problem.message, problem.advice, problem.details]);
}

describe('a key file', () => {
  test('C12: becomes an access token by a signed assertion, kept until shortly before it ends', async () => {
    const source = credentialsOf({ keyFile: fileOf(google.key), tokenHosts: [google.host] });
    const logins = await Promise.all([source.loginFor(host), source.loginFor(host), source.loginFor(host)]);
    expect(google.tokens).toHaveLength(1);
    expect(logins).toEqual(
      Array.from({ length: 3 }, () => ({ username: 'oauth2accesstoken', password: google.tokens[0] })),
    );
    const issued = now.getTime() / 1000;
    expect(google.assertions[0]).toEqual({
      header: { alg: 'RS256', typ: 'JWT', kid: google.key['private_key_id'] },
      claims: {
        iss: 'puller@vendor.example',
        scope: 'https://www.googleapis.com/auth/cloud-platform',
        aud: google.key['token_uri'],
        iat: issued,
        exp: issued + 3600,
      },
    });
    now = new Date(now.getTime() + 3400_000);
    await source.loginFor(host);
    expect(google.tokens).toHaveLength(1);
    now = new Date(now.getTime() + 100_000);
    expect((await source.loginFor(host))?.password).toBe(google.tokens[1]);
  });

  test('every secret of it is masked from then on', async () => {
    const source = credentialsOf({ keyFile: fileOf(google.key), tokenHosts: [google.host] });
    await source.loginFor(host);
    for (const secret of [google.tokens[0], google.key['private_key'], JSON.stringify(google.key, undefined, 2)]) {
      expect(redactor.text(`a ${secret} b`)).toBe('a ******** b');
    }
  });

  test('is shown to the platform’s registry and to mirrors of it on this machine, and to nobody else', async () => {
    const site = { keyFile: fileOf(google.key), tokenHosts: [google.host] };
    const source = credentialsOf(site, [
      { from: `oci://${host}`, to: 'oci://127.0.0.1:5000/mirror' },
      { from: `oci://${host}/other`, to: 'oci://mirror.example' },
      { from: 'oci://docker.io', to: 'oci://127.0.0.1:6000' },
    ]);
    expect(await source.loginFor('127.0.0.1:5000')).toMatchObject({ username: 'oauth2accesstoken' });
    for (const other of ['docker.io', '127.0.0.1:6000', 'registry-1.docker.io'])
      expect(await source.loginFor(other)).toBeUndefined();
    expect(await problemOf(source.loginFor('mirror.example'))).toMatchObject({
      code: 'TOKEN_HOST_NOT_TRUSTED',
      exitCode: 3,
    });
    const named = credentialsOf({ ...site, tokenHosts: [google.host, 'mirror.example'] }, [
      { from: `oci://${host}`, to: 'oci://mirror.example' },
    ]);
    expect(await named.loginFor('mirror.example')).toMatchObject({ username: 'oauth2accesstoken' });
  });

  test.each([
    ['http://127.0.0.1:1/token', []],
    ['https://evil.example/token', []],
    ['https://evil.example/googleapis.com', ['good.example']],
    ['https://oauth2.googleapis.com.evil.example/token', []],
    ['https://notgoogleapis.com/token', []],
    ['http://oauth2.googleapis.com/token', []],
    ['http://good.example/token', ['good.example']],
    ['no address', []],
  ])('is not shown to %s where the site trusts %j', async (tokenUri, tokenHosts) => {
    const keyFile = fileOf({ ...google.key, token_uri: tokenUri });
    const problem = await problemOf(credentialsOf({ keyFile, tokenHosts }).loginFor(host));
    expect(problem).toMatchObject({ code: 'TOKEN_HOST_NOT_TRUSTED', exitCode: 3, touched: 'no' });
  });

  test('C33: that is refused is most likely expired, and the remedy is a new one', async () => {
    google.isExpired = true;
    const problem = await problemOf(
      credentialsOf({ keyFile: fileOf(google.key), tokenHosts: ['127.0.0.1'] }).loginFor(host),
    );
    expect(problem).toMatchObject({
      code: 'KEY_REFUSED',
      exitCode: 3,
      details: { keyId: google.key['private_key_id'] },
    });
    expect(problem.advice.join(' ')).toMatch(/expired.*90 days.*liftlock credentials rotate/);
  });

  test('that cannot be exchanged since nobody answers is told apart', async () => {
    const keyFile = fileOf({ ...google.key, token_uri: 'http://127.0.0.1:1/token' });
    const problem = await problemOf(credentialsOf({ keyFile, tokenHosts: ['127.0.0.1:1'] }).loginFor(host));
    expect(problem).toMatchObject({ code: 'TOKEN_UNREACHABLE', exitCode: 3 });
    expect(problem.message).toContain('127.0.0.1:1');
  });

  test('that is absent is named', async () => {
    const keyFile = join(folder, 'none.json');
    const problem = await problemOf(credentialsOf({ keyFile }).loginFor(host));
    expect(problem).toMatchObject({ code: 'KEY_FILE_MISSING', exitCode: 3 });
    expect(problem.message).toContain(keyFile);
  });

  test.each([
    ['text', 'canary-this is no JSON', 'not JSON'],
    ['a list', [], 'no JSON object'],
    ['a user’s credentials', { type: 'authorized_user', refresh_token: 'canary-refresh' }, 'authorized_user'],
    [
      'half a key',
      { type: 'service_account', private_key: 'canary-key', token_uri: 'x' },
      'client_email, private_key_id',
    ],
    [
      'no private key',
      { type: 'service_account', client_email: 'a', private_key_id: 'b', token_uri: 'c', private_key: 'canary-key' },
      'no RSA key',
    ],
  ])('that holds %s is named with what is wrong, and shows nothing of itself', async (_title, content, why) => {
    const problem = await problemOf(credentialsOf({ keyFile: fileOf(content) }).loginFor(host));
    expect(problem).toMatchObject({ code: 'KEY_FILE_BAD', exitCode: 3 });
    expect(problem.message).toContain(why);
    expect(shown(problem)).not.toContain('canary');
  });
});

describe('a token command', () => {
  test('C12: prints the token; it runs without a shell', async () => {
    const script = `if (process.argv[1] !== '$HOME; exit 1') process.exit(9); console.log('canary-command-token');`;
    const source = credentialsOf({ tokenCommand: [process.execPath, '-e', script, '$HOME; exit 1'] });
    expect(await source.loginFor(host)).toEqual({ username: 'oauth2accesstoken', password: 'canary-command-token' });
    expect(redactor.text('canary-command-token')).toBe('********');
  });

  test.each([
    ['fails', ['-e', "console.log('canary-a'); console.error('canary-b'); process.exit(1)"], 'exit code 1'],
    ['prints nothing', ['-e', ''], 'printed nothing'],
    ['prints prose', ['-e', "console.log('canary is the token')"], 'more than one word'],
  ])('C12: that %s stops with its name and nothing of its output', async (_title, args, why) => {
    const problem = await problemOf(credentialsOf({ tokenCommand: [process.execPath, ...args] }).loginFor(host));
    expect(problem).toMatchObject({ code: 'TOKEN_COMMAND_FAILED', exitCode: 3, touched: 'no' });
    expect(problem.message).toContain(why);
    expect(shown(problem)).not.toContain('canary');
  });

  test('that is not there is named', async () => {
    const problem = await problemOf(credentialsOf({ tokenCommand: ['liftlock-no-such-command'] }).loginFor(host));
    expect(problem.message).toBe('The token command liftlock-no-such-command was not found.');
  });
});

test('a password file gives user and password', async () => {
  const site = { username: 'ana', passwordFile: fileOf('canary pass word\n', 'password') };
  expect(await credentialsOf(site).loginFor(host)).toEqual({ username: 'ana', password: 'canary pass word' });
  expect(redactor.text('canary pass word')).toBe('********');
  const absent = credentialsOf({ ...site, passwordFile: join(folder, 'none') });
  expect(await problemOf(absent.loginFor(host))).toMatchObject({ code: 'PASSWORD_FILE_MISSING', exitCode: 3 });
});

test('a site without credentials has none', async () => {
  expect(await credentialsOf(RegistryCredentials.parse({})).loginFor(host)).toBeUndefined();
});

test.each([3, 4] as const)(
  'C12: helm %i logs in to a real registry with the token of a key, and is let in afterwards',
  async (major) => {
    const server = await startRegistry('basic');
    try {
      const mirrors = [{ from: `oci://${host}`, to: `oci://${server.host}` }];
      const source = credentialsOf({ keyFile: fileOf(google.key), tokenHosts: [google.host] }, mirrors);
      const login = await source.loginFor(server.host);
      if (login === undefined) return expect.fail('no login');
      const helm = { path: await helmBinary(major) };
      const env = { HOME: folder, HELM_REGISTRY_CONFIG: join(folder, 'registry.json') };
      const refused = await problemOf(helmLogin(helm, server.host, login, { env, plainHttp: true }));
      expect(refused).toMatchObject({ code: 'LOGIN_REFUSED', exitCode: 3 });
      expect(shown(refused)).not.toContain(login.password);
      server.users.set(login.username, login.password);
      await helmLogin(helm, server.host, login, { env, plainHttp: true });
      const config = readFileSync(join(folder, 'registry.json'), 'utf8');
      expect(Object.keys((JSON.parse(config) as { auths: object }).auths)).toEqual([server.host]);
      const pull = run(helm.path, ['pull', `oci://${server.host}/none`, '--version', '1.0.0', '--plain-http'], { env });
      expect(String((await pull.catch((error: unknown) => error)) as Error)).toMatch(/not found/i);
      const clock = { now: () => now, sleep: () => Promise.resolve() };
      const request = http.request.bind(http);
      const registry = makeRegistry({
        credentials: source,
        request,
        clock,
        redactor,
        cacheFolder: folder,
        mirrors,
        plainHttp: true,
      });
      expect(await registry.login(server.host)).toEqual({ username: 'oauth2accesstoken' });
      return undefined;
    } finally {
      await server.close();
    }
  },
);

describe('C33: the age of a key', () => {
  const file = () => join(folder, 'state', 'keys.json');
  const ages = () => keyAges(file(), { now: () => now });
  const daysAgo = (days: number) => new Date(now.getTime() - days * dayMs).toISOString();

  test.each([91, 90, 80, 75, 10, 0])('that was made %i days ago is just that', (days) => {
    expect(ages().ageOf('key', daysAgo(days))).toEqual({
      id: 'key',
      ageDays: days,
      since: daysAgo(days),
      sinceIs: 'stated',
    });
  });

  test('is counted from when it was first seen, across processes, and by key', () => {
    const start = now.toISOString();
    expect(ages().ageOf('one')).toEqual({ id: 'one', ageDays: 0, since: start, sinceIs: 'first seen' });
    now = new Date(now.getTime() + 80.5 * dayMs);
    expect(ages().ageOf('two')).toMatchObject({ ageDays: 0, sinceIs: 'first seen' });
    expect(ages().ageOf('one')).toEqual({ id: 'one', ageDays: 80, since: start, sinceIs: 'first seen' });
  });

  test('that is stated wins over first seen, and is remembered', () => {
    ages().ageOf('one');
    expect(ages().ageOf('one', '2026-08-22')).toMatchObject({ ageDays: 91, sinceIs: 'stated' });
    expect(ages().ageOf('one')).toMatchObject({ ageDays: 91, sinceIs: 'stated' });
  });

  test('is kept in a private file', () => {
    ages().ageOf('one');
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    chmodSync(file(), 0o644);
    ages().ageOf('two');
    expect(statSync(file()).mode & 0o777).toBe(0o600);
  });

  test.each(['last week', '2026-13-45', '2027-01-01'])('is not taken from "%s"', (stated) => {
    expect(() => ages().ageOf('one', stated)).toThrow(expect.objectContaining({ code: 'KEY_DATE_BAD', exitCode: 2 }));
  });

  test('does not start anew when the file is damaged', () => {
    ages().ageOf('one');
    writeFileSync(file(), '{"keys":');
    expect(() => ages().ageOf('one')).toThrow(expect.objectContaining({ code: 'KEY_AGES_DAMAGED' }));
  });
});
