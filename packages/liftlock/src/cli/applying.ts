import { readFile } from 'node:fs/promises';
import { rememberAffirmations } from '../adapters/files/site-memory.ts';
import { blockersOf } from '../main/decisions.ts';
import type { SiteFlags } from '../main/open-site.ts';
import { startRun } from '../main/run-plan.ts';
import { finalTarget, planIn } from '../model/hops.ts';
import type { Plan } from '../model/plan.ts';
import { exitCodes, Problem, type ExitCode } from '../model/problem.ts';
import { movedSince } from '../plan/moved.ts';
import type { Selection } from '../plan/select.ts';
import { renderPlanAs } from '../render/plan-as.ts';
import { askYes, canAsk } from './ask.ts';
import { hopGate } from './next-hop.ts';
import { note, screen } from './output.ts';
import { planFromFlags, type PlannedSite } from './planning.ts';
import { explain, finishRun, reporterFor, watchSignals } from './running.ts';
import { windowEnd } from './window-end.ts';

export interface ApplyRequest {
  readonly targetOf: () => string | undefined;
  readonly selection: Selection;
  readonly allow: readonly string[];
  readonly affirm: readonly string[];
  readonly withForecast: boolean;
  readonly yes: boolean;
  readonly ticket: string | undefined;
  readonly stopAtWindowEnd: boolean;
  readonly output: 'text' | 'jsonl';
}

/** Plans, shows, asks and carries out. Returns the exit code. */
export async function applyUpgrade(flags: SiteFlags, request: ApplyRequest): Promise<ExitCode> {
  const saved = flags.platform?.endsWith('.json') === true ? await readSavedPlan(flags.platform) : undefined;
  const makePlan = (affirm: readonly string[]) =>
    saved === undefined
      ? planFromFlags(flags, { ...request, affirm, target: request.targetOf() })
      : planAgain(saved, { ...request, affirm });
  let planned = await makePlan(request.affirm);
  if (saved !== undefined) refuseMoved(saved, planned.plan);
  const answered = request.yes ? [] : await askChecklist(planned);
  if (answered.length > 0) planned = await makePlan([...request.affirm, ...answered]);
  const { plan, site } = planned;
  if (request.output === 'text') {
    const shown = site.redactor.json(plan);
    note(renderPlanAs(shown, 'text', { ...screen(process.stderr), isAsked: true, explain }), site.redactor);
  }
  // Room between the plan and what is drawn below it.
  if (request.output === 'text' && request.yes) note('', site.redactor);
  const blockers = blockersOf(plan.forecast.findings);
  if (blockers.length > 0) return exitCodes.blocked;
  if (plan.steps.length === 0) {
    note('Nothing to do: every component is at the target version with these values.', site.redactor);
    return exitCodes.done;
  }
  if (!request.yes && !(await askYes(`Upgrade ${plan.platform.title} to ${finalTarget(plan)} now?`, ['--yes'])))
    return exitCodes.waiting;
  await rememberAffirmations(site.folder, site.site.affirmations);
  return carryOutPlan(planned, request);
}

/**
 * Asks a person for what only a person can affirm; the answers are remembered for this version. Where nobody is there, the
 * findings stay and name the flags.
 */
async function askChecklist({ plan, site }: PlannedSite): Promise<readonly string[]> {
  const missing = blockersOf(plan.forecast.findings).flatMap((finding) =>
    finding.remedies
      .filter((remedy) => remedy.id.startsWith('affirm:'))
      .map((remedy) => remedy.id.slice('affirm:'.length)),
  );
  if (missing.length === 0 || !canAsk()) return [];
  const affirmed: string[] = [];
  for (const item of site.platform.checklist.filter(({ id }) => missing.includes(id))) {
    if (item.why !== undefined) note(item.why, site.redactor);
    if (await askYes(`${item.title}: is it so?`, [`--affirm ${item.id}=NAME`])) affirmed.push(item.id);
  }
  return affirmed;
}

async function carryOutPlan(planned: PlannedSite, request: ApplyRequest): Promise<ExitCode> {
  const { plan, site, snapshot } = planned;
  const state = await startRun(site, {
    plan,
    decisions: plan.decisions,
    who: `${snapshot.who.user} (${site.osUser})`,
    ticket: request.ticket,
    baseline: snapshot.health,
    stop: watchSignals((text) => note(text, site.redactor), request.stopAtWindowEnd ? windowEnd(site.site) : undefined),
    reporter: () => reporterFor(request.output, site, plan),
    hops: hopGate(site, request),
  });
  return finishRun(state, site, request.output);
}

async function readSavedPlan(file: string): Promise<Plan> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new Problem('PLAN_MISSING', `There is no plan file ${file}.`, { exitCode: exitCodes.usage, at: { file } });
  });
  const plan = planIn(text);
  if (plan !== undefined) return plan;
  throw new Problem('PLAN_BAD', `${file} is not a plan.`, {
    exitCode: exitCodes.usage,
    at: { file },
    advice: ['liftlock plan … -o json --out-file plan.json writes one.'],
  });
}

/** A saved plan is made again with its own inputs: what it was made from may have moved since. */
async function planAgain(saved: Plan, request: ApplyRequest): Promise<PlannedSite> {
  const { selection, affirm, ...flags } = (saved.inputs ?? {}) as unknown as SiteFlags & {
    readonly selection?: Selection;
    readonly affirm?: readonly string[];
  };
  return planFromFlags(
    { ...flags, options: { ...flags.options, ...saved.site.options } },
    {
      ...request,
      target: finalTarget(saved),
      selection: selection ?? {},
      affirm: [...(affirm ?? []), ...request.affirm],
      allow: [...saved.decisions.map((decision) => decision.remedy), ...request.allow],
    },
  );
}

function refuseMoved(saved: Plan, fresh: Plan): void {
  const moved = movedSince(saved, fresh);
  if (moved.length === 0) return;
  throw new Problem(
    'WORLD_MOVED',
    `The plan was made for another state. Since then there changed: ${moved.join(', ')}.`,
    {
      advice: ['Make a new plan and look at it: liftlock plan'],
      details: { moved },
    },
  );
}
