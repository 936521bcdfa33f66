import { readText } from '../adapters/http/http-client.ts';
import type { RunState } from '../journal/fold.ts';
import { isProblem } from '../model/problem.ts';
import type { OpenSite } from './open-site.ts';

/**
 * Converts a time of this machine to one of the API server's, by the Date that it answers with: in whole seconds, and so up to one
 * second early. Undefined where it tells none.
 */
export async function readServerTime({
  connection,
  clock,
}: Pick<OpenSite, 'connection' | 'clock'>): Promise<((local: Date) => Date) | undefined> {
  try {
    const answer = await connection.request({
      method: 'GET',
      path: '/version',
      headers: { accept: 'application/json' },
    });
    const here = clock.now().getTime();
    await readText(answer);
    const there = Date.parse(answer.headers.date ?? '');
    if (Number.isNaN(there)) return undefined;
    return (local) => new Date(local.getTime() + there - here);
  } catch (error) {
    if (!isProblem(error)) throw error;
    return undefined;
  }
}

/** When a person last saw what the run would do to the cluster: with the plan of its hop, or when it was looked at to be resumed. */
export function lastLook({ plan, resumes }: RunState, begunAt: Date | undefined): Date | undefined {
  const planned = plan === undefined || plan.forecast.madeAt === '' ? undefined : new Date(plan.forecast.madeAt);
  if (planned === undefined || resumes === 0 || begunAt === undefined) return planned;
  return planned > begunAt ? planned : begunAt;
}
