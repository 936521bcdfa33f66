import http, { type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import https from 'node:https';
import { pipeline, Readable } from 'node:stream';
import { makeAgents, type Agents } from './agents.ts';
import { explainNetworkError, timedOut } from './network-error.ts';
import { proxyFor, type Environment } from './proxy-choice.ts';
import { trustedCertificates } from './trust.ts';

export interface HttpRequest {
  readonly url: string;
  /** GET where absent. */
  readonly method?: string | undefined;
  readonly headers?: OutgoingHttpHeaders | undefined;
  readonly body?: string | Uint8Array | Readable | undefined;
  /** Certificates to trust besides the usual ones, as a PEM file. */
  readonly caFile?: string | undefined;
  /** Instead of the client's own agents: proxy and TLS are then the agent's. */
  readonly agent?: http.Agent | undefined;
  /**
   * Milliseconds until the answer begins, and then between two pieces of its body. Absent: as long as it takes, as a
   * watch needs it.
   */
  readonly timeoutMs?: number | undefined;
  /** Milliseconds until the connection stands, proxy and TLS included. Absent: 10 s. */
  readonly connectTimeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Must be read to its end or destroyed: it holds the connection. */
  readonly body: Readable;
}

export interface HttpClient {
  /**
   * Sends one request. Redirects are not followed, bodies not decompressed, nothing tried again: that is the caller's
   * to decide. Network errors are thrown as Errors whose `code` is Node's (ECONNREFUSED, ETIMEDOUT, …) and whose message
   * names the host, never a credential.
   */
  request(request: HttpRequest): Promise<HttpAnswer>;
  /** Closes idle connections. */
  close(): void;
}

const connectTimeoutMs = 10_000;

/**
 * The HTTP client of everything that speaks to the network. It honours HTTPS_PROXY, HTTP_PROXY and NO_PROXY as Go's
 * programs read them, SSL_CERT_FILE and NODE_EXTRA_CA_CERTS, and trusts the system's certificates as helm does.
 *
 * @param options.caFile trusted for every request, besides a request's own
 */
export function makeHttpClient(options: {
  readonly env: Environment;
  readonly caFile?: string | undefined;
}): HttpClient {
  const known = new Map<string, Agents>();

  function agentFor(url: URL, caFile: string | undefined): http.Agent {
    const proxy = proxyFor(url, options.env);
    const key = JSON.stringify([proxy, url.protocol === 'https:' ? caFile : undefined]);
    let agents = known.get(key);
    if (agents === undefined) {
      const caFiles = [options.caFile, caFile].filter((file) => file !== undefined);
      agents = makeAgents({ proxy, tls: () => ({ ca: trustedCertificates(options.env, caFiles) }) });
      known.set(key, agents);
    }
    return agents.for(url);
  }

  return {
    request: async (asked) => {
      const url = new URL(asked.url);
      return sendRequest({ ...asked, agent: asked.agent ?? agentFor(url, asked.caFile) });
    },
    close: () => {
      for (const agents of known.values()) agents.close();
      known.clear();
    },
  };
}

let ofThisProcess: HttpClient | undefined;

/** One request under this process's environment. See HttpClient.request. */
export async function request(asked: HttpRequest): Promise<HttpAnswer> {
  ofThisProcess ??= makeHttpClient({ env: process.env });
  return ofThisProcess.request(asked);
}

/** One request through a given agent. See HttpClient.request. */
export async function sendRequest(asked: HttpRequest & { readonly agent: http.Agent }): Promise<HttpAnswer> {
  const url = new URL(asked.url);
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
  const outgoing = (url.protocol === 'https:' ? https : http).request(url, {
    agent: asked.agent,
    method: asked.method ?? 'GET',
    headers: withLength(asked),
    ...(asked.signal === undefined ? {} : { signal: asked.signal }),
  });
  const patience = keepTime(outgoing, asked, url);
  outgoing.on('error', (error) => {
    patience.stop();
    reject(explainNetworkError(error, url, !patience.isConnected()));
  });
  outgoing.once('response', (incoming) => {
    patience.stop();
    if (asked.timeoutMs !== undefined) endWhenIdle(incoming, asked.timeoutMs, url);
    resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: incoming });
  });
  if (asked.body instanceof Readable) {
    // A caller that goes away takes the request with it; an upstream that goes away is reported by `error`.
    pipeline(asked.body, outgoing, () => undefined);
  } else {
    outgoing.end(asked.body);
  }
  return promise;
}

function withLength(asked: HttpRequest): OutgoingHttpHeaders {
  const { body, headers } = asked;
  if (body === undefined || body instanceof Readable) return { ...headers };
  return { ...headers, 'content-length': Buffer.byteLength(body) };
}

function keepTime(
  outgoing: http.ClientRequest,
  asked: HttpRequest,
  url: URL,
): { stop: () => void; isConnected: () => boolean } {
  let isConnected = false;
  const patience = asked.connectTimeoutMs ?? connectTimeoutMs;
  const connecting = setTimeout(
    () => outgoing.destroy(timedOut(url, `no connection within ${patience / 1000} s`)),
    patience,
  );
  const answering =
    asked.timeoutMs === undefined
      ? undefined
      : setTimeout(
          () => outgoing.destroy(timedOut(url, `no answer within ${(asked.timeoutMs ?? 0) / 1000} s`)),
          asked.timeoutMs,
        );
  outgoing.once('socket', (socket) => {
    const connected = () => {
      isConnected = true;
      clearTimeout(connecting);
    };
    if (outgoing.reusedSocket || !socket.connecting) connected();
    else socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', connected);
  });
  return {
    isConnected: () => isConnected,
    stop: () => {
      clearTimeout(connecting);
      clearTimeout(answering);
    },
  };
}

function endWhenIdle(incoming: http.IncomingMessage, timeoutMs: number, url: URL): void {
  const { socket } = incoming;
  const idle = () => incoming.destroy(timedOut(url, `the answer stood still for ${timeoutMs / 1000} s`));
  socket.setTimeout(timeoutMs);
  socket.once('timeout', idle);
  incoming.once('close', () => {
    socket.off('timeout', idle);
    socket.setTimeout(0);
  });
}

/** Bytes that a text or JSON answer may have before it is given up: 64 MiB, above any list of a large cluster's page. */
const answerLimit = 64 * 1024 * 1024;

/** Reads the whole body. Throws when it is larger than the limit, in bytes. */
export async function readBytes(answer: HttpAnswer, limit: number = answerLimit): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer.body as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > limit) {
      answer.body.destroy();
      throw new Error(`an answer of more than ${limit} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

/** The body as UTF-8 text. */
export async function readText(answer: HttpAnswer, limit: number = answerLimit): Promise<string> {
  return (await readBytes(answer, limit)).toString('utf8');
}

/** The body as JSON. Throws SyntaxError when it is none. */
export async function readJson(answer: HttpAnswer, limit: number = answerLimit): Promise<unknown> {
  return JSON.parse(await readText(answer, limit)) as unknown;
}
