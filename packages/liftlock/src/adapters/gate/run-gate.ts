import type { IncomingMessage, ServerResponse } from 'node:http';
import { isProblem } from '../../model/problem.ts';
import { leaseLostWords } from '../../model/stopped.ts';
import { sendFailure } from './answers.ts';
import { isQuestion, isRead, isTunnel, parseApiPath } from './api-path.ts';
import { forwardInRun, type PatientUpstream } from './forward-in-run.ts';

export interface RunGate {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Writes that were accepted, and those whose answer never came: they may have been. */
  writes(): number;
}

/** Passes helm's requests on; a write only while this process may write, asked for each. */
export function makeRunGate(upstream: PatientUpstream, mayWrite: () => Promise<boolean>): RunGate {
  let writes = 0;
  return {
    writes: () => writes,
    handle: async (request, response) => {
      const url = new URL(`http://gate${request.url ?? '/'}`);
      const target = parseApiPath((request.url ?? '/').split('?')[0] ?? '/');
      const method = request.method ?? 'GET';
      if (target === undefined || isTunnel(target)) {
        sendFailure(response, 403, 'Forbidden', `liftlock: ${method} ${url.pathname} is not let through`);
        return;
      }
      if (isRead(method) || isQuestion(target)) {
        await forwardInRun(upstream, request, response, { isRepeatable: true });
        return;
      }
      const isDryRun = url.searchParams.getAll('dryRun').includes('All') && method !== 'DELETE';
      const count = () => {
        if (!isDryRun) writes += 1;
      };
      try {
        const onStatus = (status: number) => {
          if (status < 300) count();
        };
        await forwardInRun(upstream, request, response, { isRepeatable: false, onStatus, mayWrite: orNot(mayWrite) });
      } catch (error) {
        if (isProblem(error) && error.code === 'LEASE_LOST') {
          sendFailure(response, 403, 'Forbidden', leaseLostWords);
          return;
        }
        if (!isProblem(error) || error.touched !== 'no') count();
        throw error;
      }
    },
  };
}

/** A lease that cannot be read is no lease; an API server that is away for too long is called so. */
function orNot(mayWrite: () => Promise<boolean>): () => Promise<boolean> {
  return async () =>
    mayWrite().catch((error: unknown) => {
      if (isProblem(error) && error.code === 'CLUSTER_UNREACHABLE') throw error;
      return false;
    });
}
