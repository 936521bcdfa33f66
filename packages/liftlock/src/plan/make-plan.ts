import { digestOfJson } from '../model/digest.ts';
import type { Decision, Finding } from '../model/finding.ts';
import type { JsonObject } from '../model/json.ts';
import type { ComponentPlan, Forecast, Plan } from '../model/plan.ts';
import type { Hop } from '../model/route.ts';
import type { Check, Platform } from '../model/platform.ts';
import type { Site } from '../model/site.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { BackupStep, HelmUpgradeStep, ImageToProve, Step } from '../model/step.ts';
import { repositoriesOf, repositoryRemedy } from '../release/chart-repositories.ts';
import { withMigrations } from './component-migrations.ts';
import { planComponent } from './plan-component.ts';
import { outageWith } from './outage.ts';
import { isDecided } from './remedy-steps.ts';
import { backupStep } from './steps/backup.ts';
import { checkStep } from './steps/check.ts';
import { helmRepoStep } from './steps/helm-repo.ts';
import { proveImagesStep } from './steps/prove-images.ts';
import { rollbackOnFailure } from './steps/on-failure.ts';
import { upgradeSteps } from './upgrade-steps.ts';
import { waitSeconds } from './wait-seconds.ts';

export interface PlanInput {
  readonly platform: Platform;
  readonly platformDigest: string;
  readonly site: Site;
  readonly siteDigest: string;
  readonly snapshot: Snapshot;
  /** One version for every component: where the hop leads to. */
  readonly target: string;
  /** The whole route and which hop of it is planned; a single hop to the target where absent. */
  readonly route?: readonly Hop[] | undefined;
  readonly hop?: number | undefined;
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
      ...repositorySteps(input, names),
      backupStep(
        components.map(({ component }) => ({ name: component.release, namespace: component.namespace })),
        upgrades.flatMap(({ step }) => carriedBy(step)),
      ),
    );
  }
  if (input.images !== undefined && input.images.length > 0)
    steps.push(proveImagesStep(input.images, input.site.timeScale));
  for (const planned of upgrades) {
    const { step, rollsBack } = planned;
    const read = input.snapshot.components.find((item) => item.name === step.component);
    const own = upgradeSteps(step, read, { decisions: input.decisions, findings: input.findings ?? [], rollsBack });
    const upgrade = own.find((item) => item.kind === 'helm-upgrade');
    const undo = rollsBack && upgrade !== undefined ? rollbackOnFailure(upgrade) : undefined;
    const all = undo === undefined ? own : [...own, undo];
    steps.push(...withMigrations(all, planned, { ...input, hop: planned.hop }));
  }
  const isWhole = components.every(({ component }) => component.action !== 'skipped');
  const checked = components
    .filter(({ component }) => component.action !== 'skipped')
    .map(({ component }) => component.name);
  const checks = input.platform.checks.filter((check) => isWhole || isAbout(check, checked));
  if (names.length > 0)
    for (const check of checks) steps.push(checkStep(check, { components: checked, isWhole, target: input.target }));
  return sealPlan({
    apiVersion: 'liftlock.dev/v1alpha1',
    kind: 'Plan',
    purpose: 'upgrade',
    ...planHead(input),
    route: input.route ?? [
      { from: lowestInstalled(components.map((plan) => plan.component)), to: input.target, because: [] },
    ],
    hop: input.hop ?? 0,
    ahead: [],
    components: components.map(({ component }) => ({
      ...component,
      worstSeconds: component.worstSeconds + waitSeconds(steps, component.name),
      outage: outageWith(steps, component),
    })),
    steps,
  });
}

/** Checks that make sense when only some components were upgraded. */
function isAbout(check: Check, components: readonly string[]): boolean {
  if (check.kind === 'condition') return check.component !== undefined && components.includes(check.component);
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
  // What is foreseen of later hops is no more part of it than what is foreseen of this one.
  const ahead = plan.ahead.map(({ hop, steps }) => ({ hop, steps }));
  return { ...plan, forecast: noForecast, digest: digestOfJson({ ...plan, ahead, decisions, affirmations: {} }) };
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

/** The operator's own helm is made to know the repositories of the charts that are upgraded, where it does not: once for each. */
function repositorySteps(
  { platform, snapshot, decisions, site }: PlanInput,
  names: readonly string[],
): readonly Step[] {
  if (site.charts !== undefined) return [];
  const components = platform.components.filter(({ name }) => names.includes(name));
  const chartOf = (component: string) => snapshot.components.find((item) => item.name === component)?.chart;
  return repositoriesOf({ components }, chartOf).map((repository) =>
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
