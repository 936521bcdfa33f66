import type { Look } from '../../model/doctor.ts';
import { isProblem } from '../../model/problem.ts';

/** Milliseconds that one look may take: what does not answer by then is told as that. */
const patienceMs = 15_000;

/**
 * One look: its lines, or a line that it could not be taken. No look keeps another one from being taken.
 * @param about theme and name of the line that is told where the look fails
 */
export async function bounded(
  about: Pick<Look, 'theme' | 'what'>,
  look: () => Promise<readonly Look[]>,
): Promise<readonly Look[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<readonly Look[]>((resolve) => {
    timer = setTimeout(
      () => resolve([{ ...about, state: 'unknown', message: `no answer within ${patienceMs / 1000} s`, advice: [] }]),
      patienceMs,
    );
  });
  try {
    return await Promise.race([look(), late]);
  } catch (error) {
    if (isProblem(error)) return [{ ...about, state: 'blocker', message: error.message, advice: error.advice }];
    const message = error instanceof Error ? error.message : String(error);
    return [{ ...about, state: 'unknown', message: `it could not be looked at: ${message}`, advice: [] }];
  } finally {
    clearTimeout(timer);
  }
}

/** A line of which all is well. */
export function fine(theme: Look['theme'], what: string, message: string): Look {
  return { theme, what, state: 'ok', message, advice: [] };
}
