import type { Finding } from '../model/finding.ts';
import type { KubeObject } from '../model/kube.ts';
import type { Forecast, ObjectChange, Plan } from '../model/plan.ts';
import type { Gate, GateSession, HelmExit, HelmRunner, ShadowAnswer } from '../model/ports.ts';
import type { Unread } from '../model/snapshot.ts';
import type { HelmUpgradeStep, Step } from '../model/step.ts';
import { shadowRollbackArguments, shadowUpgradeArguments } from '../release/helm-args.ts';
import { parseManifest, workloadsOf } from '../release/manifest.ts';
import { readReleaseRecord, type ReleaseRecord } from '../release/release-record.ts';
import { attributionOf } from './attribution.ts';
import type { ForeseenRelease, HelmStep, LookParts } from './foreseen-release.ts';
import { foreseenWorld } from './foreseen-world.ts';
import { hopLooks, releaseLooks } from './looks.ts';
import { changesOf } from './object-changes.ts';

export interface ForecastParts extends LookParts {
  readonly gate: Gate;
  readonly helm: HelmRunner;
  readonly now: Date;
  /** The pulled archive of a step's chart. */
  readonly chartFile: (step: HelmUpgradeStep) => Promise<string>;
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
  readonly foreseen: ForeseenRelease;
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
  const done: Foreseen[] = [];
  const queue = [...steps];
  await Promise.all(
    Array.from({ length: sideBySide }, async () => {
      for (let step = queue.shift(); step !== undefined; step = queue.shift()) {
        done.push(await foresee(step, plan, parts));
      }
    }),
  );
  const inOrder = steps.flatMap((step) => done.filter((item) => item.foreseen.step.id === step.id));
  const releases = inOrder.map((item) => item.foreseen);
  const hop = await Promise.all(hopLooks.map((look) => look(releases, parts)));
  const unforeseen = distinct([...inOrder, ...hop].flatMap((item) => item.unforeseen));
  const byComponent = <T>(of: (item: ForeseenRelease) => T): Readonly<Record<string, T>> =>
    Object.fromEntries(releases.map((item) => [item.step.component, of(item)]));
  const forecast: Forecast = {
    madeAt: parts.now.toISOString(),
    complete: unforeseen.length === 0,
    unforeseen,
    findings: [...inOrder, ...hop].flatMap((item) => item.findings),
    changes: byComponent<readonly ObjectChange[]>((item) => item.changes),
  };
  return { forecast, workloads: byComponent(({ answers }) => workloadsOf(acceptedOf(answers))) };
}

/** What is refused for a namespace is refused for each component in it: it is said once. */
function distinct(unread: readonly Unread[]): readonly Unread[] {
  return [...new Map(unread.map((item) => [`${item.what}\n${item.why}`, item])).values()];
}

function isHelmStep(step: Step): step is HelmStep {
  return step.kind === 'helm-upgrade' || step.kind === 'helm-rollback';
}

/** Objects as they would be, of the writes that were accepted. */
function acceptedOf(answers: readonly ShadowAnswer[]): readonly KubeObject[] {
  return answers.flatMap(({ after, status }) => (after === undefined || status >= 300 ? [] : [after]));
}

async function foresee(step: HelmStep, plan: Plan, parts: ForecastParts): Promise<Foreseen> {
  const session = await parts.gate.openShadow(await foreseenWorld(step, plan, parts));
  try {
    const exit = await runHelm(step, session, parts);
    const foreseen = foreseenRelease(step, session.answers(), exit, parts);
    const judgements = await Promise.all(releaseLooks.map((look) => look(foreseen, parts)));
    return {
      foreseen,
      findings: judgements.flatMap((judgement) => judgement.findings),
      unforeseen: [
        ...foreseen.answers
          .filter((answer) => answer.unforeseen !== undefined)
          .map((answer) => ({ what: `${answer.method} ${answer.path}`, why: answer.unforeseen ?? '' })),
        ...judgements.flatMap((judgement) => judgement.unforeseen),
      ],
    };
  } finally {
    await session.close();
  }
}

function foreseenRelease(
  step: HelmStep,
  all: readonly ShadowAnswer[],
  exit: HelmExit,
  parts: ForecastParts,
): ForeseenRelease {
  const read = parts.snapshot.components.find((component) => component.name === step.component);
  const answers = all.filter((answer) => !isReleaseRecord(answer));
  const record = newestRecord(all);
  return {
    step,
    answers,
    changes: changesOf(answers, parts.redactor, attributionOf(read?.release)),
    helm: { major: parts.helm.major, code: exit.code, words: parts.redactor.text(exit.stderr).trim() },
    release: read?.release,
    chart: step.kind === 'helm-upgrade' ? read?.chart : undefined,
    record,
    objects: parseManifest(record?.manifest ?? ''),
    hooks: record?.hooks.flatMap((hook) => parseManifest(hook.manifest)) ?? [],
  };
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
