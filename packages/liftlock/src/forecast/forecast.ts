import { digestOfJson } from '../model/digest.ts';
import type { Finding } from '../model/finding.ts';
import type { KubeObject } from '../model/kube.ts';
import type { Forecast, ObjectChange, Plan } from '../model/plan.ts';
import type { ForeseenWorld, Gate, GateSession, HelmExit, HelmRunner, ShadowAnswer } from '../model/ports.ts';
import type { Unread } from '../model/snapshot.ts';
import { isUndo, type HelmUpgradeStep, type ImageToProve, type Step } from '../model/step.ts';
import { shadowRollbackArguments, shadowUpgradeArguments } from '../release/helm-args.ts';
import { parseManifest, workloadsOf } from '../release/manifest.ts';
import { readReleaseRecord, type ReleaseRecord } from '../release/release-record.ts';
import { readRefusal } from '../findings/foreseen/classify-refusal.ts';
import { mayRenderRandomly } from '../findings/foreseen/random-templates.ts';
import { satisfiesRange } from '../model/version.ts';
import { withWebhookOwners } from '../snapshot/webhook-owner.ts';
import { attributionOf } from './attribution.ts';
import type { ForeseenRelease, HelmStep, LookParts } from './foreseen-release.ts';
import { foreseenWorld } from './foreseen-world.ts';
import { imagesToProve } from './images.ts';
import { aheadLooks, hopLooks, releaseLooks } from './looks.ts';
import { randomFields, withoutRandom } from './nondeterministic.ts';
import { changesOf } from './object-changes.ts';
import { withReplaced } from './replaced.ts';
import { joinWorlds, worldAfter } from './world-after.ts';

export interface ForecastParts extends LookParts {
  readonly gate: Gate;
  readonly helm: HelmRunner;
  readonly now: Date;
  /** The pulled archive of a step's chart. */
  readonly chartFile: (step: HelmUpgradeStep) => Promise<string>;
  /** helm's records as they will be before it begins, where that is not how they are: of releases that are unlocked. */
  readonly records?: readonly KubeObject[] | undefined;
  /**
   * What the hops before are foreseen to make of the cluster. What is judged by the cluster as it is now, such as room and
   * pods, is left to the hop's own forecast.
   */
  readonly world?: ForeseenWorld | undefined;
  /** Steps that were forecast already, in the same world: only those that differ are asked for again. */
  readonly known?: KnownSteps | undefined;
  /** Private copies of the values that helm is given. */
  readonly valuesFiles: (step: HelmUpgradeStep) => Promise<readonly string[]>;
}

/** A forecast, and the workloads as they would be: what room and quota are judged by. */
export interface ForecastResult {
  readonly forecast: Forecast;
  /** By component. */
  readonly workloads: Readonly<Record<string, readonly KubeObject[]>>;
  /** What the new revisions run. */
  readonly images: readonly ImageToProve[];
  /** The cluster as the plan would leave it; undefined where that is not known, as of a forecast that was kept. */
  readonly after?: ForeseenWorld | undefined;
}

/** Of the rounds of one planning: what was foreseen of a step, by step and world. */
export type KnownSteps = Map<string, Foreseen>;

interface Foreseen {
  readonly foreseen: ForeseenRelease;
  readonly findings: readonly Finding[];
  readonly unforeseen: readonly Unread[];
  readonly after: ForeseenWorld;
}

/** How many helms run in the shadow side by side. */
const sideBySide = 2;

/**
 * Runs the plan's helm steps against the shadow: the real helm computes its real patches and the real API server judges
 * them as dry runs. Nothing is written.
 */
