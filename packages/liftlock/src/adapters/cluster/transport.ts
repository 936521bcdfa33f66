import type { Agent, OutgoingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import { isProblem, type Problem, type Touched } from '../../model/problem.ts';
import { makeAgents, type Agents, type TlsOptions } from '../http/agents.ts';
import { sendRequest, type HttpAnswer } from '../http/http-client.ts';
import { proxyFor, withScheme, type Environment } from '../http/proxy-choice.ts';
import { trustedCertificates } from '../http/trust.ts';
import { dataOrFile, makeCredentials, type Login } from './credentials.ts';
import { textOf, type KubeconfigContext } from './kubeconfig.ts';
import { makePatience, type ServerPatience } from './patience.ts';
import { leaseLostProblem, unreachableProblem } from './problems.ts';

/** An API server asks its store before it calls itself ready: one that takes longer is not. */
const readyMs = 5_000;

export interface ClusterRequest {
  readonly method: string;
  /** The API's path with its query, from `/` on. */
  readonly path: string;
  readonly headers?: OutgoingHttpHeaders | undefined;
  readonly body?: string | Uint8Array | Readable | undefined;
  /** Milliseconds until the answer begins, and between its pieces. Absent: without end, for watches. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Asked when nothing but sending is left to do, after a login that may take long. False: LEASE_LOST. */
  readonly maySend?: (() => Promise<boolean>) | undefined;
}

/** Speaks to one API server as one user. */
export interface Transport {
  /**
   * Sends a request with the user's credentials and gives back whatever was answered. Nothing is tried again but what was
   * answered with 401, which means that nothing was done, once with a renewed login. Problems: CLUSTER_UNREACHABLE, CLUSTER_LOGIN_FAILED, LEASE_LOST. Abort errors pass as they are.
   */
  send(request: ClusterRequest): Promise<HttpAnswer>;
  /** What a connection that broke in the middle of an answer means: CLUSTER_UNREACHABLE. */
  failure(method: string, error: Error): Problem;
  /** How long those who ask wait for this API server. */
  readonly patience: ServerPatience;
  close(): void;
}

/** @param userAgent sent where the request brings none */
export function makeTransport(
  context: KubeconfigContext,
  options: {
    readonly env: Environment;
    readonly caFile?: string | undefined;
    readonly userAgent: string;
    /** See makeCredentials. */
    readonly learn?: ((secret: string) => void) | undefined;
  },
): Transport {
  const credentials = makeCredentials(context, options.env, options.learn);
  const agents = agentsByCertificate(context, options);
  const patience = makePatience(async () => isReady(transport));
  const failure = (method: string, error: Error) =>
    unreachableProblem(context.server, context.name, error, touchedBy(method, error));
  const transport: Transport = {
    patience,
    failure,
    send: async (request) => {
      const login = await credentials.login();
      const answer = await sendAs(login, request);
      if (answer.status !== 401) return answer;
      // A body that was a stream is gone.
      if (!credentials.forget(login) || request.body instanceof Readable) return answer;
      answer.body.destroy();
      return sendAs(await credentials.login(), request);
    },
    close: agents.close,
  };

  async function sendAs(login: Login, request: ClusterRequest): Promise<HttpAnswer> {
    if (request.maySend !== undefined && !(await request.maySend())) throw leaseLostProblem();
    request.signal?.throwIfAborted();
    const url = `${context.server}${request.path}`;
    try {
      const answer = await sendRequest({
        ...request,
        url,
        agent: agents.for(new URL(url), login),
        headers: { 'user-agent': options.userAgent, ...request.headers, ...login.headers },
      });
      if (answer.status < 500) patience.answered();
      return answer;
    } catch (error) {
      if (isProblem(error) || request.signal?.aborted === true) throw error;
      throw failure(request.method, error instanceof Error ? error : new Error('unknown network error'));
    }
  }
  return transport;
}

/** What the API server says of itself; everybody may ask. True where it cannot be told. */
async function isReady(transport: Transport): Promise<boolean> {
  try {
    const answer = await transport.send({ method: 'GET', path: '/readyz', timeoutMs: readyMs });
    answer.body.destroy();
    return answer.status < 500;
  } catch (error) {
    if (isProblem(error) && error.code !== 'CLUSTER_UNREACHABLE') return true;
    return false;
  }
}

/** A write that was on its way may have been done; one that never found a connection was not. */
function touchedBy(method: string, error: Error): Touched {
  const code = 'code' in error ? String(error.code) : '';
  const neverSent =
    ('neverSent' in error && error.neverSent === true) ||
    /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ERR_PROXY_TUNNEL|CERT_|UNABLE_|SELF_|DEPTH_|ERR_TLS|ERR_SSL|ERR_OSSL)/.test(
      code,
    );
  return method === 'GET' || method === 'HEAD' || neverSent ? 'no' : 'unknown';
}

/** Certificates belong to the connection: where ours, or the authorities that are trusted, are renewed, new ones are made. */
function agentsByCertificate(
  context: KubeconfigContext,
  options: { readonly env: Environment; readonly caFile?: string | undefined },
): { for(url: URL, login: Login): Agent; close(): void } {
  let current: Agents | undefined;
  let used: readonly (string | undefined)[] = [];
  const old: Agents[] = [];
  return {
    for: (url, login) => {
      const wanted = [dataOrFile(context.cluster, 'certificate-authority'), login.cert, login.key];
      if (current === undefined || wanted.some((pem, index) => pem !== used[index])) {
        if (current !== undefined) old.push(current);
        used = wanted;
        current = makeAgents({ proxy: proxyOf(context, options.env), tls: () => tlsOf(context, options, login) });
      }
      return current.for(url);
    },
    close: () => {
      for (const agents of [...old, ...(current === undefined ? [] : [current])]) agents.close();
    },
  };
}

/** `proxy-url` of the cluster wins, whatever NO_PROXY says; as client-go has it. */
function proxyOf(context: KubeconfigContext, env: Environment): string | undefined {
  const own = textOf(context.cluster.fields['proxy-url']);
  return own === '' ? proxyFor(new URL(context.server), env) : withScheme(own);
}

function tlsOf(
  context: KubeconfigContext,
  options: { readonly env: Environment; readonly caFile?: string | undefined },
  login: Login,
): TlsOptions {
  const { cluster } = context;
  const ca = dataOrFile(cluster, 'certificate-authority');
  const servername = textOf(cluster.fields['tls-server-name']);
  return {
    ca: ca ?? trustedCertificates(options.env, options.caFile === undefined ? [] : [options.caFile]),
    ...(servername === '' ? {} : { servername }),
    ...(cluster.fields['insecure-skip-tls-verify'] === true ? { rejectUnauthorized: false } : {}),
    ...(login.cert === undefined ? {} : { cert: login.cert, key: login.key }),
  };
}
