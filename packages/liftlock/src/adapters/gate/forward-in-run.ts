import type { IncomingMessage, ServerResponse } from 'node:http';
import { isProblem, Problem } from '../../model/problem.ts';
import type { ClusterConnection } from '../cluster/connect.ts';
import { isOutage, type CallPatience } from '../cluster/patience.ts';
import { parseRefusal } from '../cluster/problems.ts';
import { readBytes, type HttpAnswer } from '../http/http-client.ts';
import { goneSignal, hasBody, readRequest, relay, type Upstream } from './forward.ts';
import { requestHeaders, responseHeaders } from './headers.ts';
import { isOthersDiscovery } from './others-discovery.ts';

/** A connection that may know how long a run waits for the API server. */
export type PatientUpstream = Upstream & Partial<Pick<ClusterConnection, 'patience'>>;

/** What is asked and told of a write; reads and questions have none, and are sent again where no answer came. */
export interface WriteInRun {
  /** Asked right before it is sent. */
  mayWrite(): Promise<boolean>;
  /** From now on it may be done. */
  onSend(): void;
  /** Whether it was done; never told where nobody knows. */
  onOutcome(isDone: boolean): void;
}

/** An API server ends what is no watch after 60 s by itself; a connection that is silent for longer is dead. */
const answerMs = 75_000;

/**
 * Passes one of helm's requests on. While the API server is away, a request that it never got is held, and a read that was
 * not answered is sent again, so that helm waits instead of failing; a write that may have arrived is never sent twice.
 */
export async function forwardInRun(
  upstream: PatientUpstream,
  request: IncomingMessage,
  response: ServerResponse,
  write?: WriteInRun,
): Promise<void> {
  const signal = goneSignal(response);
  // Held whole: what is sent again must be the same.
  const body = hasBody(request) ? await readRequest(request) : undefined;
  const isStream = write === undefined && isEndless(request.url ?? '/');
  const patience = upstream.patience?.isPatient === true ? upstream.patience.ofCall() : undefined;
  for (;;) {
    try {
      const answer = await upstream.request({
        method: request.method ?? 'GET',
        path: request.url ?? '/',
        headers: requestHeaders(request.headers),
        ...(body === undefined ? {} : { body }),
        signal,
        ...(isStream ? {} : { timeoutMs: answerMs }),
        maySend: async () => {
          if ((await write?.mayWrite()) === false) return false;
          // Whoever asked may have gone meanwhile: then nobody asks for it any more.
          if (request.socket.destroyed) return false;
          write?.onSend();
          return true;
        },
      });
      if (write !== undefined) {
        await passOutcome(answer, response, write);
        return;
      }
      if (isStream) {
        await relay(answer, response);
        return;
      }
      if (await answerWhole(answer, response, patience, { signal, isDoubtful: isOthersDiscovery(request.url ?? '/') }))
        return;
    } catch (error) {
      if (isProblem(error) && error.touched === 'no') write?.onOutcome(false);
      if (!(await isHeld(error, write === undefined, patience, signal))) throw error;
    }
  }
}

/** An answer of 5xx is read before it is passed on: it may leave open whether the write was done. */
async function passOutcome(answer: HttpAnswer, response: ServerResponse, write: WriteInRun): Promise<void> {
  const { status, headers } = answer;
  if (status < 500) {
    write.onOutcome(status < 300);
    await relay(answer, response);
    return;
  }
  const bytes = await readBytes(answer);
  if (!parseRefusal(status, bytes.toString('utf8')).isUnsure) write.onOutcome(false);
  response.writeHead(status, responseHeaders(headers));
  response.end(bytes);
}

/** A read is passed on when it is complete: helm would not ask again for one that broke off. False: it is sent again. */
async function answerWhole(
  answer: HttpAnswer,
  response: ServerResponse,
  patience: CallPatience | undefined,
  options: { readonly signal: AbortSignal; readonly isDoubtful: boolean },
): Promise<boolean> {
  const bytes = await readBytes(answer);
  const { status } = answer;
  if (status >= 500 && patience !== undefined) {
    const failure = new Problem('CLUSTER_UNREACHABLE', `HTTP status ${status}`, { details: { status } });
    if (await patience.again(failure, options)) return false;
  }
  response.writeHead(status, responseHeaders(answer.headers));
  response.end(bytes);
  return true;
}

/** True after a pause, where the request may be sent again. */
async function isHeld(
  error: unknown,
  isRepeatable: boolean,
  patience: CallPatience | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  if (patience === undefined || signal.aborted || !(error instanceof Error)) return false;
  if (isProblem(error)) {
    if (!isOutage(error) || !(isRepeatable || error.touched === 'no')) return false;
    return patience.again(error, { signal });
  }
  // An answer that broke off in the middle.
  if (!isRepeatable || !('code' in error)) return false;
  const details = { code: String(error.code) };
  return patience.again(new Problem('CLUSTER_UNREACHABLE', error.message, { details }), { signal });
}

/** A watch, or a log that is followed: its answer has no end. */
function isEndless(url: string): boolean {
  const { pathname, searchParams } = new URL(url, 'http://gate');
  const isSaid = ['watch', 'follow'].some((name) => !['', '0', 'false'].includes(searchParams.get(name) ?? ''));
  return isSaid || /^\/apis?\/(?:[^/]+\/)?[^/]+\/watch\//.test(pathname);
}
