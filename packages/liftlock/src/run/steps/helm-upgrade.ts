import type { JsonObject } from '../../model/json.ts';
import { Problem } from '../../model/problem.ts';
import type { Release } from '../../model/snapshot.ts';
import type { HelmUpgradeStep } from '../../model/step.ts';
import { upgradeArguments } from '../../release/helm-args.ts';
import { readReleaseRecord } from '../../release/release-record.ts';
import { valuesFor } from '../../plan/values-for.ts';
import { changedPaths } from '../../values/compare.ts';
import { asideValues } from '../aside.ts';
import { confirmHealthy } from '../confirm-healthy.ts';
import { finishedHooks } from '../finished-hooks.ts';
import { helmAct } from '../helm-act.ts';
import { frozenFile, stepValues, writeHelmValues } from '../helm-values.ts';
import { runningMigration } from '../migration.ts';
import { tellMovedTag } from '../moved-tag.ts';
import { refuseEdited, refuseMoved, refuseMovedSince } from '../refuse-moved.ts';
import { listRecords, readRelease } from '../../snapshot/read-release.ts';
import { unlockOwn } from '../unlock.ts';
import type { Handler, World } from '../world.ts';

/** One `helm upgrade`, from a chart pulled by digest and private copies of the values. */
export const helmUpgrade: Handler<'helm-upgrade'> = {
  async observe(step, world, state) {
    const release = await readRelease(world.reader, step.namespace, step.release);
    refuseMoved(step, world, state, release);
    const newest = release?.newest;
    if (
      newest?.status === 'deployed' &&
      newest.version === step.chart.version &&
      (await hasValues(step, world, release))
    ) {
      return { observation: 'done', note: `deployed at ${newest.version} with these values already` };
    }
    await refuseEdited(step, world, release);
    const migration = await runningMigration(step, world, release);
    if (migration !== undefined) return { observation: 'busy', note: migration };
    if (newest === undefined) return { observation: 'todo', note: 'not installed', revision: 0 };
    const { revision, status, version } = newest;
    return { observation: 'todo', note: `${status} at ${version}, revision ${revision}`, revision };
  },

  async act(step, world, state) {
    await tellMovedTag(step, world);
    const { file } = await world.registry.pull(step.chart.reference, step.chart.digest);
    const valuesFiles = await writeHelmValues(step, {
      ...valuesParts(step, world),
      readFile: world.readSecretFile,
      write: world.folder.writeSecret,
    });
    await refuseMovedSince(step, world, state.seenRevision);
    await unlockOwn(step, world, state);
    const done = await finishedHooks(step, world, state, async ({ values }) => {
      const release = await readRelease(world.reader, step.namespace, step.release);
      return hasValues(step, world, release === undefined ? undefined : { ...release, values });
    });
    if (done.length > 0) tellFinished(step, done, world);
    const upgrade = { ...step, chartFile: file, valuesFiles, noHooks: done.length > 0 };
    return helmAct(step, upgradeArguments(upgrade, world.helm.major), world, state);
  },

  async confirm(step, world) {
    const release = await confirmHealthy(step, world);
    if (!(await hasValues(step, world, release))) {
      throw new Problem('VALUES_NOT_KEPT', `The values of ${step.release} are not those of the plan.`, {
        touched: 'yes',
        advice: [`Compare: helm get values ${step.release} -n ${step.namespace}`],
      });
    }
    return { note: `deployed at ${step.chart.version}, revision ${release.newest.revision}` };
  },
};

function tellFinished(step: HelmUpgradeStep, jobs: readonly string[], world: World): void {
  const which = `hook ${jobs.length === 1 ? 'Job' : 'Jobs'} ${jobs.join(', ')}`;
  const text = `${which} of the try before came to a good end and will not run again: helm is given --no-hooks`;
  world.emit({ type: 'note', step: step.id, text });
}

function valuesParts(step: HelmUpgradeStep, world: World) {
  return {
    loadValues: world.loadValues,
    liveValues: async () =>
      (await readRelease(world.reader, step.namespace, step.release))?.values ??
      (await asideValues(step.component, world)),
    frozen: async (path: string) => world.folder.read(frozenFile(path)),
    copy: async (name: string) => world.folder.read(name),
  };
}

/** X01: the release's own values equal what helm was given, key by key. */
async function hasValues(step: HelmUpgradeStep, world: World, release: Release | undefined): Promise<boolean> {
  const component = world.platform.components.find((item) => item.name === step.component);
  if (release === undefined || component === undefined) return false;
  const valuesFiles = await stepValues(step, valuesParts(step, world));
  const former = { ...release, values: await formerValues(step, world, release) };
  const read = { name: step.component, release: former, valuesFiles, workloads: [] };
  const wanted = valuesFor(read, step.keep, step.carryOver);
  return changedPaths(release.values, wanted).length === 0;
}

/**
 * The values that keys were kept of: what the release had before it was uninstalled, or before they were carried over to a
 * chart that calls them otherwise.
 */
async function formerValues(step: HelmUpgradeStep, world: World, release: Release): Promise<JsonObject> {
  if (step.reinstalls === true) return asideValues(step.component, world);
  if (step.carryOver === undefined || step.keep.length === 0) return release.values;
  const first = world.plan.steps.find((item) => item.id === step.follows);
  const from = step.from ?? (first?.kind === 'helm-upgrade' ? first.from : undefined);
  const records = await listRecords(world.reader, step.namespace, step.release);
  const former = records
    .map((record) => readReleaseRecord(record).record)
    .find((record) => record?.revision === from?.revision);
  return former?.values ?? release.values;
}
