import { setTimeout as sleep } from 'node:timers/promises';
import type { OutgoingHttpHeaders } from 'node:http';
import { isProblem } from '../../model/problem.ts';
import { readText, type HttpAnswer } from '../http/http-client.ts';
import { parseRefusal, refusedProblem } from './problems.ts';
import type { Transport } from './transport.ts';

export interface ApiCall {
  readonly method: string;
  readonly path: string;
  readonly headers?: OutgoingHttpHeaders | undefined;
  readonly body?: string | undefined;
  /** Reads, and questions such as reviews, are tried again; writes only where the server says that it did nothing. */
  readonly isRepeatable: boolean;
  /** A watch: its answer has no end. */
  readonly isEndless?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly maySend?: (() => Promise<boolean>) | undefined;
}

const attempts = 5;
const firstPauseMs = 250;
const longestPauseMs = 5_000;
/** An API server that takes longer than this for one page is not well. */
const answerMs = 60_000;
/** Bookmarks come about once a minute: a watch that is silent for longer hangs on a dead connection. */
const silenceMs = 150_000;

/**
 * Sends a call, tries again with growing, jittered pauses after 429, 5xx and broken connections, and once after 401,
 * when the login may have been renewed. Gives back the first answer that is a success.
 *
 * Problems: CLUSTER_UNREACHABLE, CLUSTER_REFUSED (401, 403), OBJECT_ABSENT (404), OBJECT_CONFLICT (409),
 * CLUSTER_REJECTED (400, 422, …); `details.status` and `details.reason` say what the API server said.
 */
export async function callApi(transport: Transport, server: string, call: ApiCall): Promise<HttpAnswer> {
  let isLoginRenewed = false;
  for (let attempt = 1; ; attempt += 1) {
    let pauseMs = pauseAfter(attempt);
    try {
      const answer = await transport.send({ ...call, timeoutMs: call.isEndless === true ? silenceMs : answerMs });
      if (answer.status < 300) return answer;
      const asked = Number(answer.headers['retry-after']) * 1000;
      const refusal = parseRefusal(answer.status, await readText(answer));
      const problem = refusedProblem(call.method, call.path, refusal, server);
      if (answer.status === 401 && !isLoginRenewed) {
        isLoginRenewed = true;
        pauseMs = 0;
      } else if (attempt >= attempts || !isWorthAnother(call, answer.status, asked)) {
        throw problem;
      } else if (asked > 0) {
        pauseMs = Math.min(Math.max(asked, pauseMs), longestPauseMs);
      }
    } catch (error) {
      if (!isProblem(error) || !isPassing(error.details['code']) || !call.isRepeatable || attempt >= attempts)
        throw error;
    }
    await sleep(pauseMs, undefined, call.signal === undefined ? {} : { signal: call.signal });
  }
}

/** With `retry-after` a 429 or 5xx says that the request was not worked on: even a write may come again. */
function isWorthAnother(call: ApiCall, status: number, retryAfterMs: number): boolean {
  if (status !== 429 && status < 500) return false;
  return call.isRepeatable || (status === 429 && retryAfterMs >= 0);
}

/** A server that restarts, a connection that broke; not a name that does not exist or a certificate that is wrong. */
function isPassing(code: unknown): boolean {
  return code === 'ECONNREFUSED' || code === 'ECONNRESET' || code === 'EPIPE' || code === 'EAI_AGAIN';
}

function pauseAfter(attempt: number): number {
  const full = Math.min(firstPauseMs * 2 ** (attempt - 1), longestPauseMs);
  return full / 2 + (Math.random() * full) / 2;
}
