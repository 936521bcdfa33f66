import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { makeHttpClient } from '../src/adapters/http/http-client.ts';
import { readChart } from '../src/adapters/registry/read-chart.ts';
import { makeRegistry, type RegistryOptions } from '../src/adapters/registry/registry.ts';
import type { RegistryLogin } from '../src/model/ports.ts';
import type { Problem } from '../src/model/problem.ts';
import { Redactor } from '../src/model/redaction.ts';
import { close, listen, packChart, startRegistry, type RegistryServer } from './registry-server.ts';

const guideHost = 'europe-west3-docker.pkg.dev';
const guideCharts = `oci://${guideHost}/vendor/helm-charts`;
const ui = `${guideCharts}/codemie-ui`;
const digestPattern = /^sha256:[0-9a-f]{64}$/;
const http = makeHttpClient({ env: {} });

let charts: string;
let folder: string;

beforeAll(async () => {
  charts = mkdtempSync(join(tmpdir(), 'liftlock-charts-'));
  await packChart(charts, 'codemie-ui', '2.2.4');
  await packChart(charts, 'codemie-ui', '2.2.5', 'on: yes\nsince: 2026-01-02\n');
});
afterAll(() => {
  http.close();
  rmSync(charts, { recursive: true, force: true });
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'liftlock-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const sleeps: number[] = [];
const tester: RegistryLogin = { username: 'tester', password: 'canary-registry-password' };

function registryAt(
  server: { readonly host: string },
  options: Partial<RegistryOptions> & { login?: RegistryLogin | undefined } = {},
) {
  const login = 'login' in options ? options.login : tester;
  return makeRegistry({
    credentials: { loginFor: (host) => Promise.resolve(host === server.host ? login : undefined) },
    request: (request) => http.request(request),
    clock: { now: () => new Date(), sleep: (milliseconds) => Promise.resolve(void sleeps.push(milliseconds)) },
    redactor: new Redactor(),
    cacheFolder: folder,
    mirrors: [{ from: `oci://${guideHost}`, to: `oci://${server.host}` }],
    plainHttp: true,
    ...options,
  });
}

function problemOf(promise: Promise<unknown>): Promise<Problem> {
  return promise.then(
    () => expect.fail('nothing was thrown'),
    (error: unknown) => error as Problem,
  );
}

describe.each(['none', 'basic', 'token'] as const)('a registry with login %s', (auth) => {
  let server: RegistryServer;
  beforeAll(async () => {
    server = await startRegistry(auth);
    for (const version of ['2.2.4', '2.2.5'])
      await server.push(join(charts, `codemie-ui-${version}.tgz`), 'vendor/helm-charts');
  });
  afterAll(() => server.close());
  beforeEach(() => {
    server.intercept = () => false;
    server.seen.length = 0;
    server.tokenSeen.length = 0;
  });

  test('resolves a version to its digest and pulls the very archive that was pushed', async () => {
    const registry = registryAt(server);
    const digest = await registry.resolve(ui, '2.2.5');
    expect(digest).toMatch(digestPattern);
    const pulled = await registry.pull(ui, digest);
    expect(pulled.digest).toBe(digest);
    const bytes = readFileSync(pulled.file);
    expect(bytes).toEqual(readFileSync(join(charts, 'codemie-ui-2.2.5.tgz')));
    const hex = createHash('sha256').update(bytes).digest('hex');
    expect(pulled.file).toBe(join(folder, 'charts', `${hex}.tgz`));
    expect(statSync(pulled.file).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'charts')).mode & 0o777).toBe(0o700);
    expect(readdirSync(join(folder, 'charts'))).toHaveLength(1);
    expect(readChart(pulled.file)).toMatchObject({
      name: 'codemie-ui',
      version: '2.2.5',
      appVersion: '7.1',
      kubeVersion: '>=1.25.0-0',
      values: { true: true, since: '2026-01-02' },
    });
  });

  test('what was pulled by digest once is not pulled again, and is repaired when it was changed', async () => {
    const registry = registryAt(server);
    const digest = await registry.resolve(ui, '2.2.5');
    const { file } = await registry.pull(ui, digest);
    server.seen.length = 0;
    expect(await registry.pull(ui, digest)).toEqual({ digest, file });
    expect(server.seen).toEqual([]);
    writeFileSync(file, 'changed');
    await registry.pull(ui, digest);
    expect(readFileSync(file)).toEqual(readFileSync(join(charts, 'codemie-ui-2.2.5.tgz')));
  });

  test('C13: a version that is not there is named with chart, registry and 404', async () => {
    const problem = await problemOf(registryAt(server).resolve(ui, '9.9.9'));
    expect(problem).toMatchObject({ code: 'CHART_NOT_FOUND', exitCode: 3, touched: 'no', details: { status: 404 } });
    for (const part of ['codemie-ui', '9.9.9', server.host, '404']) expect(problem.message).toContain(part);
  });

  test.runIf(auth !== 'none')('C13: missing and wrong credentials are named with chart, registry and 401', async () => {
    for (const login of [undefined, { ...tester, password: 'canary-wrong-password' }]) {
      const problem = await problemOf(registryAt(server, { login }).resolve(ui, '2.2.5'));
      expect(problem).toMatchObject({ code: 'REGISTRY_REFUSED', exitCode: 3, touched: 'no', details: { status: 401 } });
      for (const part of ['codemie-ui', '2.2.5', server.host, '401']) expect(problem.message).toContain(part);
      expect(JSON.stringify([problem.message, problem.advice, problem.details])).not.toContain('canary');
    }
  });

  test.runIf(auth !== 'none')('C12: a login is proven against the registry, and a wrong one refused', async () => {
    expect(await registryAt(server).login(server.host)).toEqual({ username: 'tester' });
    const wrong = registryAt(server, { login: { ...tester, password: 'canary-wrong-password' } });
    expect(await problemOf(wrong.login(server.host))).toMatchObject({
      code: 'REGISTRY_REFUSED',
      details: { status: 401 },
    });
    const none = registryAt(server, { login: undefined });
    expect(await problemOf(none.login(server.host))).toMatchObject({ code: 'CREDENTIALS_ABSENT', exitCode: 3 });
  });

  test('O25: images are found, absent, refused or out of reach', async () => {
    const registry = registryAt(server);
    const image = `${server.host}/vendor/helm-charts/codemie-ui`;
    expect(await registry.imageStatus(`${image}:2.2.5`)).toBe('found');
    expect(await registry.imageStatus(`${image}@${await registry.resolve(ui, '2.2.5')}`)).toBe('found');
    expect(await registry.imageStatus(`${image}:9.9.9`)).toBe('not-found');
    if (auth !== 'none')
      expect(await registryAt(server, { login: undefined }).imageStatus(`${image}:2.2.5`)).toBe('refused');
    expect(await registry.imageStatus('127.0.0.1:1/vendor/image:1')).toBe('unreachable');
  });

  test.runIf(auth === 'token')('one token serves resolving and pulling, and is asked for that chart only', async () => {
    const registry = registryAt(server);
    await registry.pull(ui, await registry.resolve(ui, '2.2.4'));
    expect(server.tokenSeen).toHaveLength(1);
    const asked = new URL(server.tokenSeen[0]?.url ?? '');
    expect(asked.searchParams.get('scope')).toBe('repository:vendor/helm-charts/codemie-ui:pull');
    expect(asked.searchParams.get('service')).toBe('test-registry');
    expect(server.seen.some(({ authorization }) => authorization?.startsWith('Basic') === true)).toBe(false);
  });
});

