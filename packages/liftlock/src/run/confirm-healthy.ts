import { waitingWords } from '../findings/faults/named-fault.ts';
import { Problem } from '../model/problem.ts';
import type { Release } from '../model/snapshot.ts';
import type { HelmRollbackStep, HelmUpgradeStep } from '../model/step.ts';
import { parseManifest } from '../release/manifest.ts';
import { awaitHealthy } from './await-healthy.ts';
import { readRelease } from '../snapshot/read-release.ts';
import { stoppedCode } from './stop-reasons.ts';
import { wayBack } from './way-back.ts';
import type { World } from './world.ts';

/** What something before the API server remembers may lag behind what helm has written: a few looks, a second apart. */
const looks = 4;
const lookPauseMs = 1_000;

/**
 * After helm returned: the release is `deployed` at the wanted version, and healthy as O16 has it, judged by us: helm
 * calls things ready that are not.
 */
export async function confirmHealthy(step: HelmUpgradeStep | HelmRollbackStep, world: World): Promise<Release> {
  const wanted = step.kind === 'helm-upgrade' ? step.chart.version : step.version;
  const isAtWanted = (seen: Release | undefined) =>
    seen?.newest.status === 'deployed' && seen.newest.version === wanted;
  const release = await readSettled(step, world, isAtWanted);
  if (release === undefined || !isAtWanted(release)) {
    const found = release === undefined ? 'absent' : `${release.newest.status} at ${release.newest.version}`;
    throw new Problem('RELEASE_NOT_DEPLOYED', `Release ${step.release} is ${found}, not deployed at ${wanted}.`, {
      touched: 'yes',
      advice: [`helm history ${step.release} -n ${step.namespace}`, 'liftlock resume'],
    });
  }
  const health = await awaitHealthy({
    reader: world.reader,
    clock: world.clock,
    namespace: step.namespace,
    release: step.release,
    component: step.component,
    step: step.id,
    objects: parseManifest(release.manifest),
    graces: world.graces,
    baseline: world.baseline,
    timeoutSeconds: step.timeoutSeconds,
    onFault: (fault) => world.emit({ type: 'fault', step: step.id, fault }),
    onProgress: (progress) => world.progress(progress),
    signal: world.stop.signal,
  });
  if (health.healthy) return release;
  const [cause] = health.faults;
  const isNamed = cause?.isCertain === true && cause.code !== 'NOT_READY';
  if (world.stop.signal.aborted && !isNamed) {
    throw new Problem(
      stoppedCode,
      `${step.release} is deployed; whether it is healthy was not waited for, on request; ${waitingWords(health.waitingFor)}`,
      { touched: 'yes', advice: ['To go on: liftlock resume', wayBack(step)] },
    );
  }
  throw new Problem(
    cause?.code ?? 'NOT_READY',
    `helm says that ${step.release} is deployed, but it is not healthy: ${cause?.message ?? health.waitingFor.join('; ')}`,
    {
      touched: 'yes',
      advice: ['liftlock diagnose shows the evidence.', 'When the cause is gone: liftlock resume', wayBack(step)],
    },
  );
}

async function readSettled(
  { namespace, release }: HelmUpgradeStep | HelmRollbackStep,
  { reader, clock, stop }: World,
  isRight: (seen: Release | undefined) => boolean,
): Promise<Release | undefined> {
  for (let look = 1; ; look += 1) {
    const seen = await readRelease(reader, namespace, release);
    if (isRight(seen) || look === looks || stop.signal.aborted) return seen;
    await clock.sleep(lookPauseMs, stop.signal);
  }
}
