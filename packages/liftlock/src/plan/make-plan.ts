import { digestOfJson } from '../model/digest.ts';
import type { Decision, Finding } from '../model/finding.ts';
import type { Json, JsonObject } from '../model/json.ts';
import { jsonAt } from '../model/json.ts';
import type { ComponentPlan, Forecast, Plan } from '../model/plan.ts';
import { chartReference, durationSeconds, type Component, type Platform } from '../model/platform.ts';
import { Problem } from '../model/problem.ts';
import { isSecretName, maskByName } from '../model/redaction.ts';
import type { Site } from '../model/site.ts';
import type { ComponentSnapshot, Snapshot, ValueChange } from '../model/snapshot.ts';
import type { BackupStep, HelmUpgradeStep, ImageToProve, PinnedChart, Step } from '../model/step.ts';
import { repositoriesOf, repositoryRemedy } from '../release/chart-repositories.ts';
import { partlyAt } from '../release/history.ts';
import { changedPaths, mergeValues, splitPath } from '../values/compare.ts';
import { judgeFlags } from './guide-flags.ts';
import { outageOf, outageWith } from './outage.ts';
import { isReinstalled } from './reinstall.ts';
import { isDecided } from './remedy-steps.ts';
import { backupStep } from './steps/backup.ts';
import { checkStep } from './steps/check.ts';
import { helmRepoStep } from './steps/helm-repo.ts';
import { helmUpgradeStep } from './steps/helm-upgrade.ts';
import { proveImagesStep } from './steps/prove-images.ts';
import { rollbackOnFailure } from './steps/on-failure.ts';
import { upgradeSteps } from './upgrade-steps.ts';

export interface PlanInput {
  readonly platform: Platform;
  readonly platformDigest: string;
  readonly site: Site;
  readonly siteDigest: string;
  readonly snapshot: Snapshot;
  /** One version for every component. */
  readonly target: string;
  /** Names of the components to upgrade, in any order; see selectComponents. */
  readonly selected: readonly string[];
  readonly decisions: readonly Decision[];
  /** What earlier rounds of planning have found: decisions name remedies of these. */
  readonly findings?: readonly Finding[] | undefined;
  /** Images of the new revisions, where the site lets the nodes prove them; the forecast knows them. */
  readonly images?: readonly ImageToProve[] | undefined;
  /** Seconds that earlier runs took, by component. */
  readonly pastSeconds: Readonly<Record<string, number>>;
}

/** A forecast that was not made: nothing is foreseen. */
export const noForecast: Forecast = {
  madeAt: '',
  complete: false,
  unforeseen: [{ what: 'the whole plan', why: 'the forecast was not made' }],
  findings: [],
  changes: {},
};

/**
 * Makes the plan from values alone: the same input gives the same plan and digest. It reads no cluster, no clock and no
 * file.
 */
export function makePlan(input: PlanInput): Plan {
  const components = input.platform.components.map((component) => planComponent(component, input));
  const upgrades = components.filter(
    (plan) => plan.component.action === 'upgrade' || plan.component.action === 'install',
  );
  const names = upgrades.map((plan) => plan.component.name);
  const steps: Step[] = [];
  if (upgrades.length > 0) {
    steps.push(
      ...repositorySteps(input),
      backupStep(
        components.map(({ component }) => ({ name: component.release, namespace: component.namespace })),
        upgrades.flatMap(({ step }) => carriedBy(step)),
      ),
    );
  }
  if (input.images !== undefined && input.images.length > 0)
    steps.push(proveImagesStep(input.images, input.site.timeScale));
  for (const { step, rollsBack } of upgrades) {
    const read = input.snapshot.components.find((item) => item.name === step.component);
    const own = upgradeSteps(step, read, { decisions: input.decisions, findings: input.findings ?? [], rollsBack });
    const upgrade = own.find((item) => item.kind === 'helm-upgrade');
    const undo = rollsBack && upgrade !== undefined ? rollbackOnFailure(upgrade) : undefined;
    steps.push(...own, ...(undo === undefined ? [] : [undo]));
  }
  const isWhole = components.every(({ component }) => component.action !== 'skipped');
  const checks = isWhole ? input.platform.checks : input.platform.checks.filter(isScoped);
  const checked = components
    .filter(({ component }) => component.action !== 'skipped')
    .map(({ component }) => component.name);
  if (names.length > 0)
    for (const check of checks) steps.push(checkStep(check, { components: checked, isWhole, target: input.target }));
  return sealPlan({
    apiVersion: 'liftlock.dev/v1alpha1',
    kind: 'Plan',
    purpose: 'upgrade',
    ...planHead(input),
    route: [{ from: lowestInstalled(components.map((plan) => plan.component)), to: input.target }],
    components: components.map(({ component }) => ({ ...component, outage: outageWith(steps, component) })),
    steps,
  });
}

