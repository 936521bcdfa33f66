import type { Fault } from '../../model/journal.ts';
import { formatRef, refOf, type KubeObject, type ObjectRef } from '../../model/kube.ts';
import type { FaultCode } from '../catalog.ts';
import type { FaultGraces } from './graces.ts';
import type { FaultMemory } from './memory.ts';
import type { ReleaseObjects, ReleaseScope, ScopedPod } from './release-scope.ts';
import { remediesOf } from './remedies.ts';

/** What faults are named from. `now` is this machine's time, as in the memory. */
export interface FaultEvidence {
  readonly memory: FaultMemory;
  readonly scope: ReleaseScope;
  readonly graces: FaultGraces;
  readonly now: Date;
  /** UIDs of what was unhealthy before the first write: it is not blamed on the release. */
  readonly baselineUids: ReadonlySet<string>;
  /** False for pods that this upgrade has not made; all pods of the newest revision where absent. */
  readonly isJudged?: ((pod: ScopedPod) => boolean) | undefined;
  /** Last lines of logs, by `POD/CONTAINER`. */
  readonly logs?: ReadonlyMap<string, readonly string[]> | undefined;
}

/** The evidence with the release's objects sorted out of it. */
export interface SortedEvidence extends FaultEvidence {
  readonly objects: ReleaseObjects;
}

/** A fault with a key that stays the same while it lasts, also when its pod is replaced by another. */
export interface NamedFault {
  readonly key: string;
  readonly fault: Fault & { readonly code: FaultCode };
}

/** Whether a grace is over, and the seconds left of it, rounded up. */
export interface Grace {
  readonly isCertain: boolean;
  readonly graceSeconds: number;
}

export const certain: Grace = { isCertain: true, graceSeconds: 0 };

/** A grace that began at `since` (milliseconds). */
export function graceFrom(since: number, seconds: number, now: Date): Grace {
  const left = since + seconds * 1000 - now.getTime();
  return left <= 0 ? certain : { isCertain: false, graceSeconds: Math.ceil(left / 1000) };
}

/** Never certain by itself: helm's own timeout ends the wait. */
export const forEver: Grace = { isCertain: false, graceSeconds: 0 };

export function named(
  workload: KubeObject,
  parts: Omit<Fault, 'lines' | 'object' | 'isCertain' | 'graceSeconds'> &
    Grace & {
      readonly code: FaultCode;
      readonly object: KubeObject;
      readonly lines?: readonly string[] | undefined;
    },
): NamedFault {
  const { object, lines, ...known } = parts;
  const rest = { ...known, remedies: known.remedies ?? remediesOf({ ...known, object: refOf(object) }) };
  const key = [parts.code, workload.kind, workload.metadata.name, parts.container ?? '', parts.image ?? ''].join('|');
  return { key, fault: { ...rest, object: refOf(object), lines: lines ?? [] } };
}

/** What is left to say when the time is over and nothing else was seen. */
export function notReady(
  object: ObjectRef,
  waitingFor: readonly string[],
  seconds: number,
): Fault & { readonly code: FaultCode } {
  return {
    code: 'NOT_READY',
    object,
    message: notReadyWords(formatRef(object), waitingFor, seconds),
    remedies: remediesOf({ code: 'NOT_READY', object }),
    lines: [],
    isCertain: true,
    graceSeconds: 0,
  };
}

/** @param seconds the time that it was given */
export function notReadyWords(what: string, waitingFor: readonly string[], seconds: number): string {
  return `${what} was not ready after ${seconds} s; ${waitingWords(waitingFor)}`;
}

/** What a wait that has ended was for. */
export function waitingWords(waitingFor: readonly string[]): string {
  return waitingFor.length === 0 ? 'nothing says what it waited for' : `waiting for ${waitingFor.join('; ')}`;
}

/** The text of an event or status on one line, short enough to be read. */
export function oneLine(text: string, limit = 500): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > limit ? `${line.slice(0, limit - 1)}…` : line;
}
