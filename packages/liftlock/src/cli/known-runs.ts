import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { stateHome } from '../adapters/files/state-folder.ts';
import { openExistingJournal, readRuns } from '../main/past-runs.ts';
import type { RunState } from '../journal/fold.ts';
import { exitCodes, Problem } from '../model/problem.ts';
import { theRedactor } from './redactor.ts';

export interface KnownRun {
  readonly site: string;
  readonly folder: string;
  readonly state: RunState;
}

/** Every run that this machine's journals know, newest first. */
export async function knownRuns(site?: string): Promise<readonly KnownRun[]> {
  const sites = join(stateHome(process.env), 'sites');
  const names = (await readdir(sites).catch(() => [])).filter((name) => site === undefined || name === site);
  const runs: KnownRun[] = [];
  for (const name of names) {
    const folder = join(sites, name);
    const store = openExistingJournal(folder, theRedactor);
    if (store === undefined) continue;
    try {
      runs.push(...readRuns(store).map((state) => ({ site: name, folder, state })));
    } finally {
      store.close();
    }
  }
  return runs.toSorted((a, b) => b.state.startedAt.localeCompare(a.state.startedAt));
}

/** The named run, or the newest one that `isWanted` accepts. */
export async function knownRun(
  run: string | undefined,
  site: string | undefined,
  isWanted: (state: RunState) => boolean,
): Promise<KnownRun> {
  const runs = await knownRuns(site);
  const found = runs.find(({ state }) => (run === undefined ? isWanted(state) : state.run === run));
  if (found !== undefined) return found;
  const names = runs.slice(0, 5).map(({ state }) => state.run);
  throw new Problem(
    'NO_SUCH_RUN',
    run === undefined ? 'This machine knows no such run.' : `There is no run "${run}".`,
    {
      exitCode: exitCodes.usage,
      advice: [names.length === 0 ? 'liftlock apply starts one.' : `Known runs: ${names.join(', ')}`],
    },
  );
}
