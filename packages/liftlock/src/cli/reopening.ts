import { isDeepStrictEqual } from 'node:util';
import type { RunState } from '../journal/fold.ts';
import { catchUp } from '../main/cluster-runs.ts';
import { refuseOtherCluster } from '../main/cluster-uid.ts';
import { describeRun } from '../main/describe-run.ts';
import { openSite, type OpenSite } from '../main/open-site.ts';
import { finalTarget } from '../model/hops.ts';
import type { Plan } from '../model/plan.ts';
import { Problem } from '../model/problem.ts';
import { openParts } from './open-parts.ts';
import { note } from './output.ts';
import { withAffirmations } from './planning.ts';
import type { Elsewhere } from './run-options.ts';

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
  const site = await openAgain(state.run, plan, affirm, elsewhere);
  const later = await catchUp(site, state, process.env);
  if (isDeepStrictEqual(later, state)) {
    sayLeftBehind(site);
    return { site, plan, state };
  }
  // What has come with the news is a part of the site: its copies, and what it has been told since.
  site.connection.close();
  const now = later.plan ?? plan;
  const renewed = await openAgain(state.run, now, affirm, elsewhere);
  sayLeftBehind(renewed);
  return { site: renewed, plan: now, state: later };
}

async function openAgain(run: string, plan: Plan, affirm: readonly string[], elsewhere: Elsewhere): Promise<OpenSite> {
  const { described, flags } = await describeRun(run, plan, elsewhere);
  const site = await openSite(await withAffirmations(described, affirm, finalTarget(plan)), flags, openParts());
  await refuseOtherCluster(site.reader, plan.cluster);
  return site;
}

/** What did not travel is named before it is missed; of a secret also to whom this run would show it. */
function sayLeftBehind({ adopted, platform, site, redactor }: OpenSite): void {
  const hosts = [
    ...(platform.registry === undefined ? [] : [platform.registry.host]),
    ...site.mirrors.map(({ to }) => to),
  ];
  const { keyFile, passwordFile, charts } = adopted?.flags ?? {};
  const given = Object.entries({ '--key-file': keyFile, '--password-file': passwordFile, '--charts': charts });
  const names = ['--kubeconfig', ...given.flatMap(([name, path]) => (path === undefined ? [] : [name]))];
  for (const { what, path, digest, flag } of adopted?.leftBehind ?? []) {
    if (names.some((name) => flag.startsWith(name))) continue;
    const shown = /^--(key|password)-file/.test(flag) ? `; it is shown to ${hosts.join(', ')}` : '';
    const where = digest === undefined ? path : `${path}, ${digest}`;
    note(`Not here: ${what} (${where}). Give it anew: ${flag}${shown}`, redactor);
  }
}
