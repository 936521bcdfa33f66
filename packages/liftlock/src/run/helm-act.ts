import { notReadyWords, waitingWords } from '../findings/faults/named-fault.ts';
import type { HelmExit } from '../model/ports.ts';
import { Problem } from '../model/problem.ts';
import type { Unread } from '../model/snapshot.ts';
import type { HelmRollbackStep, HelmUpgradeStep } from '../model/step.ts';
import { leaseLost } from './lease-lost.ts';
import { endWhenSafe } from './end-when-safe.ts';
import { instabilityOf, refusalOf, type HelmRefusal } from './helm-refusal.ts';
import { heldBackProblem, touchedOf, unsureWords, writesOf, type HelmWrites } from './helm-writes.ts';
import { watchOtherHands } from './other-hands.ts';
import { stoppedCode } from './stop-reasons.ts';
import { wayBack } from './way-back.ts';
import { watchRelease, type ReleaseWatch } from './watch-release.ts';
import type { StepState } from '../journal/fold.ts';
import { versionAfter } from '../plan/own-revision.ts';
import { webhookOwner } from '../snapshot/webhook-owner.ts';
import type { Acted, World } from './world.ts';

type HelmStep = HelmUpgradeStep | HelmRollbackStep;

/** What ended helm before it ended by itself. */
type EndedBy = 'fault' | 'person';

/**
 * Runs one helm command through the gate, with our own watch beside it. A fault that is certain ends helm politely, so
 * that it records `failed`; never while data is being migrated (O2). A person's second Ctrl-C does the same.
 */
export async function helmAct(step: HelmStep, args: readonly string[], world: World, state: StepState): Promise<Acted> {
  const session = await world.gate.openRun(() => world.lease.mayWrite());
  const watching = new AbortController();
  const watch = watchFor(step, world, state, watching.signal);
  const ending = Promise.withResolvers<EndedBy>();
  const onStop = () => ending.resolve('person');
  let endedBy: EndedBy | undefined;
  const others = watchOtherHands(step, world, state.seenRevision, watching.signal);
  try {
    await watch.started;
    // Between this look and the listener nothing is awaited: a Ctrl-C is either seen or heard.
    if (world.stop.signal.aborted) throw notBegun(step);
    world.stop.signal.addEventListener('abort', onStop, { once: true });
    const helm = world.helm.start({
      args,
      kubeconfig: session.kubeconfig,
      onLine: (line) => watch.line(world.redactor.text(line)),
    });
    // A rollback does not record that it was ended (helm pkg/cmd/rollback.go knows no signals): no way back is cut short.
    if (step.kind === 'helm-upgrade') watch.onCertain(() => ending.resolve('fault'));
    const ended = ending.promise.then((by) => {
      endedBy = by;
      return endWhenSafe(step, helm.end, watch, world, watching.signal);
    });
    const exit = await Promise.race([helm.done, ended]);
    const wrote = await writesOf(session);
    const heldBack = exit.code === 0 ? undefined : session.heldBack();
    if (heldBack?.code === 'LEASE_LOST') throw leaseLost(step, wrote);
    const foreign = await others.foreignRevision(wrote);
    await others.tellEdits();
    if (foreign !== undefined) throw foreign;
    if (exit.code === 0) return { touched: touchedOf(wrote), ...wrote };
    // An API server that is away is told with what helm was waiting for.
    if (heldBack !== undefined && heldBack.code !== 'CLUSTER_UNREACHABLE') throw heldBackProblem(heldBack, wrote);
    const how = { wrote, endedBy: exit.wasEnded ? endedBy : undefined, awaySeconds: session.awaySeconds() };
    throw await failure(step, exit, watch, how, world);
  } finally {
    world.stop.signal.removeEventListener('abort', onStop);
    watching.abort();
    await watch.done;
    await session.close();
  }
}

function notBegun(step: HelmStep): Problem {
  return new Problem(stoppedCode, `helm was not begun for ${step.release}: the run was stopped on request`, {
    touched: 'no',
    advice: ['To go on: liftlock resume'],
  });
}

interface HowItEnded {
  readonly wrote: HelmWrites;
  readonly endedBy: EndedBy | undefined;
  /** Of helm's time, how much the API server did not answer. */
  readonly awaySeconds: number;
}

