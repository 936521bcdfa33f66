import { execFile, spawn } from 'node:child_process';
import { generateKeyPairSync, createPublicKey, randomBytes, sign, verify } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import {
  createServer,
  request as sendRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from '../../sandbox/src/build.ts';

const run = promisify(execFile);

/** One request as the registry, or a server beside it, saw it. */
export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly authorization: string | undefined;
}

/** Answers instead of the registry, and returns true; or false. */
export type Interception = (request: IncomingMessage, response: ServerResponse) => boolean;

export interface RegistryServer {
  /** `127.0.0.1:port`. */
  readonly host: string;
  readonly seen: Seen[];
  /** Set by tests. */
  intercept: Interception;
  /** Accepted by Basic login and by the token service. */
  readonly users: Map<string, string>;
  /** The token service of `auth: 'token'`. */
  readonly tokenSeen: Seen[];
  push(archive: string, repository: string): Promise<void>;
  close(): Promise<void>;
}

export async function helmBinary(major: 3 | 4): Promise<string> {
  return (await build()).programs[major === 3 ? 'helm3' : 'helm4'];
}

export function listen(server: Server): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(`127.0.0.1:${(server.address() as AddressInfo).port}`));
  });
}

export function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

export function basicOf(header: string | undefined): [user: string, password: string] | undefined {
  if (header?.startsWith('Basic ') !== true) return undefined;
  const pair = Buffer.from(header.slice(6), 'base64').toString();
  return [pair.slice(0, pair.indexOf(':')), pair.slice(pair.indexOf(':') + 1)];
}

/**
 * The real registry program, with a small server in front that records, asks for a Basic login and lets tests interfere.
 * Its token login is the registry's own: it verifies what the token service beside it has signed.
 */
export async function startRegistry(auth: 'none' | 'basic' | 'token'): Promise<RegistryServer> {
  const folder = mkdtempSync(join(tmpdir(), 'liftlock-registry-'));
  const users = new Map([['tester', 'canary-registry-password']]);
  const tokens = await startTokenService(users);
  const socket = join(folder, 'registry.sock');
  const login = {
    realm: `http://${tokens.host}/token`,
    service: 'test-registry',
    issuer: 'test',
    jwks: join(folder, 'jwks.json'),
  };
  const config = {
    version: 0.1,
    log: { level: 'warn', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(folder, 'data') }, delete: { enabled: true } },
    http: { net: 'unix', addr: socket, relativeurls: true, secret: 'test' },
    ...(auth === 'token' ? { auth: { token: login } } : {}),
  };
  writeFileSync(login.jwks, JSON.stringify(tokens.keySet));
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
  const child = spawn((await build()).programs.registry, ['serve', join(folder, 'config.json')], { stdio: 'ignore' });
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);

  const seen: Seen[] = [];
  const registry: RegistryServer = {
    host: '',
    seen,
    intercept: () => false,
    users,
    tokenSeen: tokens.seen,
    push: (archive, repository) =>
      pushChart(archive, `${front.host}/${repository}`, auth === 'none' ? undefined : users, folder),
    async close() {
      kill();
      process.off('exit', kill);
      await Promise.all([close(front.server), tokens.close()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  const front = await startFront(registry, socket, auth === 'basic');
  await untilReady(socket);
  return Object.assign(registry, { host: front.host });
}

async function startFront(registry: RegistryServer, socketPath: string, asksForLogin: boolean) {
  const server = createServer((request, response) => {
    const { method = '', url = '' } = request;
    const { authorization, ...others } = request.headers;
    registry.seen.push({ method, url, authorization });
    if (registry.intercept(request, response)) return;
    const login = basicOf(authorization);
    if (asksForLogin && (login === undefined || registry.users.get(login[0]) !== login[1])) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="test, with a comma"' }).end();
      return;
    }
    const headers = asksForLogin ? others : request.headers;
    const onward = sendRequest({ socketPath, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  return { server, host: await listen(server) };
}

/** https://distribution.github.io/distribution/spec/auth/jwt/ */
async function startTokenService(users: ReadonlyMap<string, string>) {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://localhost');
    seen.push({ method: request.method ?? '', url: url.href, authorization: request.headers.authorization });
    const login = basicOf(request.headers.authorization);
    if (login === undefined || users.get(login[0]) !== login[1]) {
      response.writeHead(401).end('{}');
      return;
    }
    const [type = '', name = '', actions = ''] = (url.searchParams.get('scope') ?? '').split(':');
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: 'test',
      aud: url.searchParams.get('service'),
      sub: login[0],
      exp: now + 300,
      nbf: now - 10,
      iat: now,
      jti: randomBytes(8).toString('hex'),
      access: type === '' ? [] : [{ type, name, actions: actions.split(',') }],
    };
    const header = { alg: 'ES256', typ: 'JWT', kid: 'test-key' };
    const content = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
    const signature = sign('sha256', Buffer.from(content), { key: pair.privateKey, dsaEncoding: 'ieee-p1363' });
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ token: `${content}.${signature.toString('base64url')}`, expires_in: 300 }));
  });
  const host = await listen(server);
  const key = { ...pair.publicKey.export({ format: 'jwk' }), kid: 'test-key', alg: 'ES256', use: 'sig' };
  return { host, seen, keySet: { keys: [key] }, close: () => close(server) };
}

