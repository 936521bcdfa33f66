import type { GateSession } from '../model/ports.ts';
import { Problem, type Touched } from '../model/problem.ts';

/** What a helm that has ended has written through its gate. */
export interface HelmWrites {
  /** Writes that the API server accepted. */
  readonly writes: number;
  /** Writes that were on their way and were never answered: they may have been done, or may still be. */
  readonly unsure: number;
}

/** Ends the session, so that nothing more is sent, and tells what was. */
export async function writesOf(session: GateSession): Promise<HelmWrites> {
  await session.close();
  return { writes: session.writes(), unsure: session.unsure() };
}

/** Whether the API server accepted a write of helm's. */
export function touchedOf({ writes, unsure }: HelmWrites): Touched {
  if (writes > 0) return 'yes';
  return unsure > 0 ? 'unknown' : 'no';
}

/** What a failure says of writes whose outcome nobody knows, as advice. */
export function unsureWords({ unsure }: HelmWrites): readonly string[] {
  if (unsure === 0) return [];
  const what = unsure === 1 ? 'One write of helm was' : `${unsure} writes of helm were`;
  return [`${what} sent and not answered: whether it was done is unknown, and it may still be. resume looks first.`];
}

/** The gate's own reason not to send what helm wanted to write, as the failure of that helm. */
export function heldBackProblem({ code, message, advice, details, exitCode }: Problem, wrote: HelmWrites): Problem {
  return new Problem(code, message, {
    touched: touchedOf(wrote),
    exitCode,
    details: { ...details, ...wrote },
    advice: [...advice, ...unsureWords(wrote), 'When the cause is gone: liftlock resume'],
  });
}