/** Checks that make sense when only some components were upgraded. */
function isScoped(check: { readonly kind: string }): boolean {
  return check.kind === 'pods' || check.kind === 'releases' || check.kind === 'logs';
}

/** Everything of a plan that does not depend on its steps. */
export function planHead(input: PlanInput) {
  const { platform, site, snapshot } = input;
  return {
    platform: { name: platform.metadata.name, title: platform.metadata.title, digest: input.platformDigest },
    site: { name: site.metadata.name, digest: input.siteDigest, options: site.options, namespace: snapshot.namespace },
    cluster: { server: snapshot.cluster.server, context: snapshot.cluster.context, uid: snapshot.cluster.uid },
    helm: { version: snapshot.helm.version },
    decisions: input.decisions,
    affirmations: site.affirmations as JsonObject,
    state: stateOf(snapshot),
  } as const;
}

/** Adds the digest, which covers everything but the forecast. */
export function sealPlan(plan: Omit<Plan, 'digest' | 'forecast' | 'inputs'>): Plan {
  // Who decided and when is kept, but a decision taken again a minute later is the same decision.
  const decisions = plan.decisions.map((decision) => decision.remedy).toSorted();
  return { ...plan, forecast: noForecast, digest: digestOfJson({ ...plan, decisions, affirmations: {} }) };
}

/** Revision and status of every release in scope: what "the world moved" is judged by (O19). */
export function stateOf(snapshot: Snapshot): JsonObject {
  return Object.fromEntries(
    snapshot.components.map(({ name, release }) => [
      name,
      release === undefined ? null : `${release.newest.revision} ${release.newest.status} ${release.newest.version}`,
    ]),
  );
}

function lowestInstalled(components: readonly ComponentPlan[]): string {
  const versions = components
    .map((component) => component.installed?.version)
    .filter((version) => version !== undefined);
  return versions.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }))[0] ?? 'nothing';
}

interface PlannedComponent {
  readonly component: ComponentPlan;
  readonly step: HelmUpgradeStep;
  readonly rollsBack: boolean;
}

/** The operator's own helm is made to know the repositories of the charts, where it does not: once for each. */
function repositorySteps({ platform, snapshot, decisions, site }: PlanInput): readonly Step[] {
  const chartOf = (component: string) => snapshot.components.find((item) => item.name === component)?.chart;
  return repositoriesOf(platform, chartOf).map((repository) =>
    helmRepoStep({
      ...repository,
      replaces: isDecided(repositoryRemedy(repository.name), decisions),
      caFile: site.credentials.registry?.caFile,
    }),
  );
}

function carriedBy(step: HelmUpgradeStep): NonNullable<BackupStep['values']> {
  const { release, namespace } = step;
  return step.values
    .filter((file) => file.isCarried === true)
    .map(({ path, digest }) => ({ release, namespace, path, digest }));
}

function planComponent(component: Component, input: PlanInput): PlannedComponent {
  const snapshot = input.snapshot.components.find((item) => item.name === component.name);
  if (snapshot?.chart === undefined)
    throw new Problem('CHART_NOT_READ', `The chart of ${component.name} was not read.`);
  const { release } = snapshot;
  const chart: PinnedChart = {
    reference: chartReference(component.chart),
    source: snapshot.chart.source,
    name: snapshot.chart.name,
    version: snapshot.chart.version,
    digest: snapshot.chart.digest,
    ...pullFlags(snapshot.chart.source, input.site),
  };
  const keep = keptPaths(component.name, input.decisions);
  const wanted = valuesFor(snapshot, keep);
  const live = release?.values ?? {};
  const namespace = component.namespace ?? input.snapshot.namespace;
  const timeoutSeconds = timeoutOf(component, input.site);
  const installed = release?.installed;
  const partly = release === undefined ? undefined : partlyAt(release);
  const valueChanges = release === undefined ? [] : changedPaths(live, wanted);
  const action = actionFor(component, input, installed?.version, partly !== undefined, valueChanges.length > 0);
  const major = majorOf(input.snapshot.helm.version);
  const flags = judgeFlags(component, { release, decisions: input.decisions, major });
  const step = helmUpgradeStep({
    component,
    namespace,
    chart,
    isInstall: release === undefined,
    values: snapshot.valuesFiles.map(({ path, digest, isCarried }) => ({
      path,
      digest,
      ...(isCarried === true ? { isCarried } : {}),
    })),
    keep,
    timeoutSeconds,
    guideTimeoutSeconds: durationSeconds(component.timeout),
    from: installed === undefined ? undefined : { revision: installed.revision, version: installed.version },
    major,
    force: flags.force,
    notes: flags.notes,
  });
  const past = input.pastSeconds[component.name];
  return {
    step,
    rollsBack: flags.rollsBack,
    component: {
      name: component.name,
      title: component.title,
      release: component.release,
      namespace,
      action,
      ...(installed === undefined ? {} : { installed: pick(installed) }),
      ...(partly === undefined ? {} : { partlyAt: pick(partly) }),
      target: chart.version,
      chart,
      values: valueChanges.map(maskChange),
      outage: component.outage ?? outageOf(snapshot),
      ...(past === undefined ? {} : { expectedSeconds: past }),
      worstSeconds: timeoutSeconds,
      rollback: isReinstalled(component.name, input.decisions)
        ? 'none by helm, whose history goes with the uninstall: liftlock restore puts single objects back'
        : rollbackNote(component, flags.rollsBack ? installed : undefined),
    },
  };
}