async function untilReady(socketPath: string): Promise<void> {
  for (;;) {
    const isUp = await new Promise<boolean>((resolve) => {
      sendRequest({ socketPath, path: '/v2/' }, (answer) => {
        answer.resume();
        resolve(true);
      })
        .on('error', () => resolve(false))
        .end();
    });
    if (isUp) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function pushChart(
  archive: string,
  repository: string,
  users: ReadonlyMap<string, string> | undefined,
  folder: string,
) {
  const helm = await helmBinary(3);
  const env = { PATH: process.env['PATH'], HELM_CACHE_HOME: folder, HELM_CONFIG_HOME: folder, HELM_DATA_HOME: folder };
  for (const [user, password] of users ?? []) {
    const login = run(
      helm,
      ['registry', 'login', '-u', user, '--password-stdin', '--plain-http', repository.split('/')[0] ?? ''],
      { env },
    );
    login.child.stdin?.end(password);
    await login;
  }
  await run(helm, ['push', archive, `oci://${repository}`, '--plain-http'], { env });
}

/** Packs a chart with the real helm; returns the path of its archive. */
export async function packChart(
  folder: string,
  name: string,
  version: string,
  values = 'replicaCount: 1\n',
): Promise<string> {
  const chart = join(folder, `${name}-${version}`, name);
  mkdirSync(join(chart, 'templates'), { recursive: true });
  const metadata = { apiVersion: 'v2', name, version, appVersion: '7.1', kubeVersion: '>=1.25.0-0' };
  writeFileSync(join(chart, 'Chart.yaml'), JSON.stringify(metadata));
  writeFileSync(join(chart, 'values.yaml'), values);
  writeFileSync(join(chart, 'templates', 'nothing.yaml'), '');
  const env = { PATH: process.env['PATH'], HELM_CACHE_HOME: folder, HELM_CONFIG_HOME: folder, HELM_DATA_HOME: folder };
  await run(await helmBinary(3), ['package', chart, '--destination', folder], { env });
  return join(folder, `${name}-${version}.tgz`);
}

/** A service account's key, and the endpoint that exchanges it for access tokens. */
export interface GoogleServer {
  readonly host: string;
  readonly key: Readonly<Record<string, string>>;
  readonly assertions: { readonly header: Record<string, unknown>; readonly claims: Record<string, unknown> }[];
  /** Set by tests: the key is refused as an expired one is. */
  isExpired: boolean;
  /** Seconds. */
  lifetime: number;
  readonly tokens: string[];
  close(): Promise<void>;
}

export async function startGoogle(): Promise<GoogleServer> {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const server = createServer((request, response) => {
    void answerGoogle(
      google,
      createPublicKey(pair.publicKey.export({ type: 'spki', format: 'pem' })),
      request,
      response,
    );
  });
  const host = await listen(server);
  const key = {
    type: 'service_account',
    client_email: 'puller@vendor.example',
    private_key_id: randomBytes(20).toString('hex'),
    private_key: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    token_uri: `http://${host}/token`,
  };
  const google: GoogleServer = {
    host,
    key,
    assertions: [],
    isExpired: false,
    lifetime: 3600,
    tokens: [],
    close: () => close(server),
  };
  return google;
}

async function answerGoogle(
  google: GoogleServer,
  publicKey: ReturnType<typeof createPublicKey>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  const form = new URLSearchParams(body);
  const [header = '', claims = '', signature = ''] = (form.get('assertion') ?? '').split('.');
  const isSigned = verify(
    'RSA-SHA256',
    Buffer.from(`${header}.${claims}`),
    publicKey,
    Buffer.from(signature, 'base64url'),
  );
  const isGrant = form.get('grant_type') === 'urn:ietf:params:oauth:grant-type:jwt-bearer';
  response.setHeader('content-type', 'application/json');
  if (!isSigned || !isGrant || google.isExpired) {
    response
      .writeHead(400)
      .end(JSON.stringify({ error: 'invalid_grant', error_description: 'Invalid JWT Signature.' }));
    return;
  }
  const parts = [header, claims].map(
    (part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>,
  );
  google.assertions.push({ header: parts[0] ?? {}, claims: parts[1] ?? {} });
  const token = `ya29.${randomBytes(24).toString('base64url')}`;
  google.tokens.push(token);
  response.end(JSON.stringify({ access_token: token, expires_in: google.lifetime, token_type: 'Bearer' }));
}
