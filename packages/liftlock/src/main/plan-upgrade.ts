import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readChart } from '../adapters/registry/read-chart.ts';
import { sourceOf } from '../adapters/registry/reference.ts';
import { openPrivatePlace } from '../adapters/files/private-place.ts';
import { openRunFolder } from '../adapters/files/run-folder.ts';
import type { PreflightEvidence } from '../findings/evidence.ts';
import { mayReinstall } from '../findings/foreseen/may-reinstall.ts';
import { judge, placeFindings } from '../findings/judge.ts';
import { makeForecast, type ForecastResult, type KnownSteps } from '../forecast/forecast.ts';
import type { Decision, Finding, Remedy } from '../model/finding.ts';
import type { KubeObject } from '../model/kube.ts';
import type { ComponentPlan, Forecast, Plan } from '../model/plan.ts';
import { satisfiesRange } from '../model/version.ts';
import { Problem } from '../model/problem.ts';
import type { ChartInfo, Snapshot, ValuesFile } from '../model/snapshot.ts';
import type { Component } from '../model/platform.ts';
import type { ImageToProve } from '../model/step.ts';
import { makePlan, noForecast } from '../plan/make-plan.ts';
import { selectComponents, type Selection } from '../plan/select.ts';
import { nearestWord } from '../definition/index.ts';
import { writeHelmValues } from '../run/helm-values.ts';
import { readHealth } from '../run/health.ts';
import { isUnlocked, pendingRecord } from '../run/unlock.ts';
import { markFailed } from '../release/release-record.ts';
import { readSnapshot } from '../snapshot/read-snapshot.ts';
import { defaultDecisions, mendedFindings, settle, withReasons } from './decisions.ts';
import { imageEvidence } from './image-evidence.ts';
import type { OpenSite } from './open-site.ts';
import { withHoldings } from './with-holdings.ts';
import { pastSeconds } from './past-runs.ts';
import { openReusing, type Reusing } from './reusing.ts';

export interface UpgradeRequest {
  readonly target: string;
  /** Nobody named the target: it is the newest that there is. */
  readonly isLatest?: boolean | undefined;
  readonly selection: Selection;
  readonly decisions: readonly Decision[];
  readonly withForecast: boolean;
  /** An earlier forecast will do where nothing that it rests on has changed: never for what is applied. */
  readonly mayReuse?: boolean | undefined;
}

export interface Planned {
  readonly plan: Plan;
  readonly snapshot: Snapshot;
}

/** helm must be new enough before it is asked anything. */
export function requireHelm(site: OpenSite): void {
  const range = site.platform.tools.helm;
  if (satisfiesRange(site.helm.version, range)) return;
  throw new Problem(
    'HELM_TOO_OLD',
    `helm ${site.helm.version} is too old: ${site.platform.metadata.title} needs ${range}.`,
    {
      advice: ['Install a newer helm, or name one: --helm /path/to/helm', `Found: ${site.helm.path}`],
    },
  );
}

/**
 * Reads the site, as a snapshot; nothing is written to the cluster.
 * @param purpose the way back needs neither charts nor values files nor the key: helm keeps what it goes back to
 */
export async function takeSnapshot(
  site: OpenSite,
  target: string,
  purpose: 'upgrade' | 'rollback' = 'upgrade',
): Promise<Snapshot> {
  const isUpgrade = purpose === 'upgrade';
  if (isUpgrade) await site.checkValues();
  return readSnapshot({
    platform: site.platform,
    namespace: site.namespace,
    target,
    reader: site.reader,
    helm: site.helm,
    redactor: site.redactor,
    rememberedUid: site.site.cluster.uid ?? site.memory.clusterUid,
    osUser: site.osUser,
    now: site.clock.now(),
    key: isUpgrade ? await site.key() : undefined,
    pullChart: isUpgrade ? (reference, version) => pullChart(site, reference, version) : undefined,
    loadValues: async (component) => (isUpgrade ? loadValuesOf(component, site) : []),
    repositories:
      isUpgrade && site.platform.components.some(({ chart }) => chart.repo !== undefined)
        ? site.repositories
        : undefined,
    readHealth,
  });
}

/** The operator's files, in order; undefined where the live values are carried and no file of that name overrides them. */
async function loadValuesOf({ values }: Component, site: OpenSite): Promise<readonly ValuesFile[] | undefined> {
  const own =
    values.files ?? (values.file !== undefined && (await site.hasValues(values.file)) ? [values.file] : undefined);
  return own === undefined ? undefined : Promise.all(own.map((path) => site.loadValues(path)));
}

async function pullChart(site: OpenSite, reference: string, version: string): Promise<ChartInfo> {
  const digest = await site.registry.resolve(reference, version);
  const { file } = await site.registry.pull(reference, digest);
  const content = readChart(file);
  const listing = await site.registry.listing(reference);
  const source = sourceOf(reference, site.site.mirrors);
  return { ...content, reference, source, digest, file, ...(listing === undefined ? {} : { index: listing.index }) };
}

