import http from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import { withScheme } from './proxy-choice.ts';
import { connectThroughSocks, type SocksTarget } from './socks.ts';

/** TLS of one server, in the words of Node. */
export interface TlsOptions {
  readonly ca?: string | readonly string[] | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** The name to ask for and to find in the certificate, where it is not the host. */
  readonly servername?: string | undefined;
  readonly rejectUnauthorized?: boolean | undefined;
}

/** Connections to one server, or to many through one proxy. */
export interface Agents {
  for(url: URL): http.Agent;
  /** Ends every connection. */
  close(): void;
}

// Load balancers drop silent connections after a minute, API servers after 90 s: probes every 30 s, as client-go sends
// them, and a connection that nobody used for 45 s is not used again (`timeout` ends free sockets only).
const keepAlive = { keepAlive: true, keepAliveMsecs: 30_000, maxFreeSockets: 64, timeout: 45_000 };

/**
 * Makes agents that keep connections open, through a proxy when there is one: http, https or socks5 (names are resolved
 * by the proxy, as Go does it).
 *
 * @param options.tls asked for when the first TLS connection is made
 */
export function makeAgents(options: { readonly proxy?: string | undefined; readonly tls: () => TlsOptions }): Agents {
  const proxy = options.proxy === undefined ? undefined : withScheme(options.proxy);
  let plain: http.Agent | undefined;
  let secure: https.Agent | undefined;
  return {
    for: (url) => {
      if (url.protocol !== 'https:') return (plain ??= makePlainAgent(proxy));
      return (secure ??= makeSecureAgent(proxy, options.tls()));
    },
    close: () => {
      plain?.destroy();
      secure?.destroy();
    },
  };
}

function makePlainAgent(proxy: string | undefined): http.Agent {
  if (proxy === undefined) return new http.Agent(keepAlive);
  if (!isSocks(proxy)) return new http.Agent({ ...keepAlive, proxyEnv: { HTTP_PROXY: proxy } });
  return withConnection(new http.Agent(keepAlive), (target) => connectThroughSocks(proxy, target));
}

function makeSecureAgent(proxy: string | undefined, given: TlsOptions): https.Agent {
  const { servername, rejectUnauthorized } = given;
  const options = {
    // Made once: reading hundreds of certificates again for each connection takes 40 ms.
    secureContext: tls.createSecureContext({
      ...(given.ca === undefined ? {} : { ca: typeof given.ca === 'string' ? given.ca : [...given.ca] }),
      ...(given.cert === undefined ? {} : { cert: given.cert }),
      ...(given.key === undefined ? {} : { key: given.key }),
    }),
    ...(servername === undefined ? {} : { servername }),
    ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
  };
  if (proxy === undefined) return new https.Agent({ ...keepAlive, ...options });
  if (!isSocks(proxy)) return new https.Agent({ ...keepAlive, ...options, proxyEnv: { HTTPS_PROXY: proxy } });
  return withConnection(new https.Agent({ ...keepAlive, ...options }), async (target) => {
    const socket = await connectThroughSocks(proxy, target);
    const name = servername ?? (isIP(target.host) === 0 ? target.host : undefined);
    return tls.connect({ ...options, socket, host: target.host, ...(name === undefined ? {} : { servername: name }) });
  });
}

function isSocks(proxy: string): boolean {
  return /^socks5h?:/i.test(proxy);
}

/** Node lets an agent answer later, through a callback that its types do not show. */
function withConnection<T extends http.Agent>(agent: T, connect: (target: SocksTarget) => Promise<Duplex>): T {
  const createConnection = (
    options: { readonly host?: string; readonly port?: string | number },
    callback: (error: Error | null, socket?: Duplex) => void,
  ): undefined => {
    connect({ host: options.host ?? '', port: Number(options.port) }).then(
      (socket) => callback(null, socket),
      (error: unknown) => callback(error instanceof Error ? error : new Error('the proxy failed')),
    );
  };
  return Object.assign(agent, { createConnection });
}
