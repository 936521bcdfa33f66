import { Readable } from 'node:stream';
import { isProblem, Problem } from '../../model/problem.ts';
import type { ClusterRequest } from '../cluster/connect.ts';
import { parseRefusal } from '../cluster/problems.ts';
import { readBytes, type HttpAnswer } from '../http/http-client.ts';
import { isRead } from './api-path.ts';
import type { PatientUpstream } from './forward-in-run.ts';
import { isOthersDiscovery } from './others-discovery.ts';

/**
 * An upstream for a shadow, which writes nothing: a question that was not answered, or by something in between, is asked again
 * a few times, so that a moment of trouble is not taken for a refusal.
 */
export function askingAgain(upstream: PatientUpstream): PatientUpstream {
  const { patience } = upstream;
  if (patience === undefined) return upstream;
  return {
    patience,
    request: async (request) => {
      const call = patience.ofCall();
      const { signal } = request;
      for (;;) {
        try {
          const answer = await upstream.request(request);
          if (!mayPass(request, answer.status)) return answer;
          const bytes = await readBytes(answer);
          const asked = Number(answer.headers['retry-after'] ?? 0) * 1000;
          const failure = passing(request, answer, bytes);
          if (failure === undefined || !(await call.again(failure, { signal, askedMs: asked || 0 })))
            return { ...answer, body: Readable.from([bytes]) };
        } catch (error) {
          if (!isProblem(error) || error.code !== 'CLUSTER_UNREACHABLE' || request.body instanceof Readable)
            throw error;
          if (!(await call.again(error, { signal }))) throw error;
        }
      }
    },
  };
}

function mayPass({ path, body }: ClusterRequest, status: number): boolean {
  if (status !== 429 && status < 500) return false;
  return !(body instanceof Readable) && !isOthersDiscovery(path);
}

/** A 500 to a write is mostly a webhook's, and stays. */
function passing({ method }: ClusterRequest, { status }: HttpAnswer, bytes: Uint8Array): Problem | undefined {
  const refusal = parseRefusal(status, Buffer.from(bytes).toString('utf8'));
  if (!isRead(method) && status === 500 && !refusal.isUnsure) return undefined;
  return new Problem('CLUSTER_UNREACHABLE', refusal.message, { details: { status } });
}
