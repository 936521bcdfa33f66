import type { Finding } from '../model/finding.ts';
import type { KubeObject } from '../model/kube.ts';
import type { Forecast, ObjectChange, Plan } from '../model/plan.ts';
import type { Gate, GateSession, HelmExit, HelmRunner, ShadowAnswer } from '../model/ports.ts';
import type { Redactor } from '../model/redaction.ts';
import type { Release, Unread } from '../model/snapshot.ts';
import type { HelmRollbackStep, HelmUpgradeStep, Step } from '../model/step.ts';
import { shadowRollbackArguments, shadowUpgradeArguments } from '../release/helm-args.ts';
import { workloadsOf } from '../release/manifest.ts';
import { readReleaseRecord, type ReleaseRecord } from '../release/release-record.ts';
import { attributionOf } from './attribution.ts';
import { leftoversOf, type DryRunPatch, type Leftovers } from './leftovers.ts';
import { liveEditsOf, type ListAutoscalers } from './live-edits.ts';
import { notJudged } from './not-judged.ts';
import { changesOf } from './object-changes.ts';
import { findingsOf } from './shadow-findings.ts';

export interface ForecastParts {
  readonly gate: Gate;
  readonly helm: HelmRunner;
  readonly redactor: Redactor;
  readonly now: Date;
  /** The pulled archive of a step's chart. */
  readonly chartFile: (step: HelmUpgradeStep) => Promise<string>;
  /** A component's release as it is. */
  readonly release: (component: string) => Release | undefined;
  readonly listAutoscalers: ListAutoscalers;
  /** Asks what a patch would do; writes nothing. */
  readonly dryRunPatch: DryRunPatch;
  /** helm's records as they will be before it begins, where that is not how they are: of releases that are unlocked. */
  readonly records?: readonly KubeObject[] | undefined;
  /** Private copies of the values that helm is given. */
  readonly valuesFiles: (step: HelmUpgradeStep) => Promise<readonly string[]>;
}

/** A forecast, and the workloads as they would be: what room and quota are judged by. */
export interface ForecastResult {
  readonly forecast: Forecast;
  /** By component. */
  readonly workloads: Readonly<Record<string, readonly KubeObject[]>>;
}

interface Foreseen {
  /** Names of the hooks of the new revision. */
  readonly hooks: readonly string[];
  readonly workloads: readonly KubeObject[];
  readonly component: string;
  readonly changes: readonly ObjectChange[];
  readonly findings: readonly Finding[];
  readonly unforeseen: readonly Unread[];
}

/** How many helms run in the shadow side by side. */
const sideBySide = 2;

/**
 * Runs the plan's helm steps against the shadow: the real helm computes its real patches and the real API server judges
 * them as dry runs. Nothing is written.
 */
export async function makeForecast(plan: Plan, parts: ForecastParts): Promise<ForecastResult> {
  const steps = plan.steps.filter(isHelmStep);
  const foreseen: Foreseen[] = [];
  const queue = [...steps];
  await Promise.all(
    Array.from({ length: sideBySide }, async () => {
      for (let step = queue.shift(); step !== undefined; step = queue.shift()) {
        foreseen.push(await foresee(step, parts));
      }
    }),
  );
  const inOrder = steps.flatMap((step) => foreseen.filter((item) => item.component === step.component));
  const changes = Object.fromEntries(inOrder.map((item) => [item.component, item.changes]));
  const hooks = Object.fromEntries(inOrder.map((item) => [item.component, item.hooks]));
  const unforeseen = distinct([...inOrder.flatMap((item) => item.unforeseen), ...notJudged(changes, hooks)]);
  const forecast: Forecast = {
    madeAt: parts.now.toISOString(),
    complete: unforeseen.length === 0,
    unforeseen,
    findings: inOrder.flatMap((item) => item.findings),
    changes,
  };
  return { forecast, workloads: Object.fromEntries(inOrder.map((item) => [item.component, item.workloads])) };
}

