import type { Fault } from '../model/journal.ts';
import type { HelmExit } from '../model/ports.ts';
import { Problem, type Touched } from '../model/problem.ts';
import type { HelmRollbackStep, HelmUpgradeStep } from '../model/step.ts';
import { watchRelease, type ReleaseWatch } from './watch-release.ts';
import type { StepState } from '../journal/fold.ts';
import type { Acted, World } from './world.ts';

type HelmStep = HelmUpgradeStep | HelmRollbackStep;

/**
 * Runs one helm command through the gate, with our own watch beside it. A fault that is certain ends helm politely, so
 * that it records `failed`; never while data is being migrated (O2). A person's second Ctrl-C does the same.
 */
export async function helmAct(step: HelmStep, args: readonly string[], world: World, state: StepState): Promise<Acted> {
  const session = await world.gate.openRun(() => world.lease.mayWrite());
  const watching = new AbortController();
  const watch = watchFor(step, world, state, watching.signal);
  const certain = Promise.withResolvers<Fault>();
  const onStop = () => certain.reject(new Error('stopped'));
  try {
    await watch.started;
    const helm = world.helm.start({
      args,
      kubeconfig: session.kubeconfig,
      onLine: (line) => watch.line(world.redactor.text(line)),
    });
    watch.onCertain(certain.resolve);
    world.stop.signal.addEventListener('abort', onStop, { once: true });
    const ended = certain.promise.then(
      () => endWhenSafe(helm.end, watch, world),
      () => endWhenSafe(helm.end, watch, world),
    );
    const exit = await Promise.race([helm.done, ended]);
    const writes = session.writes();
    if (exit.code === 0) return { touched: writes > 0 ? 'yes' : 'no', writes };
    throw failure(step, exit, watch.faults(), writes, world);
  } finally {
    world.stop.signal.removeEventListener('abort', onStop);
    certain.promise.catch(() => undefined);
    watching.abort();
    await watch.done;
    await session.close();
  }
}

/** A migration is waited for: helm is ended only when none runs, or ends by itself at its timeout. */
async function endWhenSafe(end: () => Promise<HelmExit>, watch: ReleaseWatch, world: World): Promise<HelmExit> {
  if (watch.isMigrating()) {
    world.emit({ type: 'note', text: 'data is being migrated: helm is not interrupted' });
    await watch.migrationEnded();
  }
  return end();
}

function failure(step: HelmStep, exit: HelmExit, faults: readonly Fault[], writes: number, world: World): Problem {
  const touched: Touched = writes > 0 ? 'yes' : 'no';
  const [cause] = faults.toSorted((a, b) => Number(b.isCertain) - Number(a.isCertain));
  const words = world.redactor
    .text(exit.stderr)
    .trim()
    .split('\n')
    .filter((line) => line.startsWith('Error'))
    .join(' ');
  const message =
    cause === undefined
      ? `helm could not bring ${step.release} to ${versionOf(step)}: ${words}`
      : `${step.release}: ${cause.message}`;
  return new Problem(cause?.code ?? 'HELM_FAILED', message, {
    touched,
    details: { writes, ...(cause === undefined ? {} : { helm: words }) },
    advice: [
      'liftlock diagnose shows the evidence.',
      'When the cause is gone: liftlock resume',
      'To go back instead: liftlock rollback',
    ],
  });
}

function versionOf(step: HelmStep): string {
  return step.kind === 'helm-upgrade' ? step.chart.version : step.version;
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
    migrates: step.kind === 'helm-upgrade' ? step.migrates : undefined,
    hasMigrated: state.hasMigrated,
    onFault: (fault) => world.emit({ type: 'fault', step: step.id, fault }),
    onMigrationStarted: (note) => world.emit({ type: 'migration-started', step: step.id, note }),
    onProgress: (progress) => world.progress(progress),
    signal,
  });
}
