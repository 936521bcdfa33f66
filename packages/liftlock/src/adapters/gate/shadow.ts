import type { IncomingMessage, ServerResponse } from 'node:http';
import type { KubeObject } from '../../model/kube.ts';
import type { ShadowAnswer } from '../../model/ports.ts';
import { sendFailure } from './answers.ts';
import { isQuestion, isRead, isTunnel, isUnjudged, parseApiPath, type ApiTarget } from './api-path.ts';
import { forward, type Upstream } from './forward.ts';
import type { LocalApis } from './local-apis.ts';
import { makeReleaseRecords, isRecordName } from './release-records.ts';
import { readFromRecords } from './shadow-reads.ts';
import { judgeWrite, type ShadowWrite } from './shadow-writes.ts';

export interface Shadow {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** In the order in which helm asked. */
  answers(): readonly ShadowAnswer[];
}

const writeMethods = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/**
 * Lets nothing be written: reads pass, questions pass, a write becomes a dry run, and what is none of these is refused.
 * helm's own records are kept in memory, so that it sees what it did.
 */
export function makeShadow(upstream: Upstream, localApis: LocalApis, foreseen: readonly KubeObject[] = []): Shadow {
  const records = makeReleaseRecords();
  for (const record of foreseen) records.keep(record);
  const newNamespaces = new Set<string>();
  const slots: { answer?: ShadowAnswer }[] = [];

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
      await judgeWrite(asked, { upstream, records, localApis, newNamespaces });
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
    handle: async (request, response) => {
      const method = request.method ?? 'GET';
      const path = (request.url ?? '/').split('?')[0] ?? '/';
      const target = parseApiPath(path);
      if (target === undefined || isTunnel(target)) {
        sendFailure(response, 403, 'Forbidden', `liftlock: ${method} ${path} is not let through`);
      } else if (isRead(method)) {
        const isAboutRecords = target.group === '' && target.resource === 'secrets';
        const mayBeRecords = target.name === undefined || isRecordName(target.name);
        if (isAboutRecords && mayBeRecords) await readFromRecords(request, response, target, { upstream, records });
        else await forward(upstream, request, response);
      } else if (isQuestion(target) && method === 'POST') {
        await forward(upstream, request, response);
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
