import type { RunState } from '../journal/fold.ts';
import type { ClusterChoice } from '../main/cluster-runs.ts';
import { openSupportBundle, platformOfRun } from '../main/support-bundles.ts';
import type { Platform } from '../model/platform.ts';
import { isProblem, Problem } from '../model/problem.ts';
import { diagnosisData, renderDiagnosis } from '../render/diagnosis.ts';
import { renderPlanAs } from '../render/plan-as.ts';
import { renderProblem } from '../render/problem.ts';
import { unreadable, type SupportBundle } from '../run/support-bundle.ts';
import { knownRun } from './known-runs.ts';
import { explain } from './running.ts';

export interface DiagnoseRequest {
  readonly output: 'text' | 'json';
  readonly site: string | undefined;
  readonly cluster: ClusterChoice;
  readonly look: { readonly width: number; readonly color: boolean };
}

/**
 * What happened and what to do, of a run that this machine knows or of a support bundle.
 * @param named the run, or the path of a bundle; undefined: the newest run that stopped
 */
export async function diagnose(named: string | undefined, request: DiagnoseRequest): Promise<string> {
  if (named === undefined || !isPath(named)) return ofRun(named, request);
  const bundle = await openSupportBundle(named);
  try {
    return bundle.kind === 'run' ? tell(bundle.state, bundle.platform, request) : ofSite(bundle, request);
  } catch (error) {
    // What it holds has passed through other hands: that it makes no sense is its fault, not a bug of ours.
    throw isProblem(error) ? error : unreadable(named, new Error('it is damaged'));
  }
}

/** Runs are named by their time; no name of one holds a slash or ends as an archive does. */
function isPath(named: string): boolean {
  return named.includes('/') || /\.(tgz|gz)$/.test(named);
}

async function ofRun(run: string | undefined, request: DiagnoseRequest): Promise<string> {
  const { state } = await knownRun(run, request.site, (item) => item.status === 'stopped', request.cluster);
  return tell(state, await platformOfRun(state), request);
}

function tell(state: RunState, platform: Platform, { output, look }: DiagnoseRequest): string {
  return output === 'json'
    ? `${JSON.stringify(diagnosisData(state, platform, explain), undefined, 2)}\n`
    : renderDiagnosis(state, platform, { ...look, explain });
}

function ofSite(
  { plan, problem }: Extract<SupportBundle, { kind: 'site' }>,
  { output, look }: DiagnoseRequest,
): string {
  if (plan !== undefined) return renderPlanAs(plan, output, { ...look, explain });
  const { code = 'UNKNOWN', message = 'The bundle does not say why there is no plan.', advice = [] } = problem ?? {};
  return output === 'json'
    ? `${JSON.stringify({ code, message, advice }, undefined, 2)}\n`
    : renderProblem(new Problem(code, message, { advice }), look);
}
