import { componentOf, crossedMigrations } from '../facts/crossed-migrations.ts';
import { scopeOf } from '../facts/scope.ts';
import type { FillIn } from '../model/fill-in.ts';
import type { Decision } from '../model/finding.ts';
import type { Migration } from '../model/migration.ts';
import type { Component, Platform } from '../model/platform.ts';
import type { Site } from '../model/site.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { CarryOver, HelmUpgradeStep, Step } from '../model/step.ts';
import type { ValueWork } from '../values/settle-values.ts';
import { changedPaths } from '../values/compare.ts';
import { valueWork } from '../values/value-work.ts';
import { migrationSteps } from './migration-steps.ts';
import { filledValues, setsForThisHopOnly } from './migrations.ts';

/** What migrations of a hop are read from. */
export interface MigrationInput {
  readonly platform: Platform;
  readonly site: Site;
  readonly snapshot: Snapshot;
  readonly decisions: readonly Decision[];
  readonly hop: { readonly from: string; readonly to: string };
}

/** The migrations that a component's upgrade crosses, and what fills their texts. */
export interface ComponentMigrations {
  readonly crossed: readonly Migration[];
  readonly values: FillIn;
  /** What becomes of the component's values; undefined where they stay as they are. */
  readonly work: ValueWork | undefined;
  /** The same once what was set for this hop alone is taken back; undefined where nothing was. */
  readonly workTakenBack: ValueWork | undefined;
}

/**
 * The migrations of one component.
 * @throws FACT_UNANSWERED where whether they are needed rests on a fact without an answer
 */
export function migrationsOf(component: Component, input: MigrationInput): ComponentMigrations {
  const { platform, site, snapshot, hop } = input;
  const crossed = crossedMigrations(platform, hop, scopeOf(input, hop)).filter(
    (migration) => componentOf(migration, platform) === component.name,
  );
  const values = {
    inputs: site.inputs,
    options: site.options,
    namespace: component.namespace ?? snapshot.namespace,
    release: component.release,
    version: hop.to,
  };
  const siteRules = site.carry[component.name] ?? [];
  const work = (options?: { readonly isTakenBack: boolean }) =>
    valueWork(filledValues(crossed, values, options), siteRules);
  return {
    crossed,
    values,
    work: work(),
    workTakenBack: setsForThisHopOnly(crossed) ? work({ isTakenBack: true }) : undefined,
  };
}

/** An upgrade that is planned, and what its component crosses. */
export interface MigratingUpgrade {
  readonly step: HelmUpgradeStep;
  readonly migrations: ComponentMigrations;
  /** How the values are given once what was set for this hop alone is taken back; undefined where nothing was. */
  readonly takenBack?: CarryOver | undefined;
}

/**
 * A component's own steps with those of its migrations around them, those of the lowest version first; last a second upgrade at
 * the same version, where something was set for this hop alone.
 */
export function withMigrations(
  own: readonly Step[],
  { step: upgrade, migrations, takenBack }: MigratingUpgrade,
  input: MigrationInput,
): readonly Step[] {
  const { crossed, values } = migrations;
  const { site, snapshot, hop } = input;
  const read = snapshot.components.find(({ name }) => name === upgrade.component);
  const context = {
    component: upgrade.component,
    values,
    scope: scopeOf(input, hop),
    chart: upgrade.chart,
    content: read?.chart?.content,
    claims: snapshot.claims ?? [],
    timeScale: site.timeScale,
    timeoutSeconds: upgrade.timeoutSeconds,
  };
  const around = crossed.map((migration) => migrationSteps(migration, context));
  return [
    ...around.flatMap(({ before }) => before),
    ...own,
    ...around.flatMap(({ after }) => after),
    ...(takenBack === undefined ? [] : [takingBack(upgrade, takenBack, crossed)]),
  ];
}

/** What was set for the hop alone: without values of the user's helm would be given none, and keep it (O11). */
function takenAway(before: CarryOver | undefined, after: CarryOver): readonly string[] {
  return changedPaths(before?.set ?? {}, after.set).flatMap(({ path, after: now }) =>
    now === undefined ? [path] : [],
  );
}

/** It goes on from the revision that the first upgrade makes, which nobody knows yet. */
function takingBack(upgrade: HelmUpgradeStep, carryOver: CarryOver, crossed: readonly Migration[]): Step {
  const { from: _from, guideCommand = [], reinstalls: _reinstalls, ...rest } = upgrade;
  const taken = takenAway(upgrade.carryOver, carryOver);
  const cause = crossed.find(({ values }) => values?.thisHopOnly === true);
  const { id = '', title = '', why, source = '' } = cause ?? {};
  return {
    ...rest,
    kind: 'helm-upgrade',
    id: `${upgrade.component}/take-back`,
    title: `Take back from ${upgrade.release} what was set for this upgrade alone`,
    install: false,
    follows: upgrade.id,
    carryOver,
    forgets: [...(upgrade.forgets ?? []), ...taken],
    guideCommand: typedAgain(guideCommand, taken),
    migration: { id, title, ...(why === undefined ? {} : { why }), source },
  };
}

/**
 * The guide's command once more, for who types it: with the values as they are by then, and without those that are taken back.
 * `--reuse-values` would not do: there the former values count as the chart's own, and a null leaves them in force while
 * `helm get values` no longer shows them (tried with Helm 3.22 and 4.3).
 */
function typedAgain(command: readonly string[], taken: readonly string[]): readonly string[] {
  const isValue = (word: string | undefined) =>
    word !== undefined && /^(-f|--values|--set(-string|-json|-file)?)$/.test(word);
  const isReuse = (word: string) => /^--(reuse|reset|reset-then-reuse)-values$/.test(word);
  const kept = command.filter((word, index) => !isValue(word) && !isValue(command[index - 1]) && !isReuse(word));
  const at = kept.indexOf('--wait');
  const words = ['--reset-then-reuse-values', ...taken.flatMap((path) => ['--set', `${path}=null`])];
  return kept.toSpliced(at < 0 ? kept.length : at, 0, ...words);
}
