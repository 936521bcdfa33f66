import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, createServer, request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import type { Sandbox } from '@liftlock/sandbox';
import { issueCertificate, makeAuthority } from '../../../sandbox/src/x509.ts';
import { passPlain, type Passed } from './pass-plain.ts';
import { writeProxyKubeconfig } from './proxy-kubeconfig.ts';

/** What is done instead of passing a request on as it is. */
export type FaultAct =
  /** A Status object, or with `isPlain` the words of something in between. */
  | { readonly status: number; readonly retryAfter?: number; readonly message?: string; readonly isPlain?: boolean }
  /** The connection is reset: nothing was passed on, everything was and no answer came, or the answer broke off. */
  | { readonly reset: 'before' | 'after' | 'within' }
  | { readonly slowMs: number }
  /** The oldest answer that was given to the same question; the first question itself is passed on. */
  | { readonly stale: true }
  /** Nobody listens for so long, or until `up`. */
  | { readonly downMs: number }
  | { readonly down: true };

/** Which requests are met, and how often. */
export interface FaultRule {
  readonly act: FaultAct;
  readonly method?: RegExp | undefined;
  /** Path with query. */
  readonly path?: RegExp | undefined;
  readonly userAgent?: RegExp | undefined;
  /** So many that fit are passed on first. */
  readonly skip?: number | undefined;
  /** So many are met; 1 where absent. */
  readonly times?: number | undefined;
}

/** An API server that fails as it is told, before the real one. */
export interface FaultProxy {
  /** A kubeconfig whose user logs in by an exec plug-in, and trusts a file of authorities. */
  readonly kubeconfig: string;
  /** Adds a rule; tells how often it met a request. */
  add(rule: FaultRule): () => number;
  clear(): void;
  /** Requests so far, as `PATCH /apis/… 200`; 0 where none was answered. */
  readonly seen: readonly string[];
  /** Ends every watch that stands, or tells it first that its version is gone. */
  breakWatches(how: 'closed' | 'gone'): number;
  /** The token that was good is refused from now on; the plug-in has another. */
  expireToken(): void;
  /** As expireToken, but the plug-in has none to give, and fails, until expireToken. */
  endLogins(): void;
  /** How often the plug-in was asked so far. */
  pluginRuns(): number;
  /** Another certificate, of another authority, which stands in the file that the kubeconfig names. */
  rotateCertificate(): void;
  down(): void;
  up(): Promise<void>;
  /** Resets all connections. */
  cut(): void;
  close(): void;
}

/** A port that was left may be somebody else's for a moment: a minute of tries. */
const listenTries = 240;
const listenPauseMs = 250;

interface Rule extends FaultRule {
  met: number;
  passed: number;
}

