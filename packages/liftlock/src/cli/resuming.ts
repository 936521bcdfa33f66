import { join } from 'node:path';
import { isUnseen, markSeen } from '../main/adopted.ts';
import { runsOfSite, type ClusterChoice } from '../main/cluster-runs.ts';
import type { OpenSite } from '../main/open-site.ts';
import { foresee } from '../main/foresee.ts';
import { mostRounds } from '../main/plan-hop.ts';
import { takeSnapshot } from '../main/take-snapshot.ts';
import { blockersOf, decisionsOf, defaultDecisions, settle } from '../main/decisions.ts';
import { pinsOf } from '../main/plan-next-hop.ts';
import { resumeRun } from '../main/run-plan.ts';
import { refuseSuperseded } from '../main/superseded.ts';
import { releasesMoved } from '../main/releases-moved.ts';
import { gitOpsFindings } from '../findings/rules/gitops.ts';
import { reinstallFindings } from '../findings/foreseen/reinstall.ts';
import { allSteps, type RunState } from '../journal/fold.ts';
import { nextAction } from '../journal/next-action.ts';
import type { Finding } from '../model/finding.ts';
import { hopTarget } from '../model/hops.ts';
import type { Plan } from '../model/plan.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Step } from '../model/step.ts';
import { exitCodes, Problem, type ExitCode } from '../model/problem.ts';
import { withHoldings } from '../main/with-holdings.ts';
import { windowLeft } from '../main/window-left.ts';
import { decideAgain } from '../plan/decide-again.ts';
import { mayBeOwn } from '../plan/own-revision.ts';
import { renderFindings } from '../render/plan-as.ts';
import { askYes } from './ask.ts';
import { hopGate, resumeAtNextHop } from './next-hop.ts';
import { knownRun } from './known-runs.ts';
import { note, screen } from './output.ts';
import { reopen } from './reopening.ts';
import type { Elsewhere } from './run-options.ts';
import { explain, finishRun, reporterFor, watchSignals } from './running.ts';
import { windowEnd } from './window-end.ts';

export interface ResumeRequest {
  readonly output: 'text' | 'jsonl';
  readonly site: string | undefined;
  /** Remedies that are decided on now, by their ids. */
  readonly allow: readonly string[];
  /** What a person says is done, by its id. */
  readonly affirm: readonly string[];
  readonly stopAtWindowEnd: boolean;
  /** Does not ask for a yes to steps that were added. */
  readonly yes: boolean;
  readonly cluster?: ClusterChoice | undefined;
  readonly elsewhere?: Elsewhere | undefined;
}

/** Goes on with a run: looks again at what is left, then carries it out. Returns the exit code. */
export async function resume(run: string | undefined, request: ResumeRequest): Promise<ExitCode> {
  // A key that could not be changed is changed by another rotation: only upgrades and rollbacks go on by themselves.
  const isOpen = (item: RunState) =>
    item.purpose !== 'rotation' && item.status !== 'finished' && item.plan !== undefined;
  const known = await knownRun(run, request.site, isOpen, request.cluster ?? {}, 'adopt');
  refuseFinished(known.state, request);
  const { site, plan: begun, state } = await reopen(known.state, request.affirm, request.elsewhere);
  refuseFinished(state, request);
  refuseSuperseded(state, await runsOfSite(site));
  if (nextAction(state).do === 'replan') {
    const [ahead] = begun.ahead;
    const agreed = await mayGoOn(site, state, { unseen: ahead?.steps ?? [], added: [] }, request);
    return agreed ? resumeAtNextHop(site, state, request) : exitCodes.waiting;
  }
  const stopsAt = request.stopAtWindowEnd ? windowEnd(site.site) : undefined;
  const begunAt = site.clock.now();
  let plan = begun;
  if (state.purpose === 'upgrade') {
    const judged = await judgeAgain(site, begun, state, request.allow);
    ({ plan } = judged);
    if (request.output === 'text' && judged.findings.length > 0)
      note(renderFindings(judged.findings, { ...screen(process.stderr), explain }), site.redactor);
    if (blockersOf(judged.findings).length > 0) return exitCodes.blocked;
  }
  const left = remaining(plan, state);
  const added = addedSteps(begun, plan);
  if (!(await mayGoOn(site, state, { unseen: left.steps, added }, request))) return exitCodes.waiting;
  const done = state.steps.filter((step) => step.phase === 'settled').length;
  if (request.output === 'text')
    note(
      `Resuming run ${state.run}: ${done} of ${plan.steps.length} steps are done; going on with ${left.steps[0]?.title ?? 'the end'}.`,
      site.redactor,
    );
  const ended = await resumeRun(site, state, {
    plan,
    begunAt,
    who: site.osUser,
    stop: watchSignals((text) => note(text, site.redactor), stopsAt),
    baseline: [],
    reporter: () => reporterFor(request.output, site, plan),
    hops: hopGate(site, request),
  });
  return finishRun(ended, site, request.output);
}