async function failure(
  step: HelmStep,
  exit: HelmExit,
  watch: ReleaseWatch,
  how: HowItEnded,
  world: World,
): Promise<Problem> {
  const words = world.redactor
    .text(exit.stderr)
    .trim()
    .split('\n')
    .filter((line) => line.startsWith('Error'))
    .join(' ');
  const refusal = how.endedBy === undefined ? refusalOf(step, world.redactor.text(exit.stderr)) : undefined;
  const [code, message] = causeOf(step, exit, watch, how, words, refusal);
  const owner = code === 'WEBHOOK_DOWN' ? await webhookOwner(message, world.plan.steps, world.reader) : '';
  return new Problem(code, `${message}${owner}`, {
    touched: touchedOf(how.wrote),
    details: { ...how.wrote, ...(code === 'HELM_FAILED' ? {} : { helm: words }) },
    advice: [
      'liftlock diagnose shows the evidence.',
      ...unsureWords(how.wrote),
      ...(code === refusal?.code ? refusal.advice : []),
      'When the cause is gone: liftlock resume',
      wayBack(step),
    ],
  });
}

/** Code and message of a helm that failed: who or what ended it, or what it was waiting for when its time was over. */
function causeOf(
  step: HelmStep,
  exit: HelmExit,
  watch: ReleaseWatch,
  { endedBy, awaySeconds }: HowItEnded,
  words: string,
  refusal: HelmRefusal | undefined,
): readonly [code: string, message: string] {
  const [cause] = watch.faults().toSorted((a, b) => Number(b.isCertain) - Number(a.isCertain));
  if (endedBy === 'person') {
    const what = cause?.message ?? waitingWords(watch.waitingFor());
    return [stoppedCode, `helm was ended on request before ${step.release} was at ${versionAfter(step)}: ${what}`];
  }
  // Of the cluster, whatever the pods look like meanwhile.
  const unstable = endedBy === undefined ? instabilityOf(words) : undefined;
  if (unstable !== undefined) return [unstable, `${step.release}: ${refusal?.message ?? words}`];
  if (cause !== undefined) return [cause.code, `${step.release}: ${cause.message}`];
  // helm measures its own time, which begins a little after ours.
  const isLate = exit.seconds >= step.timeoutSeconds || /deadline exceeded|timed out/i.test(words);
  if (isLate && awaySeconds > 0) return ['API_SERVER_AWAY', awayWords(step, awaySeconds)];
  if (isLate) return ['NOT_READY', notReadyWords(step.release, watch.waitingFor(), step.timeoutSeconds)];
  if (refusal !== undefined) return [refusal.code, `${step.release}: ${refusal.message}`];
  return ['HELM_FAILED', `helm could not bring ${step.release} to ${versionAfter(step)}: ${words}`];
}

function awayWords({ release, timeoutSeconds }: HelmStep, awaySeconds: number): string {
  return `${release}: helm's time of ${timeoutSeconds} s was over, and the API server had not answered for ${awaySeconds} s of it`;
}

/** What is lost with a kind that may not be watched. */
function unreadWords({ what, why }: Unread): string {
  const lost =
    {
      jobs: 'hooks are not seen, and helm is not ended early',
      pods: 'migrations are not seen, and helm is not ended early',
    }[what] ?? 'causes that only they tell are not named';
  return `${what} cannot be watched (${why}): ${lost}`;
}

function watchFor(step: HelmStep, world: World, state: StepState, signal: AbortSignal): ReleaseWatch {
  return watchRelease({
    reader: world.reader,
    clock: world.clock,
    redactor: world.redactor,
    namespace: step.namespace,
    release: step.release,
    component: step.component,
    step: step.id,
    graces: world.graces,
    baseline: world.baseline,
    timeoutSeconds: step.timeoutSeconds,
    migrates: 'migrates' in step ? step.migrates : undefined,
    hasMigrated: state.hasMigrated,
    onFault: (fault) => world.emit({ type: 'fault', step: step.id, fault }),
    onMigrationStarted: (note) => world.emit({ type: 'migration-started', step: step.id, note }),
    onProgress: (progress) => world.progress(progress),
    onUnread: (unread) => world.emit({ type: 'note', step: step.id, text: unreadWords(unread) }),
    signal,
  });
}
