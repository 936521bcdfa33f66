import type { ClusterChoice } from '../main/cluster-runs.ts';
import { blockersOf, decisionsOf } from '../main/decisions.ts';
import type { RunState } from '../journal/fold.ts';
import { foresee } from '../main/foresee.ts';
import { withFindings } from '../main/plan-hop.ts';
import { takeSnapshot } from '../main/take-snapshot.ts';
import { startRun } from '../main/run-plan.ts';
import { hopOf, hopTarget } from '../model/hops.ts';
import { exitCodes, Problem, type ExitCode } from '../model/problem.ts';
import { gitOpsFindings } from '../findings/rules/gitops.ts';
import { makeRollback, migrationBlockers, movedBlockers } from '../plan/make-rollback.ts';
import { leftByRun } from '../plan/rollback-leaves.ts';
import { renderPlanAs } from '../render/plan-as.ts';
import { askYes } from './ask.ts';
import { knownRun } from './known-runs.ts';
import { note, screen } from './output.ts';
import { reopen } from './reopening.ts';
import type { Elsewhere } from './run-options.ts';
import { explain, finishRun, reporterFor, watchSignals } from './running.ts';

export interface RollbackRequest {
  readonly output: 'text' | 'jsonl';
  readonly allow: readonly string[];
  readonly site: string | undefined;
  readonly yes: boolean;
  readonly cluster?: ClusterChoice | undefined;
  readonly elsewhere?: Elsewhere | undefined;
}

/** Plans the way back, shows it, asks, carries it out. Returns the exit code. */
export async function rollBack(run: string | undefined, request: RollbackRequest): Promise<ExitCode> {
  const isUpgrade = (item: RunState) => item.purpose === 'upgrade';
  const known = await knownRun(run, request.site, isUpgrade, request.cluster ?? {}, 'adopt');
  if (known.state.purpose !== 'upgrade') {
    throw new Problem(
      'NOT_AN_UPGRADE',
      `Run ${known.state.run} is a ${known.state.purpose}: only an upgrade can be rolled back.`,
      {
        exitCode: exitCodes.usage,
      },
    );
  }
  const { site, plan: upgrade, state } = await reopen(known.state, [], request.elsewhere);
  const target = hopTarget(upgrade);
  const decisions = decisionsOf(request.allow, site.osUser, site.clock.now());
  const snapshot = await takeSnapshot(site, target, 'rollback');
  const bare = makeRollback({
    platform: site.platform,
    platformDigest: site.platformDigest,
    site: site.site,
    siteDigest: site.siteDigest,
    snapshot,
    target,
    selected: [],
    decisions,
    pastSeconds: {},
    run: state,
  });
  const { forecast } = await foresee(site, bare, snapshot);
  const findings = [
    ...movedBlockers(state, snapshot, decisions),
    ...gitOpsFindings({ platform: site.platform, snapshot, selected: bare.components.map(({ name }) => name) }),
    ...migrationBlockers(state, decisions),
    ...leftByRun(state),
    ...forecast.findings,
  ];
  const plan = { ...withFindings(bare, forecast, findings, snapshot, decisions), inputs: upgrade.inputs };
  for (const { plan: before } of state.hops) {
    const hop = hopOf(before);
    note(
      `${hop?.from ?? ''} → ${hop?.to ?? ''} is finished and stays: only the hop that came after goes back.`,
      site.redactor,
    );
  }
  if (request.output === 'text')
    note(
      renderPlanAs(site.redactor.json(plan), 'text', {
        ...screen(process.stderr),
        isAsked: true,
        explain,
        invocation: state.run,
      }),
      site.redactor,
    );
  if (blockersOf(plan.forecast.findings).length > 0) return exitCodes.blocked;
  if (!request.yes && !(await askYes(`Roll back ${plan.platform.title} now?`, ['--yes']))) return exitCodes.waiting;
  const ended = await startRun(site, {
    plan,
    decisions,
    who: `${snapshot.who.user} (${site.osUser})`,
    rollbackOf: state.run,
    baseline: snapshot.health,
    stop: watchSignals((text) => note(text, site.redactor)),
    reporter: () => reporterFor(request.output, site, plan),
  });
  return finishRun(ended, site, request.output);
}
