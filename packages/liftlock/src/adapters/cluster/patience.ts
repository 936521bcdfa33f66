import { setTimeout as sleep } from 'node:timers/promises';
import type { Patience, PatienceAsked } from '../../model/ports.ts';
import type { Problem } from '../../model/problem.ts';

/** Tries of one call by whoever does not wait, and before a run's wait begins. */
const attempts = 5;
const firstPauseMs = 250;
const longestPauseMs = 5_000;
/** A pause that nobody would notice is not told. */
const silentMs = 10_000;
/** A call that failed for longer than this, however few its tries, looks whether the API server is there at all. */
const doubtMs = 3_000;

/** How long one call is tried again. */
export interface CallPatience {
  /**
   * After a failure that may mend: waits a moment, with growing and jittered pauses, and tells whether to try again.
   * @param askedMs what the API server asked for by `retry-after`, in milliseconds
   * @param isDoubtful that it failed says nothing of the API server: it is asked for itself at once
   * @throws abort errors of the signal
   */
  again(
    failure: Problem,
    options?: { askedMs?: number | undefined; signal?: AbortSignal | undefined; isDoubtful?: boolean | undefined },
  ): Promise<boolean>;
}

/** No answer, or no login by which to ask for one: both may mend while a run waits. */
export function isOutage({ code }: Problem): boolean {
  return code === 'CLUSTER_UNREACHABLE' || code === 'CLUSTER_LOGIN_FAILED';
}

/** What the parts of one connection share: whether the API server is there, and since when it is not. */
export interface ServerPatience extends Patience {
  /** True while a run waits for the API server: those who only look do not. */
  readonly isPatient: boolean;
  ofCall(): CallPatience;
  /** Something that comes again by itself, as the renewal of a lease, was not answered. */
  missed(failure: Problem, begun: number): Promise<void>;
  /** Milliseconds in which the API server did not answer, of all absences that were waited for. */
  awayMs(): number;
  /** The API server answered something other than 5xx. */
  answered(): void;
}

/** Time that stands still for nobody but tests. */
export interface SteadyTime {
  /** Milliseconds of a clock that nobody sets. */
  now(): number;
  /** Rejects when the signal aborts. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

/** This machine's own. */
export const steadyTime: SteadyTime = {
  now: () => performance.now(),
  sleep: async (milliseconds, signal) => sleep(milliseconds, undefined, { signal }),
};

/**
 * Knows since when the API server does not answer. A single 5xx is no absence: what lies behind the API server, an
 * aggregated API or a webhook, may be broken for days. It counts where the API server itself is not ready.
 *
 * @param isReady asks `/readyz`; true also where it cannot be told
 */
export function makePatience(isReady: () => Promise<boolean>, time: SteadyTime = steadyTime): ServerPatience {
  let asked: PatienceAsked | undefined;
  let away: { readonly since: number; readonly isUnwell: boolean } | undefined;
  let pastMs = 0;
  let isTold = false;
  let isLooking = false;

  function back(): void {
    const since = away?.since;
    away = undefined;
    if (since !== undefined) pastMs += time.now() - since;
    if (isTold && since !== undefined) asked?.onBack(secondsSince(time, since));
    isTold = false;
  }

  /** An API server without its store answers some things all the while: only its own word ends that. */
  async function lookBack(): Promise<void> {
    if (isLooking) return;
    isLooking = true;
    try {
      if (await isReady()) back();
    } finally {
      isLooking = false;
    }
  }

  function tell(waiting: PatienceAsked, failure: Problem): void {
    if (away === undefined || isTold) return;
    if (time.now() - away.since < Math.min(silentMs, waiting.milliseconds / 10)) return;
    isTold = true;
    waiting.onAway(secondsSince(time, away.since), failure);
  }

  /** Whether the API server is there, is to be waited for, or was for longer than anybody waits. */
  async function look(failure: Problem, begun: number, waiting: PatienceAsked): Promise<'there' | 'wait' | 'too long'> {
    const isOver = (since: number) => time.now() - since >= waiting.milliseconds;
    // One that is there and has too much to do.
    if (failure.details['status'] === 429) return isOver(begun) ? 'too long' : 'wait';
    const isUnwell = isOfServer(failure);
    if (isUnwell && (await isReady())) return 'there';
    away ??= { since: begun, isUnwell };
    tell(waiting, failure);
    // Also the whole absence: after it was waited out once, evidence is not waited for again, object by object.
    return isOver(Math.min(begun, away.since)) ? 'too long' : 'wait';
  }

  return {
    get isPatient() {
      return asked !== undefined && !asked.signal.aborted;
    },
    begin(waiting) {
      asked = waiting;
      return () => {
        if (asked === waiting) asked = undefined;
      };
    },
    awayMs: () => pastMs + (away === undefined ? 0 : time.now() - away.since),
    answered() {
      if (away === undefined) return;
      // One that begins anew answers before it is ready, and then not.
      if (away.isUnwell || isTold) void lookBack();
      else back();
    },
    async missed(failure, begun) {
      if (asked !== undefined && !asked.signal.aborted) await look(failure, begun, asked);
    },
    ofCall() {
      let tries = 0;
      const begun = time.now();
      return {
        async again(failure, { askedMs = 0, signal, isDoubtful = false } = {}) {
          tries += 1;
          const waiting = asked?.signal.aborted === false ? asked : undefined;
          // Nor are five tries made of each call once an absence was waited out.
          const isWaitedOut = away !== undefined && time.now() - away.since >= (waiting?.milliseconds ?? Infinity);
          const isAsked = isDoubtful || isWaitedOut || tries >= attempts || time.now() - begun > doubtMs;
          const found = waiting !== undefined && isAsked ? await look(failure, begun, waiting) : 'there';
          const isTriedOut = isDoubtful || tries >= attempts || (waiting === undefined && !isQuick(failure));
          if (found === 'too long' || (found === 'there' && isTriedOut)) return false;
          // What is asked for is given, by those who have the time.
          const mostMs = waiting === undefined ? longestPauseMs : begun + waiting.milliseconds - time.now();
          const pauseMs = Math.max(pauseAfter(tries), Math.min(askedMs, mostMs));
          const signals = [signal, waiting?.signal].filter((one) => one !== undefined);
          await time.sleep(pauseMs, AbortSignal.any(signals)).catch((error: unknown) => {
            // Whoever asks the run to stop is not kept waiting; the call then fails with what it met.
            if (signal?.aborted === true) throw error;
          });
          return waiting?.signal.aborted !== true;
        },
      };
    },
  };
}

/** An answer that says so, or none in good time: other questions may be answered meanwhile, from memory. */
function isOfServer({ details }: Problem): boolean {
  return typeof details['status'] === 'number' || details['code'] === 'ETIMEDOUT';
}

/** The last: a certificate that was renewed a moment before its key was. */
const quickCodes = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'EAI_AGAIN', 'ERR_OSSL_X509_KEY_VALUES_MISMATCH'];

/** A server that restarts, a connection that broke; not a name that does not exist or a certificate that is wrong. */
function isQuick({ details }: Problem): boolean {
  if (typeof details['status'] === 'number') return true;
  return quickCodes.some((code) => code === details['code']);
}

function pauseAfter(tries: number): number {
  const full = Math.min(firstPauseMs * 2 ** (tries - 1), longestPauseMs);
  return full / 2 + (Math.random() * full) / 2;
}

function secondsSince(time: SteadyTime, at: number): number {
  return Math.round((time.now() - at) / 1000);
}
