import { exitCodes, type ExitCode } from '../model/problem.ts';
import { verifyRun } from '../main/verify-run.ts';
import { renderChecks } from '../render/checks.ts';
import { knownRun } from './known-runs.ts';
import { reopen } from './resuming.ts';

/** Looks at a run's result again. */
export async function verify(
  run: string | undefined,
  siteName: string | undefined,
  look: { readonly color: boolean; readonly width: number },
): Promise<{ readonly text: string; readonly exitCode: ExitCode }> {
  const { state } = await knownRun(run, siteName, (item) => item.purpose === 'upgrade');
  const { site } = await reopen(state);
  const results = await verifyRun(site, state);
  const hasFailed = results.some((result) => result.verdict === 'failed');
  return { text: renderChecks(results, look), exitCode: hasFailed ? exitCodes.failed : exitCodes.done };
}