/** A number or a switch with a secret's name is one, and no text to learn. */
function maskChange({ path, before, after }: ValueChange): ValueChange {
  const isSecret = splitPath(path).some(isSecretName);
  return { path, before: maskByName(before, isSecret), after: maskByName(after, isSecret) };
}

/** liftlock pulls by itself; who types the commands has to tell helm what the site says of the registry. */
function pullFlags(source: string, site: Site): Pick<PinnedChart, 'pullFlags'> {
  const { caFile, plainHttp = false } = site.credentials.registry ?? {};
  // For a chart repository it is said once, when helm is made to know it.
  if (!source.startsWith('oci://')) return {};
  // As liftlock itself: plain HTTP never leaves this machine.
  const isPlain = plainHttp && /^oci:\/\/(localhost|127(\.\d+){3}|\[::1\])[:/]/.test(source);
  const flags = isPlain ? ['--plain-http'] : caFile === undefined ? [] : ['--ca-file', caFile];
  return flags.length === 0 ? {} : { pullFlags: flags };
}

function pick(revision: {
  version: string;
  revision: number;
  status: NonNullable<ComponentPlan['installed']>['status'];
}) {
  return { version: revision.version, revision: revision.revision, status: revision.status };
}

function majorOf(version: string): 3 | 4 {
  return version.startsWith('4.') ? 4 : 3;
}

/** @param back what a failed upgrade goes back to by itself, where the guide has it so */
function rollbackNote(component: Component, back: { readonly version: string } | undefined): string {
  if (back !== undefined) {
    const until = component.migrates === undefined ? '' : ', unless data was migrated by then';
    return `on failure: roll back to ${back.version}${until}`;
  }
  return component.migrates === undefined
    ? 'possible until a later component has migrated data'
    : `possible until its container starts: ${component.migrates.note}`;
}

function actionFor(
  component: Component,
  input: PlanInput,
  installed: string | undefined,
  isPartly: boolean,
  valuesDiffer: boolean,
): ComponentPlan['action'] {
  if (!input.selected.includes(component.name)) return 'skipped';
  if (installed === undefined && !isPartly) return 'install';
  if (isReinstalled(component.name, input.decisions)) return 'upgrade';
  if (installed === input.target && !isPartly && !valuesDiffer) return 'none';
  return 'upgrade';
}

/** helm's timeout in seconds: the site's if it gives one, else the guide's; shrunk by the site's timeScale. */
export function timeoutOf(component: Component, site: Site): number {
  const guide = durationSeconds(site.timeouts[component.name] ?? component.timeout);
  return Math.max(1, Math.round(guide * site.timeScale));
}

/** The live keys of a component that someone decided to keep: `keep:COMPONENT:PATH`. */
export function keptPaths(component: string, decisions: readonly Decision[]): readonly string[] {
  const prefix = `keep:${component}:`;
  return decisions
    .map((decision) => decision.remedy)
    .filter((id) => id.startsWith(prefix))
    .map((id) => id.slice(prefix.length))
    .toSorted();
}

/** The kept live values as a tree of their own, merged over the files. */
export function keptValues(live: JsonObject, paths: readonly string[]): JsonObject {
  let kept: JsonObject = {};
  for (const path of paths) {
    const keys = splitPath(path);
    const value = jsonAt(live, keys);
    if (value === undefined) continue;
    kept = mergeValues(kept, keys.reduceRight<Json>((inner, key) => ({ [key]: inner }), value) as JsonObject);
  }
  return kept;
}

/** What helm will be given: the files in order, then the kept keys. */
export function valuesFor(snapshot: ComponentSnapshot, keep: readonly string[]): JsonObject {
  const files = snapshot.valuesFiles.reduce<JsonObject>((merged, file) => mergeValues(merged, file.values), {});
  return mergeValues(files, keptValues(snapshot.release?.values ?? {}, keep));
}
