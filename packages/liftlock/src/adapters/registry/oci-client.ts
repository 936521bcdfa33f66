import type { CredentialSource, Clock, RegistryLogin } from '../../model/ports.ts';
import { exitCodes, Problem } from '../../model/problem.ts';
import type { Redactor } from '../../model/redaction.ts';
import { readText, type HttpAnswer, type HttpRequest } from '../http/http-client.ts';
import { parseChallenges, type Challenge } from './challenge.ts';
import { isLoopback } from './reference.ts';

const requestTimeoutMs = 30_000;
const redirectLimit = 5;
const attempts = 4;
const longestPauseMs = 10_000;
const tokenLimit = 1024 * 1024;

export interface OciClientOptions {
  readonly credentials: CredentialSource;
  readonly request: (request: HttpRequest) => Promise<HttpAnswer>;
  readonly clock: Pick<Clock, 'sleep' | 'now'>;
  readonly redactor: Redactor;
  readonly caFile?: string | undefined;
  /** Speaks plain HTTP to registries on loopback; elsewhere it is refused. */
  readonly plainHttp?: boolean | undefined;
  /** How often one request is tried, where a later answer would be of no use; else four times. */
  readonly attempts?: number | undefined;
  /** Ends every request that has no signal of its own. */
  readonly signal?: AbortSignal | undefined;
}

export interface OciRequest {
  readonly host: string;
  /** From `/v2/` on; in a chart repository any path. */
  readonly path: string;
  /** Where the address says it; else plain HTTP only where the site says so, and only on loopback. */
  readonly scheme?: 'http' | 'https' | undefined;
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH';
  readonly accept?: readonly string[] | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Asked for anew for each attempt; with a stream the headers have to say its length. */
  readonly body?: (() => HttpRequest['body']) | undefined;
  /** Instead of four times: what must not be sent twice. */
  readonly attempts?: number | undefined;
  /** Milliseconds until the answer begins, where a body takes its time. */
  readonly timeoutMs?: number | undefined;
  /** As token services name it: `repository:NAME:pull`. */
  readonly scope?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface OciClient {
  /**
   * Logs in where the registry asks for it, follows redirects and tries again after 429, 5xx and network errors. Other
   * answers come back as they are. Throws NetworkFailure, and the Problems of the credentials.
   */
  send(request: OciRequest): Promise<HttpAnswer>;
}

/** No answer at all, after all attempts. `message` says why, without secrets. */
export class NetworkFailure extends Error {
  override readonly name = 'NetworkFailure';
}

/** Speaks the registry's API: https://github.com/opencontainers/distribution-spec */
export function makeOciClient(options: OciClientOptions): OciClient {
  /** Authorization headers that were accepted, by host and scope. */
  const known = new Map<string, { header: string; until: number }>();

  async function send(request: OciRequest): Promise<HttpAnswer> {
    const place = `${request.host} ${request.scope ?? ''}`;
    const url = new URL(`${request.scheme ?? schemeOf(request.host, options)}://${request.host}${request.path}`);
    const remembered = known.get(place);
    const isFresh = remembered !== undefined && remembered.until > options.clock.now().getTime();
    const asked = {
      ...request,
      headers: { ...request.headers, ...(request.accept === undefined ? {} : { accept: request.accept.join(', ') }) },
    };
    const first = await follow(url, asked, isFresh ? remembered.header : undefined);
    if (first.status !== 401) return first;
    discard(first);
    known.delete(place);
    const authorization = await authorize(challengesOf(first), request);
    if (authorization === undefined) return first;
    const second = await follow(url, asked, authorization.header);
    if (second.status !== 401) known.set(place, authorization);
    return second;
  }

  /** What answers the challenge; undefined where the site has no credentials and the registry wants some. */
  async function authorize(challenges: readonly Challenge[], request: OciRequest) {
    const login = await options.credentials.loginFor(request.host);
    const bearer = challenges.find((challenge) => challenge.scheme === 'bearer');
    if (bearer !== undefined) return askForToken(bearer, request, login);
    const takesBasic = challenges.some((challenge) => challenge.scheme === 'basic');
    if (!takesBasic || login === undefined) return undefined;
    // Short, since the password may be an access token that is renewed meanwhile.
    return { header: basic(login), until: options.clock.now().getTime() + 60_000 };
  }

  /** https://distribution.github.io/distribution/spec/auth/token/ */
  async function askForToken(challenge: Challenge, request: OciRequest, login: RegistryLogin | undefined) {
    const realm = realmOf(challenge, request.host);
    const service = challenge.parameters['service'];
    const scope = challenge.parameters['scope'] ?? request.scope;
    if (service !== undefined) realm.searchParams.set('service', service);
    if (scope !== undefined && scope !== '') realm.searchParams.set('scope', scope);
    const { signal } = request;
    const asked = { method: 'GET', headers: { accept: 'application/json' }, signal } as const;
    const answer = await follow(realm, asked, login && basic(login));
    const text = await readText(answer, tokenLimit).catch((error: unknown) => {
      throw new NetworkFailure(`its token service ${realm.host} broke off`, { cause: error });
    });
    const grant = answer.status === 200 ? parseGrant(text) : undefined;
    if (grant === undefined) return undefined;
    options.redactor.learn(grant.token);
    return { header: `Bearer ${grant.token}`, until: options.clock.now().getTime() + (grant.seconds - 10) * 1000 };
  }

  async function follow(
    start: URL,
    asked: Pick<OciRequest, 'method' | 'headers' | 'body' | 'attempts' | 'timeoutMs' | 'signal'>,
    authorization: string | undefined,
  ): Promise<HttpAnswer> {
    const { method, headers, body, signal = options.signal } = asked;
    let url = start;
    for (let redirects = 0; redirects <= redirectLimit; redirects += 1) {
      // Blob stores get no Authorization: they are other hosts, and take a signed address instead.
      const mayKnow = url.origin === start.origin;
      const answer = await persist(
        () => ({
          url: url.href,
          method,
          headers: { ...headers, ...(authorization !== undefined && mayKnow ? { authorization } : {}) },
          timeoutMs: asked.timeoutMs ?? requestTimeoutMs,
          signal,
          body: body?.(),
          ...(options.caFile === undefined ? {} : { caFile: options.caFile }),
        }),
        asked.attempts ?? options.attempts ?? attempts,
      );
      const location = headerOf(answer, 'location');
      const leadsOn = method === 'GET' || method === 'HEAD' ? [301, 302, 303, 307, 308] : [307, 308];
      if (!leadsOn.includes(answer.status) || location === undefined) return answer;
      discard(answer);
      if (!URL.canParse(location, url.href)) throw new NetworkFailure('it redirects to what is no address');
      url = new URL(location, url);
      if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.host))) {
        throw new NetworkFailure(`it redirects to ${url.protocol}//${url.host}, which is not https`);
      }
    }
    throw new NetworkFailure(`it redirects more than ${redirectLimit} times`);
  }

  /** Tries again after what may mend itself. */
  async function persist(make: () => HttpRequest, most: number): Promise<HttpAnswer> {
    for (let attempt = 1; ; attempt += 1) {
      let answer: HttpAnswer | undefined;
      let why = '';
      const request = make();
      try {
        answer = await options.request(request);
        if (answer.status !== 429 && answer.status < 500) return answer;
      } catch (error) {
        why = options.redactor.text(error instanceof Error ? error.message : 'unknown error');
        if (isLasting(error) || request.signal?.aborted === true) throw new NetworkFailure(why, { cause: error });
      }
      if (attempt >= most) {
        if (answer !== undefined) return answer;
        throw new NetworkFailure(why);
      }
      if (answer !== undefined) discard(answer);
      await options.clock.sleep(pauseMs(answer, attempt));
    }
  }

  return { send };
}

