import { containersIn, uidOf } from '../findings/faults/memory.ts';
import { notReady } from '../findings/faults/named-fault.ts';
import { numberAt } from '../findings/faults/read.ts';
import { claimNames, eventOf, isHook } from '../findings/faults/release-scope.ts';
import { claimWaitsFor } from '../findings/faults/rollout.ts';
import type { Fault } from '../model/journal.ts';
import type { KubeObject } from '../model/kube.ts';
import { durationSeconds } from '../model/duration.ts';
import { trackRelease, type ReleaseView, type TrackerParts } from './release-tracker.ts';

export interface AwaitHealthyParts extends TrackerParts {
  /** What the release consists of, from its manifest: a workload of it that is absent is waited for. */
  readonly objects: readonly KubeObject[];
}

export type Health =
  | { readonly healthy: true }
  | { readonly healthy: false; readonly waitingFor: readonly string[]; readonly faults: readonly Fault[] };

const judged = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'Job']);

/**
 * Waits until a release is healthy as O16 has it, and has stayed so for `graces.minReady`. Ends early when a fault is
 * certain; ends at `timeoutSeconds`, or with the signal, and says what it waited for.
 */
export async function awaitHealthy(parts: AwaitHealthyParts): Promise<Health> {
  const own = new AbortController();
  const signal = AbortSignal.any([parts.signal, own.signal]);
  const result = Promise.withResolvers<Health>();
  const minReady = durationSeconds(parts.graces.minReady) * 1000;
  let healthyFrom: { readonly at: number; readonly lives: string } | undefined;
  let isStarted = false;

  const unhealthy = (view: ReleaseView, waitingFor: readonly string[]): Health => {
    const object = { apiVersion: 'helm.sh/v1', kind: 'Release', namespace: parts.namespace, name: parts.release };
    const faults = view.faults.length > 0 ? view.faults : [notReady(object, waitingFor, parts.timeoutSeconds)];
    return { healthy: false, waitingFor, faults };
  };
  const judge = (view: ReleaseView): void => {
    if (!isStarted) return;
    const waitingFor = waitsFor(parts.objects, view);
    if (view.faults.some((fault) => fault.isCertain)) result.resolve(unhealthy(view, waitingFor));
    const lives = livesOf(view);
    if (waitingFor.length > 0) {
      healthyFrom = undefined;
      return;
    }
    const now = parts.clock.now().getTime();
    // A container that died and came back between two looks has not been stable.
    if (healthyFrom === undefined || healthyFrom.lives !== lives) {
      healthyFrom = { at: now, lives };
      void lookAgainAfter(minReady);
    }
    if (now - healthyFrom.at >= minReady) result.resolve({ healthy: true });
  };
  const lookAgainAfter = async (milliseconds: number): Promise<void> => {
    await parts.clock.sleep(milliseconds, signal).catch(() => undefined);
    if (!signal.aborted) judge(tracker.view());
  };
  const tracker = trackRelease({ ...parts, signal }, { onView: judge });
  const giveUp = (): void => {
    const view = tracker.view();
    result.resolve(unhealthy(view, waitsFor(parts.objects, view)));
  };
  parts.signal.addEventListener('abort', giveUp, { once: true });
  try {
    await tracker.started;
    isStarted = true;
    if (parts.signal.aborted) giveUp();
    judge(tracker.view());
    void parts.clock.sleep(parts.timeoutSeconds * 1000, signal).then(giveUp, () => undefined);
    return await result.promise;
  } finally {
    parts.signal.removeEventListener('abort', giveUp);
    own.abort();
    await tracker.done;
  }
}

/** Everything that is not as it should be, in words; empty when the release is healthy. */
function waitsFor(objects: readonly KubeObject[], view: ReleaseView): readonly string[] {
  const hooks = new Set(view.objects.jobs.filter(isHook).map((job) => job.metadata.name));
  const rollouts = view.rollouts.filter((rollout) => !(rollout.kind === 'Job' && hooks.has(rollout.name)));
  const absent = objects
    .filter((object) => judged.has(object.kind) && !isHook(object) && !isCleanedUp(object))
    .filter(
      (object) => !rollouts.some((rollout) => rollout.kind === object.kind && rollout.name === object.metadata.name),
    )
    .map((object) => `${object.kind} ${object.metadata.name}: it does not exist`);
  const waiting = rollouts
    .filter((rollout) => !rollout.isHealthy)
    .map((rollout) => `${rollout.kind} ${rollout.name}: ${rollout.message}`);
  return [...absent, ...waiting, ...unboundClaims(view)];
}

/** A Job with a time to live may be gone when it is done. */
function isCleanedUp(object: KubeObject): boolean {
  return object.kind === 'Job' && object.spec?.['ttlSecondsAfterFinished'] !== undefined;
}

function unboundClaims({ objects }: ReleaseView): readonly string[] {
  const mounted = new Set(objects.pods.flatMap(({ pod }) => claimNames(pod)));
  return objects.claims.flatMap((claim) => {
    const events = objects.events.get(uidOf(claim)) ?? [];
    const waitsForConsumer = events.some((event) => eventOf(event).reason === 'WaitForFirstConsumer');
    const message = claimWaitsFor(claim, mounted.has(claim.metadata.name), waitsForConsumer);
    return message === '' ? [] : [`PersistentVolumeClaim ${claim.metadata.name}: ${message}`];
  });
}

/** Which pods there are, and how often their containers were restarted. */
function livesOf({ objects }: ReleaseView): string {
  return objects.pods
    .map(
      ({ pod }) =>
        `${uidOf(pod)}:${containersIn(pod).reduce((sum, { status }) => sum + numberAt(status, ['restartCount']), 0)}`,
    )
    .toSorted()
    .join(' ');
}