/**
 * Asks for a yes to what nobody here has seen: all that is left, where the plan or a part of it was made on another machine, or
 * what was added to it. To the rest a person has said yes when the run began.
 */
async function mayGoOn(
  { folder, redactor }: OpenSite,
  { run, who }: RunState,
  steps: { readonly unseen: Plan['steps']; readonly added: Plan['steps'] },
  { output, yes }: ResumeRequest,
): Promise<boolean> {
  const runFolder = join(folder, 'runs', run);
  const isNew = isUnseen(runFolder);
  const { added } = steps;
  const isTold = output === 'text' || !yes;
  if (isTold && isNew)
    note(`Run ${run}, begun by ${who}, was planned on another machine: nobody has said yes to it here.`, redactor);
  if (isTold && isNew) for (const step of steps.unseen) note(`Left to do: ${step.title} (${kindOf(step)}).`, redactor);
  if (isTold && !isNew) for (const { title } of added) note(`Added to the plan: ${title}.`, redactor);
  const question = isNew ? 'Go on with that here?' : 'Go on with what was added?';
  if ((isNew || added.length > 0) && !yes && !(await askYes(question, ['--yes']))) return false;
  if (isNew) await markSeen(runFolder);
  return true;
}

/** A title is words of whoever wrote the plan; this is what is done. */
function kindOf(step: Step): string {
  return 'chart' in step && typeof step.chart === 'object' ? `${step.kind}, ${step.chart.reference}` : step.kind;
}

/**
 * What is left of a run, judged again before it goes on: with what was decided now, and with the remedies that a plan takes
 * by itself, until it stands still.
 */
async function judgeAgain(
  site: OpenSite,
  begun: Plan,
  state: RunState,
  allow: readonly string[],
): Promise<{ readonly plan: Plan; readonly findings: readonly Finding[] }> {
  const now = site.clock.now();
  let decisions = decisionsOf(allow, site.osUser, now);
  const snapshot = await withHoldings(
    site,
    await takeSnapshot(site, hopTarget(begun), 'upgrade', pinsOf(begun.steps)),
    decisions,
  );
  let known: readonly Finding[] = [];
  let plan = decideAgain(begun, state.steps, snapshot, decisions, known);
  for (let round = 1; ; round += 1) {
    const left = remaining(plan, state);
    const { forecast } = await foresee(site, left, snapshot, ownReleases(state, snapshot));
    const findings = [
      ...reinstallFindings({ snapshot, selected: left.components.map(({ name }) => name) }),
      ...releasesMoved(plan, state, snapshot),
      ...gitOpsFindings({ platform: site.platform, snapshot, selected: componentsOf(left) }),
      ...forecast.findings,
    ];
    known = [...known, ...findings];
    decisions = [...decisions, ...defaultDecisions(findings, [...plan.decisions, ...decisions], site.clock.now())];
    const next = decideAgain(begun, state.steps, snapshot, decisions, known);
    if (next.digest === plan.digest || round >= mostRounds) {
      const window = windowLeft({ platform: site.platform, site: site.site, snapshot, now }, left, decisions);
      return { plan, findings: [...window, ...settle(findings, plan.decisions)] };
    }
    plan = next;
  }
}

/** Releases whose newest revision this run's own helm may have left pending: it may be unlocked. */
function ownReleases(state: RunState, { components }: Snapshot): readonly string[] {
  return allSteps(state).flatMap((tried) => {
    const { step } = tried;
    if (step.kind !== 'helm-upgrade' && step.kind !== 'helm-rollback') return [];
    const release = components.find(({ name }) => name === step.component)?.release;
    return release !== undefined && mayBeOwn(step, tried, release.newest) ? [step.release] : [];
  });
}

function refuseFinished(state: RunState, request: ResumeRequest): void {
  if (state.status === 'finished') {
    throw new Problem('RUN_FINISHED', `Run ${state.run} is finished: there is nothing to resume.`, {
      exitCode: exitCodes.usage,
      advice: [`liftlock report ${state.run}`],
    });
  }
  if (!request.stopAtWindowEnd || state.purpose === 'upgrade') return;
  throw new Problem('UPGRADES_ONLY', `Run ${state.run} is a ${state.purpose}: it does not stop halfway.`, {
    exitCode: exitCodes.usage,
    advice: ['Leave out --stop-at-window-end.'],
  });
}

/** What remedies have added since the run began. */
function addedSteps(begun: Plan, plan: Plan): Plan['steps'] {
  const known = new Set(begun.steps.map((step) => step.id));
  return plan.steps.filter((step) => !known.has(step.id));
}

/** Components that steps of a plan are about. */
function componentsOf({ steps }: Plan): readonly string[] {
  return [...new Set(steps.flatMap(({ component }) => component ?? []))];
}

/** The plan with only the steps that are not settled. */
function remaining(plan: Plan, state: RunState): Plan {
  const settled = new Set(state.steps.filter((step) => step.phase === 'settled').map((step) => step.step.id));
  return { ...plan, steps: plan.steps.filter((step) => !settled.has(step.id)) };
}