/** What is refused for a namespace is refused for each component in it: it is said once. */
function distinct(unread: readonly Unread[]): readonly Unread[] {
  return [...new Map(unread.map((item) => [`${item.what}\n${item.why}`, item])).values()];
}

type HelmStep = HelmUpgradeStep | HelmRollbackStep;

function isHelmStep(step: Step): step is HelmStep {
  return step.kind === 'helm-upgrade' || step.kind === 'helm-rollback';
}

async function foresee(step: HelmStep, parts: ForecastParts): Promise<Foreseen> {
  const session = await parts.gate.openShadow(parts.records);
  try {
    const exit = await runHelm(step, session, parts);
    const answers = session.answers().filter((answer) => !isReleaseRecord(answer));
    const changes = changesOf(answers, parts.redactor, attributionOf(parts.release(step.component)));
    const newest = newestRecord(session.answers());
    const leftovers = await foreseeLeftovers(step, session.answers(), parts);
    const liveEdits = await liveEditsOf(step, changes, newest?.manifest ?? '', parts.listAutoscalers);
    return {
      component: step.component,
      hooks: newest?.hooks.map((hook) => hook.name) ?? [],
      workloads: workloadsOf(
        answers.flatMap((answer) => (answer.after === undefined || answer.status >= 300 ? [] : [answer.after])),
      ),
      changes,
      findings: [...findingsOf(step, answers, exit, parts.redactor), ...leftovers.findings, ...liveEdits.findings],
      unforeseen: [
        ...answers
          .filter((answer) => answer.unforeseen !== undefined)
          .map((answer) => ({ what: `${answer.method} ${answer.path}`, why: answer.unforeseen ?? '' })),
        ...leftovers.unforeseen,
        ...liveEdits.unforeseen,
      ],
    };
  } finally {
    await session.close();
  }
}

/** The new manifest is what helm has put into the record of the new revision, which exists in the shadow alone. */
async function foreseeLeftovers(
  step: HelmStep,
  answers: readonly ShadowAnswer[],
  parts: ForecastParts,
): Promise<Leftovers> {
  const failed = step.kind === 'helm-upgrade' ? (parts.release(step.component)?.failedManifests ?? []) : [];
  if (step.kind !== 'helm-upgrade' || failed.length === 0) return { findings: [], unforeseen: [] };
  const newest = newestRecord(answers);
  // Without a record helm has refused, which is a finding of its own.
  if (newest === undefined) return { findings: [], unforeseen: [] };
  const changes = answers.filter((answer) => !isReleaseRecord(answer));
  return leftoversOf(step, changes, newest.manifest, failed, parts);
}

/** helm's record of the new revision, which exists in the shadow alone. */
function newestRecord(answers: readonly ShadowAnswer[]): ReleaseRecord | undefined {
  const records = answers.filter(isReleaseRecord).flatMap(({ after }) => {
    const record = after === undefined ? undefined : readReleaseRecord(after).record;
    return record === undefined ? [] : [record];
  });
  return records.toSorted((a, b) => b.revision - a.revision)[0];
}

async function runHelm(step: HelmStep, session: GateSession, parts: ForecastParts): Promise<HelmExit> {
  const { helm } = parts;
  if (step.kind === 'helm-rollback') {
    return helm.start({ args: shadowRollbackArguments(step, helm.major), kubeconfig: session.kubeconfig }).done;
  }
  const args = shadowUpgradeArguments(
    { ...step, chartFile: await parts.chartFile(step), valuesFiles: await parts.valuesFiles(step) },
    helm.major,
  );
  return helm.start({ args, kubeconfig: session.kubeconfig }).done;
}

/** helm's own bookkeeping is no change of the platform. */
function isReleaseRecord(answer: ShadowAnswer): boolean {
  return answer.path.includes('/secrets') && (answer.after ?? answer.before)?.type === 'helm.sh/release.v1';
}