describe('a registry that misbehaves', () => {
  let server: RegistryServer;
  beforeAll(async () => {
    server = await startRegistry('basic');
    await server.push(join(charts, 'codemie-ui-2.2.5.tgz'), 'vendor/helm-charts');
  });
  afterAll(() => server.close());
  beforeEach(() => {
    server.intercept = () => false;
    server.seen.length = 0;
    sleeps.length = 0;
  });

  test('C13: 403 is told apart from 401', async () => {
    server.intercept = (_request, response) => response.writeHead(403).end() !== undefined;
    const problem = await problemOf(registryAt(server).resolve(ui, '2.2.5'));
    expect(problem).toMatchObject({ code: 'REGISTRY_REFUSED', details: { status: 403 } });
    expect(problem.message).toContain('403');
  });

  test('C13: a registry that is down is told apart, and named', async () => {
    const problem = await problemOf(registryAt({ host: '127.0.0.1:1' }).resolve(ui, '2.2.5'));
    expect(problem).toMatchObject({ code: 'REGISTRY_UNREACHABLE', exitCode: 3 });
    expect(problem.message).toContain('127.0.0.1:1');
    expect(sleeps).toHaveLength(3);
  });

  test('429 and 5xx are tried again, as long as the registry asks for and no longer than 10 s', async () => {
    let left = 3;
    server.intercept = (_request, response) => {
      if (left === 0) return false;
      left -= 1;
      response.writeHead(left === 1 ? 503 : 429, left === 2 ? { 'retry-after': '3' } : { 'retry-after': '600' }).end();
      return true;
    };
    expect(await registryAt(server).resolve(ui, '2.2.5')).toMatch(digestPattern);
    expect(sleeps).toEqual([3000, 10_000, 10_000]);
  });

  test('5xx without end is named', async () => {
    server.intercept = (_request, response) => response.writeHead(502).end() !== undefined;
    const problem = await problemOf(registryAt(server).resolve(ui, '2.2.5'));
    expect(problem).toMatchObject({ code: 'REGISTRY_UNREACHABLE', details: { status: 502 } });
    expect(server.seen).toHaveLength(4);
  });

  test('a redirect to a blob store is followed without the Authorization', async () => {
    const archive = readFileSync(join(charts, 'codemie-ui-2.2.5.tgz'));
    const seen: (string | undefined)[] = [];
    const store = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.end(archive);
    });
    const storeHost = await listen(store);
    server.intercept = (request, response) => {
      if (request.url?.includes('/blobs/') !== true || request.headers.authorization === undefined) return false;
      response.writeHead(307, { location: `http://${storeHost}/signed?signature=1` }).end();
      return true;
    };
    const registry = registryAt(server);
    const { file } = await registry.pull(ui, await registry.resolve(ui, '2.2.5'));
    await close(store);
    expect(readFileSync(file)).toEqual(archive);
    expect(seen).toEqual([undefined]);
  });

  test('a redirect to plain HTTP elsewhere, or in a circle, is not followed', async () => {
    const registry = registryAt(server);
    const digest = await registry.resolve(ui, '2.2.5');
    for (const location of ['http://storage.example/blob', '/v2/again/blobs/x']) {
      server.intercept = (request, response) => {
        if (request.url?.includes('/blobs/') !== true) return false;
        response.writeHead(307, { location }).end();
        return true;
      };
      expect((await problemOf(registry.pull(ui, digest))).message).toMatch(/not https|more than 5 times/);
    }
  });

  test('a blob with another content, or too long, is refused and leaves no file', async () => {
    const registry = registryAt(server);
    const digest = await registry.resolve(ui, '2.2.5');
    const archive = readFileSync(join(charts, 'codemie-ui-2.2.5.tgz'));
    const changed = Buffer.from(archive);
    changed[100] = (changed[100] ?? 0) ^ 1;
    for (const bytes of [changed, Buffer.concat([archive, archive])]) {
      server.intercept = (request, response) => {
        if (request.url?.includes('/blobs/') !== true) return false;
        response.end(bytes);
        return true;
      };
      expect((await problemOf(registry.pull(ui, digest))).code).toBe('DIGEST_MISMATCH');
      expect(readdirSync(join(folder, 'charts'))).toEqual([]);
    }
  });

  test('a manifest that is not what its digest says is refused', async () => {
    server.intercept = (request, response) => {
      if (request.method !== 'GET' || request.url?.includes('/manifests/') !== true) return false;
      response.end('{"layers":[]}');
      return true;
    };
    expect((await problemOf(registryAt(server).resolve(ui, '2.2.5'))).code).toBe('DIGEST_MISMATCH');
    expect((await problemOf(registryAt(server).pull(ui, `sha256:${'0'.repeat(64)}`))).code).toBe('DIGEST_MISMATCH');
  });

  test('what is no chart is refused', async () => {
    const manifest = JSON.stringify({
      layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: 'x', size: 1 }],
    });
    server.intercept = (_request, response) => response.end(manifest) !== undefined;
    const problem = await problemOf(registryAt(server).resolve(ui, '2.2.5'));
    expect(problem.code).toBe('CHART_BAD');
    expect(problem.message).toContain('no Helm chart');
  });

  test('credentials are not shown to a token service on plain HTTP elsewhere', async () => {
    server.intercept = (_request, response) => {
      response.writeHead(401, { 'www-authenticate': 'Bearer realm="http://auth.example/token",service="x"' }).end();
      return true;
    };
    const problem = await problemOf(registryAt(server).resolve(ui, '2.2.5'));
    expect(problem).toMatchObject({ code: 'REGISTRY_REFUSED' });
    expect(problem.message).toContain('http://auth.example/token');
  });

  test('plain HTTP is for loopback only', async () => {
    const registry = registryAt(server, { mirrors: [] });
    expect(await problemOf(registry.resolve(ui, '2.2.5'))).toMatchObject({ code: 'PLAIN_HTTP_REFUSED', exitCode: 2 });
    const secure = registryAt(server, { plainHttp: undefined });
    expect((await problemOf(secure.resolve(ui, '2.2.5'))).code).toBe('REGISTRY_UNREACHABLE');
  });
});