export async function makeForecast(plan: Plan, given: ForecastParts): Promise<ForecastResult> {
  const parts = { ...given, steps: plan.steps };
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
  const looks = parts.world === undefined ? hopLooks : aheadLooks;
  const hop = await Promise.all(looks.map((look) => look(releases, parts)));
  const unforeseen = distinct([...[...inOrder, ...hop].flatMap((item) => item.unforeseen), ...waysBack(plan)]);
  const byComponent = <T>(of: (item: ForeseenRelease) => T): Readonly<Record<string, T>> =>
    Object.fromEntries(releases.map((item) => [item.step.component, of(item)]));
  const forecast: Forecast = {
    madeAt: parts.now.toISOString(),
    complete: unforeseen.length === 0,
    unforeseen,
    findings: await withWebhookOwners(
      [...inOrder, ...hop].flatMap((item) => item.findings),
      plan.steps,
      parts.reader,
    ),
    changes: byComponent<readonly ObjectChange[]>((item) => withReplaced(item.changes, item.step, plan)),
  };
  return {
    forecast,
    workloads: byComponent(({ answers }) => workloadsOf(acceptedOf(answers))),
    images: imagesToProve(releases),
    after: joinWorlds([parts.world ?? {}, ...inOrder.map((item) => item.after)]),
  };
}

/** What is refused for a namespace is refused for each component in it: it is said once. */
function distinct(unread: readonly Unread[]): readonly Unread[] {
  return [...new Map(unread.map((item) => [`${item.what}\n${item.why}`, item])).values()];
}

/** A rollback on failure begins from a state that only the failure makes: that is said. */
function waysBack(plan: Plan): readonly Unread[] {
  return plan.steps.flatMap((step) => {
    if (step.kind === 'helm-upgrade' && step.follows !== undefined)
      return [{ what: step.title, why: 'it begins from what the upgrade before it makes' }];
    return step.kind === 'helm-rollback' && isUndo(step)
      ? [
          {
            what: `the way back of ${step.component}, should its upgrade fail`,
            why: 'it begins from a state that only the failure makes',
          },
        ]
      : [];
  });
}

/** A second upgrade of a release begins from what the first one makes: it changes values back, and is not foreseen. */
function isHelmStep(step: Step): step is HelmStep {
  if (step.kind === 'helm-upgrade') return step.follows === undefined;
  return step.kind === 'helm-rollback' && !isUndo(step);
}

/** Objects as they would be, of the writes that were accepted. */
function acceptedOf(answers: readonly ShadowAnswer[]): readonly KubeObject[] {
  return answers.flatMap(({ after, status }) => (after === undefined || status >= 300 ? [] : [after]));
}

async function foresee(step: HelmStep, plan: Plan, parts: ForecastParts): Promise<Foreseen> {
  const world = await foreseenWorld(step, plan, parts);
  const key = digestOfJson({ step, world });
  const known = parts.known?.get(key);
  if (known !== undefined) return known;
  const made = await foreseeIn(world, step, parts);
  parts.known?.set(key, made);
  return made;
}

async function foreseeIn(world: ForeseenWorld, step: HelmStep, parts: ForecastParts): Promise<Foreseen> {
  const { answers, exit } = await askHelm(step, world, parts);
  const again = exit.code === 0 ? await recordAgain(step, world, parts) : undefined;
  const first = { ...foreseenRelease(step, answers, exit, parts), again };
  const foreseen = { ...first, changes: withoutRandom(first.changes, randomFields(first), step.namespace) };
  const judgements = await Promise.all(releaseLooks.map((look) => look(foreseen, parts)));
  return {
    foreseen,
    after: worldAfter(answers),
    findings: judgements.flatMap((judgement) => judgement.findings),
    unforeseen: [
      ...foreseen.answers
        .filter((answer) => answer.unforeseen !== undefined)
        .map((answer) => ({ what: `${answer.method} ${answer.path}`, why: answer.unforeseen ?? '' })),
      ...judgements.flatMap((judgement) => judgement.unforeseen),
    ],
  };
}

/** One helm in one shadow. */
interface Pass {
  readonly answers: readonly ShadowAnswer[];
  readonly exit: HelmExit;
}

/**
 * helm checks whose objects are before it asks for any change, and stops at the first that is not its own: then it is asked
 * again to take them over, so that the rest is judged too.
 */
