import { blockersOf, decisionsOf } from '../main/decisions.ts';
import type { OpenSite } from '../main/open-site.ts';
import { hopRemedy, planNextHop, type NextHop } from '../main/plan-next-hop.ts';
import { differenceWords, whyNotYet, type HopGate } from '../main/run-hops.ts';
import { resumeRun } from '../main/run-plan.ts';
import type { RunState } from '../journal/fold.ts';
import { hopOf, hopWords } from '../model/hops.ts';
import { exitCodes, type ExitCode } from '../model/problem.ts';
import { renderFindings, renderPlanAs } from '../render/plan-as.ts';
import { askYes } from './ask.ts';
import { note, screen } from './output.ts';
import { explain, finishRun, reporterFor, watchSignals } from './running.ts';
import { windowEnd } from './window-end.ts';

interface Asked {
  readonly output: 'text' | 'jsonl';
  /** Does not ask for a yes to what changed since, as long as nothing is destroyed by it. */
  readonly yes: boolean;
}

/** Answers for the hops after the first: shows those that do not begin by themselves. */
export function hopGate(site: OpenSite, { output, yes }: Asked): HopGate {
  return { yes, show: (next) => (output === 'text' ? showPlan(next, site) : undefined) };
}

/** What would fail is told with its remedies; a hop that became another one is shown whole. */
function showPlan({ plan }: NextHop, site: OpenSite): void {
  if (blockersOf(plan.forecast.findings).length > 0) {
    note(renderFindings(plan.forecast.findings, { ...screen(process.stderr), explain }), site.redactor);
    return;
  }
  note(
    renderPlanAs(site.redactor.json(plan), 'text', { ...screen(process.stderr), isAsked: true, explain }),
    site.redactor,
  );
}

export interface NextHopRequest extends Asked {
  readonly allow: readonly string[];
  readonly stopAtWindowEnd: boolean;
}

/** Goes on with a run that ended between two hops: the next one is planned from how things are now. */
export async function resumeAtNextHop(site: OpenSite, state: RunState, request: NextHopRequest): Promise<ExitCode> {
  const begunAt = site.clock.now();
  const decisions = decisionsOf(request.allow, site.osUser, begunAt);
  const next = await planNextHop(site, state, decisions, ['short-window', 'outside-window']);
  const { plan, snapshot, differences } = next;
  const hop = hopOf(plan);
  const title = `${hopWords(plan)}, ${hop?.from ?? ''} → ${hop?.to ?? ''}`;
  const why = whyNotYet(next, request.yes);
  const words = differenceWords(differences);
  if (request.output === 'text' && (why !== undefined || words.length > 0)) showPlan(next, site);
  if (request.output === 'text') for (const text of words) note(`${title}: ${text}.`, site.redactor);
  if (blockersOf(plan.forecast.findings).length > 0) return exitCodes.blocked;
  // --yes is no answer to what destroys: that is said by its name, or to somebody's face.
  const flags = differences.isHarmful ? [`--allow ${hopRemedy(plan)}`] : ['--yes'];
  if (why !== undefined && !(await askYes(`Go on with ${title}?`, flags))) return exitCodes.waiting;
  if (request.output === 'text') note(`Resuming run ${state.run} with ${title}.`, site.redactor);
  const ended = await resumeRun(site, state, {
    plan,
    begunAt,
    who: site.osUser,
    baseline: snapshot.health,
    stop: watchSignals((text) => note(text, site.redactor), request.stopAtWindowEnd ? windowEnd(site.site) : undefined),
    reporter: () => reporterFor(request.output, site, plan),
    hops: hopGate(site, request),
  });
  return finishRun(ended, site, request.output);
}
