import { catchUp, runsOfSite, type ClusterChoice } from '../main/cluster-runs.ts';
import { refuseOtherCluster } from '../main/cluster-uid.ts';
import { describeRun } from '../main/describe-run.ts';
import { openSite, type OpenSite } from '../main/open-site.ts';
import { foresee } from '../main/foresee.ts';
import { mostRounds } from '../main/plan-hop.ts';
import { takeSnapshot } from '../main/take-snapshot.ts';
import { blockersOf, decisionsOf, defaultDecisions, settle } from '../main/decisions.ts';
import { pinsOf } from '../main/plan-next-hop.ts';
import { resumeRun } from '../main/run-plan.ts';
import { releasesMoved } from '../main/releases-moved.ts';
import { gitOpsFindings } from '../findings/rules/gitops.ts';
import { reinstallFindings } from '../findings/foreseen/reinstall.ts';
import { allSteps, type RunState } from '../journal/fold.ts';
import { nextAction } from '../journal/next-action.ts';
import type { Finding } from '../model/finding.ts';
import { finalTarget, hopTarget } from '../model/hops.ts';
import type { Plan } from '../model/plan.ts';
import { exitCodes, Problem, type ExitCode } from '../model/problem.ts';
import { withHoldings } from '../main/with-holdings.ts';
import { windowLeft } from '../main/window-left.ts';
import { decideAgain } from '../plan/decide-again.ts';
import { renderFindings } from '../render/plan-as.ts';
import { askYes } from './ask.ts';
import { hopGate, resumeAtNextHop } from './next-hop.ts';
import { knownRun } from './known-runs.ts';
import { note, screen } from './output.ts';
import { withAffirmations } from './planning.ts';
import type { Elsewhere } from './run-options.ts';
import { explain, finishRun, reporterFor, watchSignals } from './running.ts';
import { openParts } from './open-parts.ts';
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

/** A run with the site that it was made for. */
export interface Reopened {
  readonly site: OpenSite;
  readonly plan: Plan;
  /** Further than the one that was asked for, where the run has gone on from another machine. */
  readonly state: RunState;
}

/**
 * Opens the site that a run was made for, by the inputs that its plan kept, or by the copies of them that this machine has
 * adopted.
 * @param elsewhere what of these is otherwise now
 * @throws Problem WRONG_CLUSTER (exit 3) where the kubeconfig leads to another cluster by now
 */
export async function reopen(
  state: RunState,
  affirm: readonly string[] = [],
  elsewhere: Elsewhere = {},
): Promise<Reopened> {
  const { plan } = state;
  if (plan === undefined)
    throw new Problem('RUN_WITHOUT_PLAN', `Run ${state.run} ended before it had a plan.`, {
      advice: ['liftlock apply starts a new one.'],
    });
  const { described, flags } = await describeRun(state.run, plan, elsewhere);
  const site = await openSite(await withAffirmations(described, affirm, finalTarget(plan)), flags, openParts());
  await refuseOtherCluster(site.reader, plan.cluster);
  sayLeftBehind(site);
  const later = await catchUp(site, state, process.env);
  return { site, plan: later.plan ?? plan, state: later };
}

/** What did not travel is named before it is missed. */
function sayLeftBehind({ adopted, redactor }: OpenSite): void {
  const { keyFile, passwordFile, charts } = adopted?.flags ?? {};
  const given = Object.entries({ '--key-file': keyFile, '--password-file': passwordFile, '--charts': charts });
  const names = ['--kubeconfig', ...given.flatMap(([name, path]) => (path === undefined ? [] : [name]))];
  for (const { what, path, digest, flag } of adopted?.leftBehind ?? []) {
    if (names.some((name) => flag.startsWith(name))) continue;
    note(`Not here: ${what} (${digest === undefined ? path : `${path}, ${digest}`}). Give it anew: ${flag}`, redactor);
  }
}

/** Goes on with a run: looks again at what is left, then carries it out. Returns the exit code. */
export async function resume(run: string | undefined, request: ResumeRequest): Promise<ExitCode> {
  // A key that could not be changed is changed by another rotation: only upgrades and rollbacks go on by themselves.
  const isOpen = (item: RunState) => item.purpose !== 'rotation' && item.status !== 'finished';
  const known = await knownRun(run, request.site, isOpen, request.cluster ?? {}, 'adopt');
  refuseFinished(known.state, request);
  const { site, plan: begun, state } = await reopen(known.state, request.affirm, request.elsewhere);
  refuseFinished(state, request);
  refuseSuperseded(state, await runsOfSite(site));
  if (nextAction(state).do === 'replan') return resumeAtNextHop(site, state, request);
  const stopsAt = request.stopAtWindowEnd ? windowEnd(site.site) : undefined;
  let plan = begun;
  if (state.purpose === 'upgrade') {
    const judged = await judgeAgain(site, begun, state, request.allow);
    ({ plan } = judged);
    if (request.output === 'text' && judged.findings.length > 0)
      note(renderFindings(judged.findings, { ...screen(process.stderr), explain }), site.redactor);
    if (blockersOf(judged.findings).length > 0) return exitCodes.blocked;
  }
  const added = addedSteps(begun, plan);
  for (const step of added)
    if (request.output === 'text' || !request.yes) note(`Added to the plan: ${step.title}.`, site.redactor);
  // Nobody has seen these yet; to the rest a person has said yes when the run began.
  if (added.length > 0 && !request.yes && !(await askYes('Go on with what was added?', ['--yes'])))
    return exitCodes.waiting;
  const left = remaining(plan, state);
  const done = state.steps.filter((step) => step.phase === 'settled').length;
  if (request.output === 'text')
    note(
      `Resuming run ${state.run}: ${done} of ${plan.steps.length} steps are done; going on with ${left.steps[0]?.title ?? 'the end'}.`,
      site.redactor,
    );
  const ended = await resumeRun(site, state, {
    plan,
    who: site.osUser,
    stop: watchSignals((text) => note(text, site.redactor), stopsAt),
    baseline: [],
    reporter: () => reporterFor(request.output, site, plan),
    hops: hopGate(site, request),
  });
  return finishRun(ended, site, request.output);
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
    const { forecast } = await foresee(site, left, snapshot, triedReleases(state));
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

/** Releases at which this run has worked: what its own helm has left pending may be unlocked. */
function triedReleases(state: RunState): readonly string[] {
  return allSteps(state).flatMap(({ step, wasTried }) => (wasTried && 'release' in step ? [step.release] : []));
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

/** A later run that worked at the same releases has made another state of them: going on would undo it. */
function refuseSuperseded(state: RunState, runs: readonly RunState[]): void {
  const mine = new Set(allSteps(state).flatMap(({ step }) => ('release' in step ? [step.release] : [])));
  const later = runs.find(
    (other) => other.startedAt > state.startedAt && triedReleases(other).some((name) => mine.has(name)),
  );
  if (later === undefined) return;
  throw new Problem(
    'RUN_SUPERSEDED',
    `Run ${later.run} (${later.purpose}) has worked at releases of run ${state.run} since.`,
    {
      exitCode: exitCodes.blocked,
      advice: [
        ...(later.status === 'finished' ? [] : [`Go on with that one: liftlock resume ${later.run}`]),
        'Or plan from how things are now: liftlock apply',
      ],
    },
  );
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