/** @param folder for kubeconfig, plug-in and tokens */
export async function startFaultProxy(sandbox: Sandbox, folder: string): Promise<FaultProxy> {
  const rules: Rule[] = [];
  const seen: string[] = [];
  const sockets = new Set<Socket>();
  const watches = new Map<ServerResponse, IncomingMessage>();
  const oldest = new Map<string, Passed>();
  const caFile = join(folder, 'proxy-ca.pem');
  const tokenFile = join(folder, 'proxy-token');
  const countFile = join(folder, 'proxy-plugin-runs');
  let token = '';
  let tokens = 0;
  let timer: NodeJS.Timeout | undefined;
  const newToken = () => {
    token = `token-${(tokens += 1)}`;
    writeFileSync(tokenFile, token, { mode: 0o600 });
  };
  const upstream = upstreamOf(sandbox);
  const first = makeCertificate(caFile);
  const server = createServer(first, (request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.keepAliveTimeout = 60_000;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const what = `${request.method ?? ''} ${(request.url ?? '').split('?')[0] ?? ''}`;
    const at = seen.push(`${what} 0`) - 1;
    response.once('finish', () => {
      seen[at] = `${what} ${response.statusCode}`;
    });
    if (request.headers.authorization !== `Bearer ${token}`) {
      sendStatus(response, { status: 401, message: 'Unauthorized' });
      return;
    }
    const act = take(request)?.act;
    if (act === undefined) await pass(request, response);
    else await meet(act, request, response);
  }

  function take(request: IncomingMessage): Rule | undefined {
    const fitting = rules.find((rule) => {
      const fits =
        rule.met < (rule.times ?? 1) &&
        (rule.method?.test(request.method ?? '') ?? true) &&
        (rule.path?.test(request.url ?? '') ?? true) &&
        (rule.userAgent?.test(request.headers['user-agent'] ?? '') ?? true) &&
        (!('stale' in rule.act) || oldest.has(request.url ?? ''));
      if (!fits) return false;
      rule.passed += 1;
      return rule.passed > (rule.skip ?? 0);
    });
    if (fitting !== undefined) fitting.met += 1;
    return fitting;
  }

  async function meet(act: FaultAct, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if ('status' in act) {
      request.resume();
      sendStatus(response, act);
    } else if ('slowMs' in act) {
      await sleep(act.slowMs);
      await pass(request, response);
    } else if ('stale' in act) {
      const { status, headers, body } = oldest.get(request.url ?? '') ?? { status: 500, headers: {}, body: '' };
      response.writeHead(status, headers).end(body);
    } else if ('down' in act || 'downMs' in act) {
      down();
      if ('downMs' in act) timer = setTimeout(() => void up(), act.downMs);
    } else if (act.reset === 'before') {
      request.socket.resetAndDestroy();
    } else {
      const passed = await passPlain(upstream, request);
      if (act.reset === 'within') {
        response.writeHead(passed.status, passed.headers);
        response.write(passed.body.subarray(0, Math.floor(passed.body.length / 2)));
        await sleep(50);
      }
      request.socket.resetAndDestroy();
    }
  }

  /** Watches and logs as they come; everything else whole, so that it can be remembered. */
  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (/[?&](?:watch|follow)=(?:true|1)/.test(request.url ?? '')) {
      stream(request, response);
      return;
    }
    const passed = await passPlain(upstream, request);
    const key = request.url ?? '';
    if (request.method === 'GET' && passed.status === 200 && !oldest.has(key)) oldest.set(key, passed);
    response.writeHead(passed.status, passed.headers).end(passed.body);
  }

  function stream(request: IncomingMessage, response: ServerResponse): void {
    const onward = httpsRequest({ ...upstream.options(request), agent: upstream.agent }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      response.flushHeaders();
      watches.set(response, answer);
      answer.pipe(response);
      answer.on('error', () => response.destroy());
    });
    onward.on('error', () => response.destroy());
    response.once('close', () => {
      watches.delete(response);
      onward.destroy();
    });
    onward.end();
  }

  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  };
  const port = await listen(0);
  const cut = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  const down = () => {
    server.close();
    cut();
  };
  const up = async () => {
    for (let tries = 1; !server.listening; tries += 1) {
      try {
        await listen(port);
      } catch (error) {
        // Whoever was given the port meanwhile needs it for a moment.
        if (tries === listenTries) throw error;
        await sleep(listenPauseMs);
      }
    }
  };
  newToken();
  writeFileSync(countFile, '');
  return {
    kubeconfig: writeProxyKubeconfig(folder, { port, caFile, tokenFile, countFile }),
    seen,
    add: (rule) => {
      const added = { ...rule, met: 0, passed: 0 };
      rules.push(added);
      return () => added.met;
    },
    clear: () => void rules.splice(0),
    breakWatches: (how) => {
      const broken = [...watches];
      for (const [response, answer] of broken) {
        answer.unpipe(response);
        const isJson = /json/.test(String(response.getHeader('content-type')));
        const isPlain = response.getHeader('content-encoding') === undefined;
        if (how === 'gone' && isJson && isPlain)
          response.write(
            `${JSON.stringify({ type: 'ERROR', object: statusOf(410, 'Expired', 'too old resource version') })}\n`,
          );
        response.end();
      }
      return broken.length;
    },
    expireToken: newToken,
    endLogins: () => {
      newToken();
      rmSync(tokenFile);
    },
    pluginRuns: () => readFileSync(countFile, 'utf8').length,
    rotateCertificate: () => {
      server.setSecureContext(makeCertificate(caFile));
      cut();
    },
    down,
    up,
    cut,
    close: () => {
      clearTimeout(timer);
      server.close();
      cut();
      upstream.agent.destroy();
    },
  };
}

function makeCertificate(caFile: string): { readonly cert: string; readonly key: string } {
  const authority = makeAuthority('fault-proxy');
  writeFileSync(caFile, authority.certificate);
  const { certificate, key } = issueCertificate(authority, 'fault-proxy', {
    commonName: 'localhost',
    hosts: ['localhost', '127.0.0.1'],
  });
  return { cert: certificate, key };
}

interface Kubeconfig {
  readonly users: readonly { readonly user: Readonly<Record<string, string>> }[];
}

/** The way to the real API server, as its administrator. */
function upstreamOf(sandbox: Sandbox) {
  const { users } = parse(readFileSync(sandbox.kubeconfig, 'utf8')) as Kubeconfig;
  const user = users[0]?.user ?? {};
  const pem = (name: string) => {
    const data = user[`${name}-data`];
    return data === undefined ? readFileSync(user[name] ?? '', 'utf8') : Buffer.from(data, 'base64').toString('utf8');
  };
  const agent = new Agent({
    keepAlive: true,
    ca: readFileSync(sandbox.caFile),
    cert: pem('client-certificate'),
    key: pem('client-key'),
  });
  const { hostname, port } = new URL(sandbox.server);
  return {
    agent,
    options: ({ method, url, headers }: IncomingMessage) => {
      const { authorization: _token, host: _host, connection: _connection, ...rest } = headers;
      return { hostname, port, method: method ?? 'GET', path: url ?? '/', headers: rest };
    },
  };
}

function statusOf(code: number, reason: string, message: string): object {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code };
}

function sendStatus(response: ServerResponse, fault: Extract<FaultAct, { readonly status: number }>): void {
  const { status, retryAfter, message = `HTTP ${status} by the fault proxy`, isPlain = false } = fault;
  response.writeHead(status, {
    'content-type': isPlain ? 'text/plain' : 'application/json',
    ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
  });
  response.end(isPlain ? message : JSON.stringify(statusOf(status, '', message)));
}
