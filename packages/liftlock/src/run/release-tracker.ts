import { setImmediate } from 'node:timers/promises';
import { diagnose } from '../findings/faults/diagnose.ts';
import { faultGraces, type FaultGraces } from '../findings/faults/graces.ts';
import type { FaultMemory } from '../findings/faults/memory.ts';
import type { NamedFault } from '../findings/faults/named-fault.ts';
import { releaseObjects, type ReleaseObjects, type ScopedPod } from '../findings/faults/release-scope.ts';
import { rolloutOf, type Rollout } from '../findings/faults/rollout.ts';
import type { Fault } from '../model/journal.ts';
import type { Graces } from '../model/platform.ts';
import type { Clock, ClusterReader } from '../model/ports.ts';
import type { Progress } from '../model/progress.ts';
import type { Redactor } from '../model/redaction.ts';
import type { HealthItem, Unread } from '../model/snapshot.ts';
import { followNamespace, type Following } from './follow-namespace.ts';
import { lastLines } from './last-lines.ts';

export interface TrackerParts {
  readonly reader: ClusterReader;
  readonly clock: Clock;
  readonly namespace: string;
  readonly release: string;
  readonly component?: string | undefined;
  readonly step: string;
  /** Durations as they count here: already shrunk by the site's timeScale. */
  readonly graces: Graces;
  /** Health before the first write (O14): what was bad then is not blamed. */
  readonly baseline: readonly HealthItem[];
  /** 0 where there is none; for the display only. */
  readonly timeoutSeconds: number;
  readonly redactor?: Redactor | undefined;
  /** Lines of a failing container's log; 20 where absent. */
  readonly logTail?: number | undefined;
  /** Told when a fault is first named, and once more when it becomes certain. */
  readonly onFault?: ((fault: Fault) => void) | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Told once for each kind that may not be watched. */
  readonly onUnread?: ((unread: Unread) => void) | undefined;
  readonly signal: AbortSignal;
}

/** One release as it is now. */
export interface ReleaseView {
  readonly memory: FaultMemory;
  readonly objects: ReleaseObjects;
  readonly rollouts: readonly Rollout[];
  readonly faults: readonly Fault[];
}

export interface Tracker {
  readonly started: Promise<void>;
  readonly done: Promise<void>;
  view(): ReleaseView;
  /** Kinds that may not be watched. */
  unread(): readonly Unread[];
  /** The line to show beside the workloads. */
  line(text: string): void;
}

/** Fault codes whose cause stands in a container's log. */
const logged = new Set(['CRASH_LOOP', 'OOM_KILLED', 'JOB_FAILED']);
/** Milliseconds between two tellings of progress when nothing changes: seconds count down on screen. */
const tick = 1000;

/**
 * Follows one release: names faults as soon as the cluster shows them, tells when their graces run out, and reports
 * progress. It asks nothing of the cluster again and again; timers run only for graces and for the display.
 */
export function trackRelease(
  parts: TrackerParts,
  options: {
    readonly isJudged?: ((pod: ScopedPod) => boolean) | undefined;
    /** Called after each change, and when a grace ran out, with what is known then. */
    readonly onView: (view: ReleaseView) => void;
  },
): Tracker {
  const graces = faultGraces(parts.graces);
  const teller = faultTeller(parts);
  const began = parts.clock.now().getTime();
  let helmLine: string | undefined;
  let timer = new AbortController();

  const view = (): ReleaseView & { named: readonly NamedFault[] } =>
    lookAt(parts, graces, follow.memory(), teller.logs, options.isJudged);
  const tellProgress = (now: ReleaseView): void => {
    parts.onProgress?.({
      step: parts.step,
      component: parts.component,
      helmLine,
      workloads: now.rollouts.map(({ kind, name, desired, updated, ready, message }) => ({
        kind,
        name,
        desired,
        updated,
        ready,
        message,
      })),
      elapsedSeconds: (parts.clock.now().getTime() - began) / 1000,
      timeoutSeconds: parts.timeoutSeconds,
      faults: now.faults,
    });
  };
  const evaluate = (): void => {
    if (parts.signal.aborted) return;
    const now = view();
    teller.tell(now.named);
    options.onView(now);
    tellProgress(now);
    timer.abort();
    timer = new AbortController();
    void wakeAfter(nextGrace(now.faults), timer.signal);
  };
  const wakeAfter = async (seconds: number | undefined, signal: AbortSignal): Promise<void> => {
    if (seconds === undefined) return;
    await parts.clock.sleep(seconds * 1000, AbortSignal.any([signal, parts.signal])).catch(() => undefined);
    if (!signal.aborted) evaluate();
  };
  const follow: Following = followNamespace({ ...parts, onChange: evaluate });
  const ticking = keepTicking(parts, () => tellProgress(view()));

  return {
    started: follow.started,
    done: Promise.all([follow.done, ticking])
      .then(() => teller.done())
      .then(() => timer.abort()),
    view,
    unread: follow.unread,
    line(text) {
      helmLine = text;
      tellProgress(view());
    },
  };
}