/** Rounds of planning at most: each takes the remedies that the one before has found and that destroy nothing. */
export const mostRounds = 3;

/**
 * Snapshot, plan, forecast and findings: everything that can be known before the first write. Remedies that a plan takes by
 * itself are planned in, and the plan is forecast again with them until it stands still.
 */
export async function planUpgrade(site: OpenSite, request: UpgradeRequest): Promise<Planned> {
  requireHelm(site);
  const names = site.platform.components.map((component) => component.name);
  const selected = selectComponents(names, request.selection, nearestWord);
  const snapshot = await withHoldings(site, await takeSnapshot(site, request.target), request.decisions);
  let images: readonly ImageToProve[] = [];
  const planWith = (decisions: readonly Decision[], findings: readonly Finding[]) =>
    makePlan({
      images,
      platform: site.platform,
      platformDigest: site.platformDigest,
      site: site.site,
      siteDigest: site.siteDigest,
      snapshot,
      target: request.target,
      selected,
      decisions,
      findings,
      pastSeconds: pastSeconds(site.folder),
    });
  let { decisions } = request;
  let known: readonly Finding[] = [];
  const steps: KnownSteps = new Map();
  const reusing = request.mayReuse === true && request.withForecast ? await openReusing(site, snapshot) : undefined;
  let plan = planWith(decisions, known);
  for (let round = 1; ; round += 1) {
    const judged = await judgePlan(site, plan, snapshot, request, decisions, steps, reusing);
    const { forecast, findings } = judged;
    if (site.site.proveImages === 'cluster') images = judged.images;
    known = [...known, ...findings];
    decisions = [...decisions, ...defaultDecisions(findings, decisions, site.clock.now())];
    const next = planWith(decisions, known);
    if (next.digest === plan.digest || round >= mostRounds) {
      const all = [...findings, ...mendedFindings(known, findings, plan.decisions)];
      return {
        snapshot,
        plan: {
          ...withFindings(plan, forecast, all, snapshot, plan.decisions),
          decisions: withReasons(plan.decisions, known),
        },
      };
    }
    plan = next;
  }
}

/** One round: what the forecast and the rules say of a plan. */
async function judgePlan(
  site: OpenSite,
  plan: Plan,
  snapshot: Snapshot,
  { target, isLatest, withForecast }: UpgradeRequest,
  decisions: readonly Decision[],
  steps: KnownSteps,
  reusing?: Reusing,
): Promise<Pick<ForecastResult, 'forecast' | 'images'> & { readonly findings: readonly Finding[] }> {
  const evidence: PreflightEvidence = {
    platform: site.platform,
    site: site.site,
    snapshot,
    target,
    isLatestTarget: isLatest,
    decisions,
    now: site.clock.now(),
    selected: plan.components.filter(isActedOn).map((component) => component.name),
    worstSeconds: worstSeconds(plan),
  };
  const isElsewhere = placeFindings(evidence).length > 0;
  const make = (from: OpenSite) => foresee(from, plan, snapshot, [], steps);
  const forecasting = () => (reusing === undefined ? make(site) : reusing.forecastOf(plan, make));
  const foreseen = withForecast && !isElsewhere ? await forecasting() : undefined;
  const forecast = foreseen?.forecast ?? noForecast;
  const findings = [...judge({ ...evidence, forecastWorkloads: foreseen?.workloads }), ...forecast.findings];
  return { forecast, findings, images: foreseen?.images ?? [] };
}

function isActedOn({ action }: ComponentPlan): boolean {
  return action === 'upgrade' || action === 'install';
}

/** Seconds if every step took its whole timeout. */
export function worstSeconds(plan: Plan): number {
  return plan.components.filter(isActedOn).reduce((sum, component) => sum + component.worstSeconds, 0);
}

/** Puts forecast and findings on a plan: blockers first, those that someone allowed as information. */
export function withFindings(
  plan: Plan,
  forecast: Forecast,
  findings: readonly Finding[],
  snapshot: Snapshot,
  decisions: readonly Decision[],
): Plan {
  const unforeseen = [...snapshot.unread, ...forecast.unforeseen];
  return {
    ...plan,
    forecast: {
      ...forecast,
      findings: settle(findings, decisions),
      unforeseen,
      complete: forecast.complete && unforeseen.length === 0,
    },
  };
}

/**
 * Runs the plan's helm steps against the shadow, with private copies of the values that are gone afterwards.
 * @param unlocks releases that may be unlocked where a helm that died has left them pending, besides those that were
 * decided on
 * @param known what earlier rounds of the same planning have foreseen
 */
export async function foresee(
  site: OpenSite,
  plan: Plan,
  snapshot: Snapshot,
  unlocks: readonly string[] = [],
  known?: KnownSteps,
): Promise<ForecastResult> {
  const place = openPrivatePlace(join(site.folder, 'forecasts'), 'forecast');
  const folder = await openRunFolder(place.path, site.redactor);
  const chartOf = (component: string) => snapshot.components.find((item) => item.name === component);
  try {
    return await makeForecast(plan, {
      gate: site.gate,
      helm: site.helm,
      known,
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
