import { join } from 'node:path';
import { openRunFolder } from '../adapters/files/run-folder.ts';
import type { RunState } from '../journal/fold.ts';
import type { WriterLease } from '../model/ports.ts';
import { isProblem, Problem } from '../model/problem.ts';
import type { CheckStep } from '../model/step.ts';
import type { CheckResult } from '../run/checks/check-result.ts';
import { lookAt } from '../run/steps/check.ts';
import type { OpenSite } from './open-site.ts';
import { makeWorld } from './make-world.ts';

export interface Verified extends CheckResult {
  /** The check's id. */
  readonly check: string;
  readonly title: string;
}

/** Nothing is written while looking: whoever tries is refused. */
const noLease: WriterLease = {
  acquire: async () => undefined,
  mayWrite: async () => false,
  isLost: async () => false,
  isSure: () => false,
  release: async () => undefined,
};

/** Runs the checks of a run's plan again, against the run's baseline. Changes nothing in the cluster. */
export async function verifyRun(site: OpenSite, state: RunState): Promise<readonly Verified[]> {
  const checks = (state.plan?.steps ?? []).filter(
    (step): step is CheckStep & { kind: 'check' } => step.kind === 'check',
  );
  if (checks.length === 0) throw new Problem('NOTHING_TO_VERIFY', `Run ${state.run} has no checks.`);
  const world = await makeWorld({
    site,
    state,
    lease: noLease,
    folder: await openRunFolder(join(site.folder, 'runs', state.run), site.redactor),
    stop: { level: 'none', signal: new AbortController().signal },
    reporter: { entry: () => undefined, progress: () => undefined, close: () => undefined },
    emit: () => undefined,
  });
  const results: Verified[] = [];
  for (const step of checks) {
    try {
      results.push({ check: step.check, title: step.title, ...(await lookAt(step, world)) });
    } catch (error) {
      if (!isProblem(error)) throw error;
      results.push({ check: step.check, title: step.title, verdict: 'failed', note: error.message });
    }
  }
  return results;
}