function lookAt(
  parts: TrackerParts,
  graces: FaultGraces,
  memory: FaultMemory,
  logs: ReadonlyMap<string, readonly string[]>,
  isJudged: ((pod: ScopedPod) => boolean) | undefined,
): ReleaseView & { readonly named: readonly NamedFault[] } {
  const scope = { release: parts.release, namespace: parts.namespace };
  const objects = releaseObjects(memory, scope);
  const unhealthy = parts.baseline.filter((item) => item.state === 'unhealthy');
  const named = diagnose({
    memory,
    scope,
    graces,
    now: parts.clock.now(),
    baselineUids: new Set(unhealthy.map((item) => item.uid ?? '')),
    isJudged,
    logs,
  });
  const workloads = [...objects.workloads, ...objects.jobs];
  return {
    memory,
    objects,
    rollouts: workloads.map((workload) => rolloutOf(workload, objects.pods)),
    faults: named.map(({ fault }) => masked(fault, parts)),
    named,
  };
}

function masked(fault: Fault, { redactor }: TrackerParts): Fault {
  if (redactor === undefined) return fault;
  return { ...redactor.json(fault), lines: fault.lines.map((line) => redactor.log(line)) };
}

/** Seconds until the next grace runs out. */
function nextGrace(faults: readonly Fault[]): number | undefined {
  const seconds = faults
    .filter((fault) => !fault.isCertain && fault.graceSeconds > 0)
    .map((fault) => fault.graceSeconds);
  return seconds.length === 0 ? undefined : Math.min(...seconds);
}

/** Tells each fault once when it is named and once when it is certain, with the log's last lines where they explain it. */
function faultTeller(parts: TrackerParts) {
  const told = new Map<string, boolean>();
  const logs = new Map<string, readonly string[]>();
  const pending = new Set<Promise<void>>();
  const tellOne = async ({ fault }: NamedFault): Promise<void> => {
    let shown: Fault = fault;
    if (logged.has(fault.code)) {
      const found = await lastLines(parts, fault);
      if (found !== undefined) {
        logs.set(found.key, found.lines);
        shown = { ...fault, lines: found.lines };
      }
    }
    parts.onFault?.(masked(shown, parts));
  };
  return {
    logs,
    tell(named: readonly NamedFault[]): void {
      for (const item of named) {
        const before = told.get(item.key);
        if (before === true || before === item.fault.isCertain) continue;
        told.set(item.key, item.fault.isCertain);
        const telling = tellOne(item).finally(() => pending.delete(telling));
        pending.add(telling);
      }
    },
    done: async (): Promise<void> => {
      await Promise.allSettled(pending);
    },
  };
}

async function keepTicking({ clock, signal }: TrackerParts, onTick: () => void): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(tick, signal).catch(() => undefined);
    // A clock that stands still in a test must not keep everything else from happening.
    await setImmediate();
    if (!signal.aborted) onTick();
  }
}
