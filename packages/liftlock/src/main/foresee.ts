import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openPrivatePlace } from '../adapters/files/private-place.ts';
import { openRunFolder } from '../adapters/files/run-folder.ts';
import { mayReinstall } from '../findings/foreseen/may-reinstall.ts';
import { makeForecast, type ForecastResult, type KnownSteps } from '../forecast/forecast.ts';
import type { Remedy } from '../model/finding.ts';
import type { KubeObject } from '../model/kube.ts';
import type { Plan } from '../model/plan.ts';
import type { ForeseenWorld } from '../model/ports.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { spareNames } from '../plan/keep-readable.ts';
import { markFailed } from '../release/release-record.ts';
import { writeHelmValues } from '../run/helm-values.ts';
import { isUnlocked, pendingRecord } from '../run/unlock.ts';
import { imageEvidence } from './image-evidence.ts';
import type { OpenSite } from './open-site.ts';

/**
 * Runs the plan's helm steps against the shadow, with private copies of the values that are gone afterwards.
 * @param unlocks releases that may be unlocked where a helm that died has left them pending, besides those that were
 * decided on
 * @param known what earlier rounds of the same planning have foreseen
 * @param world what the hops before this one are foreseen to make of the cluster
 */
export async function foresee(
  site: OpenSite,
  plan: Plan,
  snapshot: Snapshot,
  unlocks: readonly string[] = [],
  known?: KnownSteps,
  world?: ForeseenWorld,
): Promise<ForecastResult> {
  spareNames(plan, site.redactor);
  const place = openPrivatePlace(join(site.folder, 'forecasts'), 'forecast');
  const folder = await openRunFolder(place.path, site.redactor);
  const chartOf = (component: string) => snapshot.components.find((item) => item.name === component);
  try {
    return await makeForecast(plan, {
      gate: site.gate,
      helm: site.helm,
      known,
      world,
      records: await unlockedRecords(site, plan, snapshot, unlocks),
      redactor: site.redactor,
      now: site.clock.now(),
      chartFile: async (step) => chartOf(step.component)?.chart?.file ?? '',
      reader: site.reader,
      writer: site.writer,
      snapshot,
      fixedNodes: site.site.fixedNodes,
      mayReinstall: (name) => lastRemedy(site, snapshot, name),
      images: imageEvidence(site, plan, snapshot),
      valuesFiles: (step) =>
        writeHelmValues(step, {
          loadValues: site.loadValues,
          readFile: (file) => readFile(file, 'utf8'),
          liveValues: async () => chartOf(step.component)?.release?.values ?? {},
          frozen: async () => undefined,
          write: folder.writeSecret,
        }),
    });
  } finally {
    place.close();
  }
}

/** Uninstall and reinstall, where the guide advises it and there is something to uninstall. */
function lastRemedy({ platform }: OpenSite, { components }: Snapshot, name: string): Remedy | undefined {
  const isAdvised = platform.components.find((component) => component.name === name)?.reinstall === true;
  const isThere = components.find((component) => component.name === name)?.release !== undefined;
  return isAdvised && isThere ? mayReinstall(name) : undefined;
}

/** Records of pending releases as they will be when helm runs in earnest: failed (O1). */
async function unlockedRecords(
  site: OpenSite,
  plan: Plan,
  snapshot: Snapshot,
  unlocks: readonly string[],
): Promise<readonly KubeObject[]> {
  const mayUnlock = (name: string) => unlocks.includes(name) || isUnlocked(name, plan.decisions);
  const pending = snapshot.components
    .flatMap(({ release }) => (release === undefined ? [] : [release]))
    .filter((release) => mayUnlock(release.name) && release.newest.status.startsWith('pending-'));
  const records = await Promise.all(
    pending.map((release) => pendingRecord(site.reader, release.namespace, release.name)),
  );
  return records.flatMap((record) => (record === undefined ? [] : [markFailed(record, 'to be unlocked by liftlock')]));
}