async function askHelm(step: HelmStep, world: ForeseenWorld, parts: ForecastParts): Promise<Pass> {
  const first = await askOnce(step, world, parts, false);
  const isHidden =
    step.kind === 'helm-upgrade' && first.exit.code !== 0 && stopsAtOwnership(first.exit.stderr, parts.redactor);
  return isHidden && satisfiesRange(parts.helm.version, '>=3.17.0') ? askOnce(step, world, parts, true) : first;
}

function stopsAtOwnership(words: string, redactor: LookParts['redactor']): boolean {
  return readRefusal({ words: redactor.text(words) }).some(({ refusal }) => refusal?.code === 'FOREIGN_OWNERSHIP');
}

async function askOnce(
  step: HelmStep,
  world: ForeseenWorld,
  parts: ForecastParts,
  takeOwnership: boolean,
): Promise<Pass> {
  const session = await parts.gate.openShadow(world);
  try {
    const exit = await runHelm(step, session, parts, takeOwnership);
    return { answers: session.answers(), exit };
  } finally {
    await session.close();
  }
}

/**
 * A reinstall is rendered twice: what a chart makes up anew each time would take the place of what the data depends on (O4). So is
 * a chart that may make things up, to tell what it is that changes each time (O19); all others are rendered once.
 */
async function recordAgain(
  step: HelmStep,
  world: ForeseenWorld,
  parts: ForecastParts,
): Promise<ReleaseRecord | undefined> {
  const content = parts.snapshot.components.find(({ name }) => name === step.component)?.chart?.content;
  const isRandom = content !== undefined && mayRenderRandomly(content);
  if (step.kind !== 'helm-upgrade' || (step.reinstalls !== true && !isRandom)) return undefined;
  const session = await parts.gate.openShadow(world);
  try {
    await runHelm(step, session, parts);
    return newestRecord(session.answers())?.record;
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
  const newest = newestRecord(all);
  return {
    step,
    answers,
    changes: changesOf(answers, parts.redactor, attributionOf(read?.release)),
    helm: { major: parts.helm.major, code: exit.code, words: parts.redactor.text(exit.stderr).trim() },
    release: read?.release,
    chart: step.kind === 'helm-upgrade' ? read?.chart : undefined,
    record: newest?.record,
    ...(newest === undefined ? {} : { recordBytes: newest.bytes }),
    objects: parseManifest(newest?.record.manifest ?? ''),
    hooks: newest?.record.hooks.flatMap((hook) => parseManifest(hook.manifest)) ?? [],
  };
}

interface NewRecord {
  readonly record: ReleaseRecord;
  /** What it takes of the Secret that holds it. */
  readonly bytes: number;
}

/** helm's record of the new revision, which exists in the shadow alone. */
function newestRecord(answers: readonly ShadowAnswer[]): NewRecord | undefined {
  const records = answers.filter(isReleaseRecord).flatMap(({ after }) => {
    const record = after === undefined ? undefined : readReleaseRecord(after).record;
    const payload = after?.data?.['release'];
    const bytes = typeof payload === 'string' ? Buffer.byteLength(payload, 'base64') : 0;
    return record === undefined ? [] : [{ record, bytes }];
  });
  return records.toSorted((a, b) => b.record.revision - a.record.revision)[0];
}

async function runHelm(
  step: HelmStep,
  session: GateSession,
  parts: ForecastParts,
  takeOwnership = false,
): Promise<HelmExit> {
  const { helm } = parts;
  if (step.kind === 'helm-rollback') {
    return helm.start({ args: shadowRollbackArguments(step, helm.major), kubeconfig: session.kubeconfig }).done;
  }
  const args = shadowUpgradeArguments(
    { ...step, chartFile: await parts.chartFile(step), valuesFiles: await parts.valuesFiles(step), takeOwnership },
    helm.major,
  );
  return helm.start({ args, kubeconfig: session.kubeconfig }).done;
}

/** helm's own bookkeeping is no change of the platform. */
function isReleaseRecord(answer: ShadowAnswer): boolean {
  return answer.path.includes('/secrets') && (answer.after ?? answer.before)?.type === 'helm.sh/release.v1';
}
