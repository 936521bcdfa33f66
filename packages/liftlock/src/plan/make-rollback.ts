import type { RunState, StepState } from '../journal/fold.ts';
import type { Decision, Finding } from '../model/finding.ts';
import type { ComponentPlan, Plan } from '../model/plan.ts';
import { hopTarget } from '../model/hops.ts';
import { jsonAt } from '../model/json.ts';
import { formatRef, type ObjectRef } from '../model/kube.ts';
import { Problem } from '../model/problem.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { HelmRollbackStep, HelmUpgradeStep } from '../model/step.ts';
import { planHead, sealPlan, type PlanInput } from './make-plan.ts';
import { leftByRun } from './rollback-leaves.ts';
import { backupStep } from './steps/backup.ts';
import { helmRollbackStep } from './steps/helm-rollback.ts';

export interface RollbackInput extends PlanInput {
  /** The run whose releases go back. */
  readonly run: RunState;
}

/**
 * The way back of a run: every release that it touched returns to the revision it had, in reverse order (C37). A plan
 * like any other: it is shown, foreseen and journaled.
 */
export function makeRollback(input: RollbackInput): Plan {
  const upgrades = touchedUpgrades(input.run);
  const steps = upgrades.toReversed().flatMap((upgrade) => rollbackOf(upgrade, input.snapshot));
  if (steps.length === 0) {
    const [finished] = input.run.hops.slice(-1);
    const landed = finished === undefined ? '' : hopTarget(finished.plan);
    throw new Problem(
      'NOTHING_TO_ROLL_BACK',
      `Run ${input.run.run} changed no release that could go back${landed === '' ? '' : ` since ${landed} has landed`}.`,
      {
        advice: [
          ...(landed === ''
            ? []
            : [`A run goes back within a hop alone: ${landed} was verified, and what came before it stays done.`]),
          ...leftByRun(input.run).flatMap(({ message, remedies }) => [
            message,
            ...remedies.flatMap(({ commands }) => commands),
          ]),
          ...deletedObjects(input.run).map(
            (object) =>
              `It has deleted ${formatRef(object)}. If it is still away: liftlock restore ${input.run.run} --only ${object.kind.toLowerCase()}/${object.name}`,
          ),
        ],
      },
    );
  }
  const releases = upgrades.map(({ step }) => ({ name: step.release, namespace: step.namespace }));
  return sealPlan({
    apiVersion: 'liftlock.dev/v1alpha1',
    kind: 'Plan',
    purpose: 'rollback',
    ...planHead(input),
    route: [{ from: input.target, to: steps[0]?.version ?? '', because: [] }],
    hop: 0,
    ahead: [],
    components: (input.run.plan?.components ?? []).flatMap((component) =>
      componentBack(component, steps, input.snapshot),
    ),
    steps: [backupStep(releases), ...steps],
  });
}

/** Objects that the run has deleted for an upgrade to make anew, and whose upgrade is not done. */
function deletedObjects({ steps }: RunState): readonly ObjectRef[] {
  return steps.flatMap(({ step, touched, phase }) =>
    step.kind === 'replace-object' && (touched !== 'no' || phase === 'acting') ? [step.object] : [],
  );
}

interface TouchedUpgrade {
  readonly step: HelmUpgradeStep;
  readonly state: StepState;
}

function touchedUpgrades(run: RunState): readonly TouchedUpgrade[] {
  return run.steps.flatMap((state) => {
    const { step } = state;
    if (step.kind !== 'helm-upgrade' || !state.wasTried || (state.touched === 'no' && state.phase !== 'acting'))
      return [];
    return [{ step, state }];
  });
}

/** A release that the run installed has no former revision: it stays, to be repaired forward (O3). */
function rollbackOf({ step }: TouchedUpgrade, snapshot: Snapshot): readonly HelmRollbackStep[] {
  if (step.from === undefined) return [];
  const release = snapshot.components.find((component) => component.name === step.component)?.release;
  const { from } = step;
  if (release?.newest.revision === from.revision) return [];
  if (release !== undefined && !release.revisions.some((revision) => revision.revision === from.revision)) {
    throw new Problem('REVISION_GONE', `helm no longer keeps revision ${from.revision} of ${step.release}.`, {
      advice: ['The values and manifests of that revision are in the backup of the run.'],
    });
  }
  return [
    helmRollbackStep({
      component: step.component,
      release: step.release,
      namespace: step.namespace,
      revision: from.revision,
      version: from.version,
      timeoutSeconds: step.timeoutSeconds,
      ...(step.migrates === undefined ? {} : { migrates: step.migrates }),
    }),
  ];
}

function componentBack(
  component: ComponentPlan,
  steps: readonly HelmRollbackStep[],
  snapshot: Snapshot,
): readonly ComponentPlan[] {
  const step = steps.find((item) => item.component === component.name);
  if (step === undefined) return [];
  const release = snapshot.components.find((item) => item.name === component.name)?.release;
  const now = release?.newest;
  return [
    {
      ...component,
      action: 'upgrade',
      ...(now === undefined ? {} : { installed: { version: now.version, revision: now.revision, status: now.status } }),
      partlyAt: undefined,
      target: step.version,
      values: [],
      rollback: 'this is the way back',
    },
  ];
}

