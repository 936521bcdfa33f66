import { lstat, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheHome } from '../../adapters/files/state-folder.ts';
import { isAlive } from '../../adapters/process/is-alive.ts';
import type { Look } from '../../model/doctor.ts';
import { shellLine } from '../../render/shell.ts';
import type { SiteOfMachine } from './journals.ts';
import { fine } from './look.ts';

/** Folders that hold secrets no longer than the process whose id is in their name. */
const ofProcess =
  /^(?:liftlock-helm|liftlock-journal|forecast|values|session|\.unpacked|\.liftlock-doctor)-(\d+)-|\.(\d+)\.draft$/;

/** Private folders and half-written files of processes that were killed hard. */
export async function lookAtLeftovers(
  sites: readonly SiteOfMachine[],
  environment: NodeJS.ProcessEnv,
): Promise<readonly Look[]> {
  const ofSites = sites.flatMap(({ folder }) => [folder, join(folder, 'forecasts'), join(folder, 'gate')]);
  const places = [tmpdir(), join(cacheHome(environment), 'bundles'), ...ofSites];
  const found = (await Promise.all(places.map(async (place) => deadIn(place)))).flat();
  // Values files are there while helm reads them, and go with the run.
  const values = await Promise.all(
    sites.flatMap(({ folder, runs }) =>
      runs
        .filter(({ status }) => status !== 'running')
        .map(async ({ run }) => {
          const path = join(folder, 'runs', run, 'values');
          return (await readdir(path).catch((): string[] => [])).length > 0 ? [path] : [];
        }),
    ),
  );
  const all = [...found, ...values.flat()];
  if (all.length === 0) return [fine('state', 'leftovers', 'no private folder of a dead process is left')];
  return all.map((path) => ({
    theme: 'state',
    what: 'leftover',
    state: 'warning',
    message: `${path} is left of a process that is dead, and may hold secrets`,
    advice: [`Remove it: ${shellLine(['rm', '-r', path])}`],
  }));
}

async function deadIn(place: string): Promise<readonly string[]> {
  const names = await readdir(place).catch((): string[] => []);
  const paths = names.flatMap((name) => {
    const match = ofProcess.exec(name);
    const pid = Number(match?.[1] ?? match?.[2] ?? Number.NaN);
    return Number.isNaN(pid) || isAlive(pid) ? [] : [join(place, name)];
  });
  const mine = await Promise.all(paths.map(async (path) => ((await isMine(path)) ? [path] : [])));
  return mine.flat();
}

/** In a folder that all share, what another person has left is for that person to remove. */
async function isMine(path: string): Promise<boolean> {
  const own = process.getuid?.() ?? 0;
  if (own === 0) return true;
  return (await lstat(path).catch(() => undefined))?.uid === own;
}
