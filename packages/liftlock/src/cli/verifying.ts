import { rememberAffirmations } from '../adapters/files/site-memory.ts';
import { affirmationsOf, withWord } from '../main/decisions.ts';
import type { ClusterChoice } from '../main/cluster-runs.ts';
import type { OpenSite } from '../main/open-site.ts';
import { verifyRun, type Verified } from '../main/verify-run.ts';
import type { RunState } from '../journal/fold.ts';
import { finalTarget } from '../model/hops.ts';
import { exitCodes, Problem, type ExitCode } from '../model/problem.ts';
import { renderChecks } from '../render/checks.ts';
import { askYes, canAsk } from './ask.ts';
import { knownRun } from './known-runs.ts';
import { note } from './output.ts';
import { reopen } from './reopening.ts';
import type { Elsewhere } from './run-options.ts';

export interface VerifyRequest {
  readonly site: string | undefined;
  /** Checks that a person looked at, as `CHECK` or `CHECK=BY`. */
  readonly affirm: readonly string[];
  readonly color: boolean;
  readonly width: number;
  readonly cluster?: ClusterChoice | undefined;
  readonly elsewhere?: Elsewhere | undefined;
}

/** Looks at a run's result again. Exit 5 where a check failed, 6 where one waits for a person's word. */
export async function verify(
  run: string | undefined,
  request: VerifyRequest,
): Promise<{ readonly text: string; readonly exitCode: ExitCode }> {
  const isUpgrade = (item: RunState) => item.purpose === 'upgrade';
  const known = await knownRun(run, request.site, isUpgrade, request.cluster ?? {}, 'adopt');
  refuseUnknown(known.state, request.affirm);
  const { site, state } = await reopen(known.state, [], request.elsewhere);
  const looked = await verifyRun(site, state);
  const open = looked.filter((result) => result.verdict === 'pending');
  // A word is kept only where it was needed: nobody's word stands for what can be looked at.
  const said = request.affirm.filter((text) => open.some((result) => result.check === idOf(text)));
  const asked = await askPending(
    open.filter((result) => !said.some((text) => idOf(text) === result.check)),
    site,
  );
  const target = state.plan === undefined ? '' : finalTarget(state.plan);
  const words = affirmationsOf([...said, ...asked], site.osUser, site.clock.now(), target);
  await rememberAffirmations(site.folder, words);
  const results = withWord(looked, words);
  const pending = results.filter((result) => result.verdict === 'pending');
  if (pending.length > 0) {
    const flags = pending.map((result) => `--affirm ${result.check}=NAME`).join(' ');
    note(`Somebody looked? Then say so: liftlock verify ${state.run} ${flags}`, site.redactor);
  }
  return { text: renderChecks(results, request), exitCode: verdictOf(results) };
}

function verdictOf(results: readonly Pick<Verified, 'verdict'>[]): ExitCode {
  if (results.some((result) => result.verdict === 'failed')) return exitCodes.failed;
  return results.some((result) => result.verdict === 'pending') ? exitCodes.waiting : exitCodes.done;
}

function idOf(word: string): string {
  return word.split('=')[0] ?? '';
}

/** On a terminal, each check that nobody could look at is asked for once. */
async function askPending(pending: readonly Verified[], site: OpenSite): Promise<readonly string[]> {
  const affirmed: string[] = [];
  if (!canAsk()) return affirmed;
  for (const { check, title, note: why } of pending) {
    note(`Not verified: ${why}`, site.redactor);
    if (await askYes(`${title}: is it so?`, [`--affirm ${check}=NAME`])) affirmed.push(check);
  }
  return affirmed;
}

function refuseUnknown(state: RunState, affirm: readonly string[]): void {
  const checks = (state.plan?.steps ?? []).flatMap((step) => (step.kind === 'check' ? [step.check] : []));
  const unknown = affirm.map(idOf).filter((id) => !checks.includes(id));
  if (unknown.length === 0) return;
  throw new Problem('CHECK_UNKNOWN', `Run ${state.run} has no check "${unknown.join('", "')}".`, {
    exitCode: exitCodes.usage,
    advice: [`Its checks: ${checks.join(', ')}`],
  });
}
