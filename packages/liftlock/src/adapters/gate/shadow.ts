import type { IncomingMessage, ServerResponse } from 'node:http';
import type { KubeObject } from '../../model/kube.ts';
import type { ShadowAnswer, ShadowRead } from '../../model/ports.ts';
import { sendFailure } from './answers.ts';
import { isQuestion, isTunnel, isUnjudged, parseApiPath, type ApiTarget } from './api-path.ts';
import type { ShadowWrite } from './asked.ts';
import { forward } from './forward.ts';
import type { LocalApis } from '../cluster/local-apis.ts';
import { makeLimits } from './shadow-limits.ts';
import { answerRead, type ReadParts } from './shadow-reads.ts';
import { judgeWrite } from './shadow-writes.ts';

export interface Shadow {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** In the order in which helm asked. */
  answers(): readonly ShadowAnswer[];
  /** The first answer to each path; what helm itself has made meanwhile would say nothing of the cluster. */
  reads(): readonly ShadowRead[];
}

const writeMethods = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/**
 * Lets nothing be written: reads pass (a GET alone is one), questions pass, a write becomes a dry run, and what is none
 * of these is refused. What helm would have written is kept in memory, so that it sees what it did.
 */
export function makeShadow(shared: Omit<ReadParts, 'seen'> & { readonly localApis: LocalApis }): Shadow {
  const limits = makeLimits();
  const parts = { ...shared, seen: new Map<string, KubeObject>() };
  const slots: { answer?: ShadowAnswer }[] = [];
  const reads = new Map<string, ShadowRead>();

  async function write(request: IncomingMessage, response: ServerResponse, target: ApiTarget): Promise<void> {
    const slot: { answer?: ShadowAnswer } = {};
    slots.push(slot);
    const asked: ShadowWrite = {
      request,
      response,
      target,
      method: request.method ?? '',
      url: new URL(`http://gate${request.url ?? '/'}`),
      record: (answer) => {
        slot.answer = answer;
      },
    };
    try {
      await judgeWrite(asked, { ...parts, limits });
    } catch (error) {
      const why = error instanceof Error ? error.message : 'unknown error';
      slot.answer ??= {
        method: asked.method,
        path: asked.url.pathname,
        status: 0,
        warnings: [],
        unforeseen: `the API server did not answer: ${why}`,
      };
      throw error;
    }
  }

  return {
    answers: () => slots.flatMap((slot) => (slot.answer === undefined ? [] : [slot.answer])),
    reads: () => [...reads.values()],
    handle: async (request, response) => {
      const method = request.method ?? 'GET';
      const path = (request.url ?? '/').split('?')[0] ?? '/';
      const target = parseApiPath(path);
      if (target === undefined || isTunnel(target)) {
        sendFailure(response, 403, 'Forbidden', `liftlock: ${method} ${path} is not let through`);
      } else if (method === 'GET') {
        await answerRead(request, response, target, parts);
        const whole = request.url ?? '/';
        // Only what names a resource, and has an end: discovery is the same for every release, a watch tells nothing itself.
        if (target.resource !== '' && target.isWatch !== true && !/[?&]watch=/.test(whole) && !reads.has(whole))
          reads.set(whole, { path: whole, isAbsent: response.statusCode === 404 });
      } else if (isQuestion(target) && method === 'POST') {
        await forward(parts.upstream, request, response);
      } else if (writeMethods.has(method) && target.resource !== '' && !isUnjudged(target)) {
        await write(request, response, target);
      } else {
        slots.push({
          answer: { method, path, status: 0, warnings: [], unforeseen: 'a dry run would not show what it does' },
        });
        sendFailure(response, 403, 'Forbidden', `liftlock: ${method} ${path} cannot be foreseen`);
      }
    },
  };
}
