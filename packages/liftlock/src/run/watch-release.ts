import { containersIn, uidOf } from '../findings/faults/memory.ts';
import { controllerOf, isHook, type ScopedPod } from '../findings/faults/release-scope.ts';
import type { Fault } from '../model/journal.ts';
import { formatRef, refOf } from '../model/kube.ts';
import type { HealthItem } from '../model/snapshot.ts';
import type { MigrationMark } from '../model/step.ts';
import { hasStarted, isAtWork, isMigrating } from './migration.ts';
import { trackRelease, type ReleaseView, type TrackerParts } from './release-tracker.ts';

export interface WatchParts extends TrackerParts {
  /** Containers that migrate data when they start. */
  readonly migrates?: MigrationMark | undefined;
  /** True when the journal says already that data was migrated. */
  readonly hasMigrated?: boolean | undefined;
  /** Told once, when the first migrating container of the new revision has started: from here there is no way back. */
  readonly onMigrationStarted?: ((note: string) => void) | undefined;
}

/** Our own look at a release while helm waits for it. */
export interface ReleaseWatch {
  /** Resolves when what was there before is known. */
  readonly started: Promise<void>;
  /** Resolves after the signal, when nothing is watched any more. */
  readonly done: Promise<void>;
  /** What looks wrong now, the certain first. */
  faults(): readonly Fault[];
  /** Called once, with the first fault that is certain: also when it was so before. */
  onCertain(listener: (fault: Fault) => void): void;
  /** True while a hook Job runs, or a migrating container that has not finished starting (O2); and where none could be seen. */
  isMigrating(): boolean;
  /** False where jobs or pods may not be watched. */
  seesMigrations(): boolean;
  /** Resolves as soon as nothing migrates, or with the signal; with the signal alone where none could be seen. */
  migrationEnded(): Promise<void>;
  /** What keeps the release from being healthy, in words. */
  waitingFor(): readonly string[];
  /** A line of helm's, for the display. */
  line(text: string): void;
}

/**
 * Watches what helm brings about: names faults as they appear, ends nothing itself. Judged are pods of the new revision
 * that this upgrade has made; see `isMade`.
 */
export function watchRelease(parts: WatchParts): ReleaseWatch {
  const known = knownBefore(parts.baseline);
  const generations = new Map<string, number>();
  const certainListeners: ((fault: Fault) => void)[] = [];
  const waiting: (() => void)[] = [];
  let isTold = parts.hasMigrated === true;

  const onView = (view: ReleaseView): void => {
    for (const workload of view.objects.workloads) {
      const uid = uidOf(workload);
      if (!generations.has(uid)) generations.set(uid, workload.metadata.generation ?? 0);
    }
    const started = isTold
      ? undefined
      : startedMigration(view, parts.migrates, (pod) => isMade(pod, known, generations));
    if (started !== undefined) {
      isTold = true;
      parts.onMigrationStarted?.(started);
    }
    const certain = view.faults.find((fault) => fault.isCertain);
    if (certain !== undefined) for (const listener of certainListeners.splice(0)) listener(certain);
    if (seesMigrations() && !isMigratingIn(view, parts.migrates)) for (const resolve of waiting.splice(0)) resolve();
  };
  const seesMigrations = () => !tracker.unread().some(({ what }) => what === 'jobs' || what === 'pods');
  const mayMigrate = () => !seesMigrations() || isMigratingIn(tracker.view(), parts.migrates);
  const tracker = trackRelease(parts, { onView, isJudged: (pod) => isMade(pod, known, generations) });
  parts.signal.addEventListener('abort', () => waiting.splice(0).forEach((resolve) => resolve()), { once: true });

  return {
    started: tracker.started,
    done: tracker.done,
    faults: () => tracker.view().faults,
    onCertain(listener) {
      const certain = tracker.view().faults.find((fault) => fault.isCertain);
      if (certain === undefined) certainListeners.push(listener);
      else listener(certain);
    },
    isMigrating: mayMigrate,
    seesMigrations,
    async migrationEnded() {
      if (parts.signal.aborted || !mayMigrate()) return;
      await new Promise<void>((resolve) => waiting.push(resolve));
    },
    waitingFor: () =>
      tracker
        .view()
        .rollouts.filter((rollout) => !rollout.isHealthy)
        .map((rollout) => `${rollout.kind} ${rollout.name}: ${rollout.message}`),
    line: tracker.line,
  };
}

interface KnownBefore {
  readonly pods: ReadonlySet<string>;
  readonly replicaSets: ReadonlySet<string>;
}

function knownBefore(baseline: readonly HealthItem[]): KnownBefore {
  const pods = baseline.filter((item) => item.object.kind === 'Pod');
  return {
    pods: new Set(pods.map((item) => item.uid ?? '')),
    replicaSets: new Set(pods.flatMap((item) => (item.owner?.kind === 'ReplicaSet' ? [item.owner.name] : []))),
  };
}

/**
 * True for a pod that the upgrade has made. Before helm writes, the newest revision is the old one: its pods, and
 * those that replace them, are not blamed on an upgrade that has not begun. A ReplicaSet of the baseline counts again
 * once its Deployment was written to, as in a rollback.
 */
function isMade({ pod, workload }: ScopedPod, known: KnownBefore, generations: ReadonlyMap<string, number>): boolean {
  if (known.pods.has(uidOf(pod))) return false;
  const owner = controllerOf(pod);
  if (owner?.kind !== 'ReplicaSet' || !known.replicaSets.has(owner.name)) return true;
  return (workload.metadata.generation ?? 0) > (generations.get(uidOf(workload)) ?? 0);
}

/** The first migrating container of a new pod that runs or ran, in words. */
function startedMigration(
  view: ReleaseView,
  migrates: MigrationMark | undefined,
  isMadeHere: (pod: ScopedPod) => boolean,
): string | undefined {
  for (const scoped of view.objects.pods.filter((item) => item.isNew && isMadeHere(item))) {
    const container = containersIn(scoped.pod).find(
      ({ name, status }) => migrates?.containers.includes(name) && hasStarted(status),
    );
    if (container !== undefined) return `container ${container.name} of ${formatRef(refOf(scoped.pod))} has started`;
  }
  return undefined;
}

function isMigratingIn({ objects }: ReleaseView, migrates: MigrationMark | undefined): boolean {
  const isHookAtWork = objects.jobs.some(
    (job) =>
      isHook(job) &&
      isAtWork(
        job,
        objects.pods.filter(({ workload }) => workload === job).map(({ pod }) => pod),
      ),
  );
  return isHookAtWork || objects.pods.some(({ pod }) => isMigrating(pod, migrates));
}
