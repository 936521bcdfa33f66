import { scopeOf } from '../facts/scope.ts';
import type { ComponentPlan } from '../model/plan.ts';
import type { Hop } from '../model/route.ts';
import { durationSeconds } from '../model/duration.ts';
import { chartReference, type Component } from '../model/platform.ts';
import { Problem } from '../model/problem.ts';
import { maskByName } from '../model/redaction.ts';
import { isSecretPath } from '../model/secret-names.ts';
import type { Site } from '../model/site.ts';
import { compareVersions } from '../model/version.ts';
import type { ValueChange } from '../model/snapshot.ts';
import type { PinnedChart } from '../model/step.ts';
import { partlyAt } from '../release/history.ts';
import { changedPaths, splitPath } from '../values/compare.ts';
import type { ValueWork } from '../values/settle-values.ts';
import { migrationsOf, type MigratingUpgrade } from './component-migrations.ts';
import { judgeFlags } from './guide-flags.ts';
import { outageOf } from './outage.ts';
import { isReinstalled } from './reinstall.ts';
import { helmUpgradeStep } from './steps/helm-upgrade.ts';
import { keptPaths, settledFor, valuesFor } from './values-for.ts';
import type { PlanInput } from './make-plan.ts';

/** One component of a plan, and its upgrade. */
export interface PlannedComponent extends MigratingUpgrade {
  readonly component: ComponentPlan;
  readonly hop: Pick<Hop, 'from' | 'to'>;
  readonly rollsBack: boolean;
}

/**
 * What the plan says of one component.
 * @throws CHART_NOT_READ, FACT_UNANSWERED
 */
export function planComponent(component: Component, input: PlanInput): PlannedComponent {
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
  const hop = hopOf(component, input);
  const migrations = migrationsOf(component, { ...input, hop });
  const settle = (work: ValueWork | undefined) =>
    work === undefined ? undefined : settledFor(snapshot, work, { keep, decisions: input.decisions });
  const settled = settle(migrations.work);
  const wanted = valuesFor(snapshot, keep, settled?.carryOver);
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
    values: snapshot.valuesFiles.map(({ path, digest, isCarried, isCommand }) => ({
      path,
      digest,
      ...(isCarried === true ? { isCarried } : {}),
      ...(isCommand === true ? { isCommand } : {}),
    })),
    keep,
    settled,
    wanted,
    live,
    scope: scopeOf(input, hop),
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
    migrations,
    takenBack: settle(migrations.workTakenBack)?.carryOver,
    hop,
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
      ...(settled === undefined ? {} : { carried: settled.values }),
      outage: component.outage ?? outageOf(snapshot),
      ...(past === undefined ? {} : { expectedSeconds: past }),
      worstSeconds: timeoutSeconds,
      rollback: isReinstalled(component.name, input.decisions)
        ? 'none by helm, whose history goes with the uninstall: liftlock restore puts single objects back'
        : rollbackNote(component, flags.rollsBack ? installed : undefined),
    },
  };
}

/** The hop of one component: from where the plan's hop begins, or from what is installed where nobody has planned a route. */
function hopOf({ name }: Component, { route, hop = 0, snapshot, target }: PlanInput): Pick<Hop, 'from' | 'to'> {
  const planned = route?.[hop];
  if (planned !== undefined) return planned;
  const release = snapshot.components.find((item) => item.name === name)?.release;
  return { from: release?.installed?.version ?? target, to: target };
}

/** A number or a switch with a secret's name is one, and no text to learn. */
function maskChange({ path, before, after }: ValueChange): ValueChange {
  const isSecret = isSecretPath(splitPath(path));
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
  // On the way to a later hop: the others catch up with it first.
  if (installed !== undefined && !isPartly && isBetween(installed, input)) return 'none';
  return 'upgrade';
}

function isBetween(installed: string, { target, route = [] }: PlanInput): boolean {
  const last = route.at(-1)?.to ?? target;
  return compareVersions(installed, target) > 0 && compareVersions(installed, last) <= 0;
}

/** helm's timeout in seconds: the site's if it gives one, else the guide's; shrunk by the site's timeScale. */
function timeoutOf(component: Component, site: Site): number {
  const guide = durationSeconds(site.timeouts[component.name] ?? component.timeout);
  return Math.max(1, Math.round(guide * site.timeScale));
}