/** Reads an answer's body to nowhere, so that its connection can be used again. */
export function discard(answer: HttpAnswer): void {
  answer.body.once('error', () => undefined).resume();
}

/** The value of a header that comes once. */
export function headerOf(answer: HttpAnswer, name: string): string | undefined {
  const value = answer.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function challengesOf(answer: HttpAnswer): readonly Challenge[] {
  const value = answer.headers['www-authenticate'];
  return parseChallenges(Array.isArray(value) ? value.join(', ') : (value ?? ''));
}

function schemeOf(host: string, options: OciClientOptions): 'http' | 'https' {
  if (options.plainHttp !== true) return 'https';
  return isLoopback(host) ? 'http' : 'https';
}

function realmOf(challenge: Challenge, host: string): URL {
  const realm = challenge.parameters['realm'] ?? '';
  const url = URL.canParse(realm) ? new URL(realm) : undefined;
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.host))) return url;
  throw new Problem('REGISTRY_REFUSED', `${host} sends its clients to log in at "${realm}", which is not https.`, {
    advice: ['The credentials were not shown to it. Ask who runs this registry.'],
    exitCode: exitCodes.blocked,
    details: { host },
  });
}

function basic({ username, password }: RegistryLogin): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

function parseGrant(text: string): { token: string; seconds: number } | undefined {
  try {
    const grant = JSON.parse(text) as { token?: unknown; access_token?: unknown; expires_in?: unknown };
    const token = grant.token ?? grant.access_token;
    // A minute is what the specification says where the answer does not.
    const seconds = typeof grant.expires_in === 'number' ? grant.expires_in : 60;
    return typeof token === 'string' && token !== '' ? { token, seconds } : undefined;
  } catch {
    return undefined;
  }
}

/** Failures that the next attempt meets again: unknown names and certificates that nobody trusts. */
function isLasting(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^(ENOTFOUND|CERT_|ERR_TLS|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH|ERR_SSL|EPROTO)/.test(code);
}

function pauseMs(answer: HttpAnswer | undefined, attempt: number): number {
  const seconds = Number(answer === undefined ? undefined : headerOf(answer, 'retry-after'));
  const asked = Number.isFinite(seconds) ? seconds * 1000 : 0;
  return Math.min(Math.max(asked, 250 * 2 ** attempt), longestPauseMs);
}
