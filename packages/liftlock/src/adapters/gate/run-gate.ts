import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GateSession } from '../../model/ports.ts';
import { isProblem, type Problem } from '../../model/problem.ts';
import { leaseLostProblem } from '../cluster/problems.ts';
import { sendFailure } from './answers.ts';
import { isQuestion, isRead, isTunnel, parseApiPath } from './api-path.ts';
import { forwardInRun, type PatientUpstream, type WriteInRun } from './forward-in-run.ts';

/** helm passes it on in its own words. */
const leaseLostWords = 'liftlock: this run no longer holds the lease';

export interface RunGate extends Pick<GateSession, 'writes' | 'unsure' | 'heldBack'> {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

/** Passes helm's requests on; a write only while this process may write, asked for each. */
export function makeRunGate(upstream: PatientUpstream, mayWrite: () => Promise<boolean>): RunGate {
  let writes = 0;
  /** Sent, and nobody knows whether they were done. */
  const unsure = new Set<IncomingMessage>();
  let heldBack: Problem | undefined;

  async function mayPass(): Promise<boolean> {
    try {
      heldBack = (await mayWrite()) ? undefined : leaseLostProblem();
    } catch (error) {
      if (isProblem(error)) heldBack = error;
      throw error;
    }
    return heldBack === undefined;
  }

  /** A dry run is fenced as a write is, and counted as none. */
  function follow(request: IncomingMessage, isDryRun: boolean): WriteInRun {
    return {
      mayWrite: mayPass,
      onSend: () => {
        if (!isDryRun) unsure.add(request);
      },
      onOutcome: (isDone) => {
        if (unsure.delete(request) && isDone) writes += 1;
      },
    };
  }

  return {
    writes: () => writes,
    unsure: () => unsure.size,
    heldBack: () => heldBack,
    handle: async (request, response) => {
      const url = new URL(`http://gate${request.url ?? '/'}`);
      const target = parseApiPath((request.url ?? '/').split('?')[0] ?? '/');
      const method = request.method ?? 'GET';
      if (target === undefined || isTunnel(target)) {
        sendFailure(response, 403, 'Forbidden', `liftlock: ${method} ${url.pathname} is not let through`);
        return;
      }
      if (isRead(method) || isQuestion(target)) {
        await forwardInRun(upstream, request, response);
        return;
      }
      const isDryRun = url.searchParams.getAll('dryRun').includes('All') && method !== 'DELETE';
      try {
        await forwardInRun(upstream, request, response, follow(request, isDryRun));
      } catch (error) {
        if (!isProblem(error) || error.code !== 'LEASE_LOST') throw error;
        sendFailure(response, 403, 'Forbidden', leaseLostWords);
      }
    },
  };
}