/** A migration that was seen, or one that nobody could have seen: the act was cut off. */
function mayHaveMigrated(state: StepState): boolean {
  return state.hasMigrated || state.wasCutOff === true || state.phase === 'acting';
}

/** O18: no way back over data that was migrated, unless someone vouches for a restore. */
export function migrationBlockers(run: RunState, decisions: readonly Decision[]): readonly Finding[] {
  return [...startedBlockers(run, decisions), ...markBlockers(run, decisions)];
}

/** A step of a migration that the definition calls irreversible was begun, and is not known to have left everything alone. */
function markBlockers(run: RunState, decisions: readonly Decision[]): readonly Finding[] {
  const begun = run.steps.flatMap(({ step, wasTried, touched, phase }) =>
    step.migration?.isIrreversible === true && wasTried && (touched !== 'no' || phase === 'acting')
      ? [step.migration]
      : [],
  );
  const migrations = [...new Map(begun.map((migration) => [migration.id, migration])).values()];
  return migrations.map(({ id: migration, title, why }) =>
    pastMigration(run, decisions, {
      id: `receipt:${migration}`,
      message: `${title} was begun, and there is no way back from it.${why === undefined ? '' : ` ${why}`}`,
    }),
  );
}

interface PastMigration {
  /** Of the consent. */
  readonly id: string;
  readonly component?: string | undefined;
  readonly message: string;
}

function pastMigration(
  run: RunState,
  decisions: readonly Decision[],
  { id, component, message }: PastMigration,
): Finding {
  const decision = decisions.find((item) => item.remedy === id);
  return {
    code: 'ROLLBACK_PAST_MIGRATION',
    severity: decision === undefined ? 'blocker' : 'info',
    ...(component === undefined ? {} : { component }),
    message: `${message}${receiptWords(run)}${decision === undefined ? '' : ` Allowed by ${decision.by}.`}`,
    remedies: [
      {
        id,
        title: 'Someone has put the data back from a backup of before the run',
        // What was written since that backup is lost.
        destructive: true,
        commands: [`liftlock rollback ${run.run} --allow ${id}`],
      },
    ],
  };
}

/** The backups that the run rested on: what there is to restore from. */
function receiptWords({ plan }: RunState): string {
  const seen = Object.values(plan?.affirmations ?? {}).flatMap((said) => {
    const [by, at] = [jsonAt(said, ['by']), jsonAt(said, ['at'])];
    const isSeen = jsonAt(said, ['isSeen']) === true && typeof by === 'string' && typeof at === 'string';
    return isSeen ? [`${by}, of ${at}`] : [];
  });
  return seen.length === 0 ? '' : ` The backup of before: ${seen.join('; ')}.`;
}

function startedBlockers(run: RunState, decisions: readonly Decision[]): readonly Finding[] {
  return touchedUpgrades(run).flatMap(({ step, state }) => {
    if (step.migrates === undefined || !mayHaveMigrated(state)) return [];
    const how = state.hasMigrated
      ? `has started at ${step.chart.version} and has migrated its data`
      : `may have started at ${step.chart.version} and migrated its data: nobody watched to the end`;
    return [
      pastMigration(run, decisions, {
        id: `receipt:${step.component}`,
        component: step.component,
        message: `${step.component} ${how}. ${step.migrates.note}`,
      }),
    ];
  });
}

/**
 * O18: a release that has a revision which was made after the run had ended is someone else's work by now. Judged by
 * helm's own time of that revision; a run that never ended (it was killed) has no end to compare with.
 */
export function movedBlockers(run: RunState, snapshot: Snapshot, decisions: readonly Decision[]): readonly Finding[] {
  const { endedAt } = run;
  if (endedAt === undefined) return [];
  return touchedUpgrades(run).flatMap(({ step }) => {
    const newest = snapshot.components.find((component) => component.name === step.component)?.release?.newest;
    if (newest === undefined || !(Date.parse(newest.updated) > Date.parse(endedAt))) return [];
    const id = `moved:${step.component}`;
    const decision = decisions.find((item) => item.remedy === id);
    return [
      {
        code: 'RELEASE_MOVED',
        severity: decision === undefined ? ('blocker' as const) : ('info' as const),
        component: step.component,
        message: `${step.release} has changed since run ${run.run} ended: revision ${newest.revision} (${newest.status} at ${newest.version}) is of ${newest.updated}.${
          decision === undefined ? '' : ` Allowed by ${decision.by}.`
        }`,
        remedies: [
          {
            id,
            title: 'Roll back over that change',
            destructive: true,
            commands: [`liftlock rollback ${run.run} --allow ${id}`],
          },
        ],
      },
    ];
  });
}
