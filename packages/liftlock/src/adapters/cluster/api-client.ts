import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { isProblem, type Problem } from '../../model/problem.ts';
import { readText, type HttpAnswer } from '../http/http-client.ts';
import { isOutage } from './patience.ts';
import { parseRefusal, refusedProblem } from './problems.ts';
import type { Transport } from './transport.ts';

export interface ApiCall {
  readonly method: string;
  readonly path: string;
  readonly headers?: OutgoingHttpHeaders | undefined;
  readonly body?: string | undefined;
  /** Reads, and questions such as reviews, are tried again; writes only where the server did nothing, or never heard of them. */
  readonly isRepeatable: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly maySend?: (() => Promise<boolean>) | undefined;
}

/** A success, read to its end. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** An API server that takes longer than this for one page is not well. */
const answerMs = 60_000;
/** Bookmarks come about once a minute: a watch that is silent for longer hangs on a dead connection. */
const silenceMs = 150_000;

/**
 * Sends a call, tries again with growing, jittered pauses after 429, 5xx and broken connections. In a run it waits as long as the run does. Gives back the first success.
 *
 * Problems: CLUSTER_UNREACHABLE, CLUSTER_REFUSED (401, 403), OBJECT_ABSENT (404), OBJECT_CONFLICT (409),
 * CLUSTER_REJECTED (400, 422, …); `details.status` and `details.reason` say what the API server said.
 */
export async function callApi(transport: Transport, server: string, call: ApiCall): Promise<ApiAnswer> {
  return untilAnswered(transport, server, call, answerMs, async (answer) => {
    const { status, headers } = answer;
    return { status, headers, text: await readText(answer) };
  });
}

/** As callApi, for a watch: the answer has no end, and is given back when it begins. */
export async function openStream(transport: Transport, server: string, call: ApiCall): Promise<HttpAnswer> {
  return untilAnswered(transport, server, call, silenceMs, async (answer) => answer);
}

interface Tried {
  readonly failure: Problem;
  /** What `retry-after` asks for. */
  readonly askedMs?: number | undefined;
}

async function untilAnswered<T extends object>(
  transport: Transport,
  server: string,
  call: ApiCall,
  timeoutMs: number,
  read: (answer: HttpAnswer) => Promise<T>,
): Promise<T> {
  const patience = transport.patience.ofCall();
  for (;;) {
    const tried = await attempt(transport, server, call, timeoutMs, read);
    if (!('failure' in tried)) return tried;
    const { failure, askedMs } = tried;
    if (!mayComeAgain(failure, askedMs, call, transport)) throw failure;
    if (!(await patience.again(failure, { askedMs, signal: call.signal }))) throw failure;
  }
}

async function attempt<T extends object>(
  transport: Transport,
  server: string,
  call: ApiCall,
  timeoutMs: number,
  read: (answer: HttpAnswer) => Promise<T>,
): Promise<T | Tried> {
  try {
    const answer = await transport.send({ ...call, timeoutMs });
    if (answer.status < 300) return await read(answer);
    const asked = Number(answer.headers['retry-after'] ?? Number.NaN) * 1000;
    const refusal = parseRefusal(answer.status, await readText(answer));
    const failure = refusedProblem(call.method, call.path, refusal, server);
    return { failure, ...(Number.isNaN(asked) ? {} : { askedMs: asked }) };
  } catch (error) {
    if (isProblem(error)) return { failure: error };
    // An answer that broke off is a network that failed.
    const isBroken = error instanceof Error && 'code' in error && call.signal?.aborted !== true;
    if (!isBroken) throw error;
    return { failure: transport.failure(call.method, error) };
  }
}

/**
 * Reads may always come again. A write may where the server did not work on it (429 with `retry-after`), and in a run where it
 * never left: those who only look learn of an absent server, or of a login that fails, at once.
 */
function mayComeAgain(failure: Problem, askedMs: number | undefined, call: ApiCall, { patience }: Transport): boolean {
  const { code, touched, details } = failure;
  if (!isOutage(failure) || (code === 'CLUSTER_LOGIN_FAILED' && !patience.isPatient)) return false;
  if (call.isRepeatable) return true;
  if (details['status'] === undefined) return touched === 'no' && patience.isPatient;
  return details['status'] === 429 && askedMs !== undefined;
}
