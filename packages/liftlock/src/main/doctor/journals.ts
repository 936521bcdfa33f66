import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { stateHome } from '../../adapters/files/state-folder.ts';
import { inspectJournal } from '../../adapters/journal/inspect-journal.ts';
import { foldJournal, type RunState } from '../../journal/fold.ts';
import { counted } from '../../model/counted.ts';
import type { Look } from '../../model/doctor.ts';
import type { Entry } from '../../model/journal.ts';
import { isAdopted } from '../adopted.ts';
import { foreignSites } from '../foreign-runs.ts';
import { journalFile } from '../past-runs.ts';
import { fine } from './look.ts';

/** One site of this machine, as its journal tells it. */
export interface SiteOfMachine {
  readonly name: string;
  readonly folder: string;
  /** The newest first; none where the journal cannot be read, or is that of another site. */
  readonly runs: readonly RunState[];
  readonly looks: readonly Look[];
}

/** The journals of every site, each seen without being changed. */
export async function readSites(environment: NodeJS.ProcessEnv): Promise<readonly SiteOfMachine[]> {
  const sites = join(stateHome(environment), 'sites');
  const names = await readdir(sites).catch((): string[] => []);
  return Promise.all(
    names.toSorted((a, b) => a.localeCompare(b)).map(async (name) => readSite(join(sites, name), name)),
  );
}

async function readSite(folder: string, name: string): Promise<SiteOfMachine> {
  const file = journalFile(folder);
  const site = { name, folder, runs: [] };
  const about = { theme: 'state', what: 'journal' } as const;
  if (!existsSync(file)) {
    const left = await readdir(join(folder, 'runs')).catch((): string[] => []);
    if (left.length === 0) return { ...site, looks: [] };
    const message = `site ${name}: its journal ${file} is gone; the files of ${counted(left.length, 'run')} are still there`;
    return { ...site, looks: [{ ...about, state: 'blocker', message, advice: [notResumed, inCluster] }] };
  }
  const health = inspectJournal(file);
  if (health.state === 'newer') {
    const message = `site ${name}: the journal ${file} was written by a newer liftlock (format ${health.format})`;
    return {
      ...site,
      looks: [{ ...about, state: 'blocker', message, advice: ['Use that liftlock, or a newer one, for this site.'] }],
    };
  }
  if (health.state === 'refused') {
    const { message, advice } = health.problem;
    return {
      ...site,
      looks: [
        {
          ...about,
          state: 'blocker',
          message: `site ${name}: ${message}`,
          advice: [...advice, inCluster],
        },
      ],
    };
  }
  const broken = health.runs.flatMap((entries) => brokenRun(name, entries));
  const runs = health.runs
    .filter((entries) => entries[0]?.type === 'run-started')
    .map((entries) => foldJournal(entries));
  const foreign = foreignSites(folder, runs).map((other): Look => ({
    ...about,
    state: 'blocker',
    message: `site ${name}: its journal is that of site ${other}: the folder ${folder} is a copy of another one`,
    advice: [`Take it away, to a place of its own: mv ${folder} ${folder}.copy`],
  }));
  if (foreign.length > 0) return { ...site, looks: foreign };
  const cut: readonly Look[] = health.wasCutOff
    ? [
        {
          ...about,
          state: 'warning',
          message: `site ${name}: the process that wrote the journal died in the middle of an entry`,
          advice: ['Nothing to do: that entry is taken back when the journal is opened again.'],
        },
      ]
    : [];
  const entries = health.runs.reduce((sum, run) => sum + run.length, 0);
  const whole = fine(
    'state',
    'journal',
    `site ${name}: ${counted(health.runs.length, 'run')}, ${counted(entries, 'entry', 'entries')}, format ${health.format}`,
  );
  return {
    ...site,
    runs,
    looks: [...(broken.length === 0 ? [whole] : broken), ...cut, ...clockLooks(site, health.runs)],
  };
}

const notResumed =
  'A run that was interrupted cannot be resumed without it: see how the releases stand with liftlock status, then plan again.';
const inCluster =
  'What the run has kept in the cluster is found from there: liftlock history --kubeconfig, --context, --namespace';

/** A run without its beginning, or with a gap: somebody has been at the file. */
function brokenRun(site: string, entries: readonly Entry[]): readonly Look[] {
  const [first] = entries;
  const isWhole = first?.type === 'run-started' && entries.every(({ sequence }, index) => sequence === index + 1);
  if (isWhole) return [];
  return [
    {
      theme: 'state',
      what: 'journal',
      state: 'blocker',
      message: `site ${site}: run ${first?.run ?? ''} lacks entries`,
      advice: ['It cannot be resumed: see how the releases stand with liftlock status, then plan again.'],
    },
  ];
}

/** Seconds by which clocks may differ without anybody noticing. */
const smallStep = 2;

/**
 * Entries of a run that are older than the one before them, and runs that began before the one before them: the clock was set
 * back. The order of neither depends on it. A run that goes on after a later one has begun is nothing of that kind; nor is one
 * that was adopted, which is older than it is here.
 */
function clockLooks(
  site: Pick<SiteOfMachine, 'name' | 'folder'>,
  runs: readonly (readonly Entry[])[],
): readonly Look[] {
  const began = runs
    .toReversed()
    .flatMap(([first]) => (first === undefined || isAdopted(join(site.folder, 'runs', first.run)) ? [] : [first]));
  const steps = [began, ...runs].flatMap(stepsBack);
  const [first] = steps;
  if (first === undefined) return [];
  const more = steps.length > 1 ? `, and ${counted(steps.length - 1, 'time')} more` : '';
  return [
    {
      theme: 'state',
      what: 'clock-set-back',
      state: 'warning',
      message: `site ${site.name}: the clock was set back by ${Math.round(first.back)} s before an entry of run ${first.entry.run}, or that is of another machine${more}`,
      advice: [
        'Times and durations of that run are not to be relied on; the order of its entries is.',
        'Let the machine set its clock by a time server.',
      ],
    },
  ];
}

function stepsBack(entries: readonly Entry[]): readonly { readonly entry: Entry; readonly back: number }[] {
  return entries.flatMap((entry, index) => {
    const before = entries[index - 1];
    const back = before === undefined ? 0 : (Date.parse(before.at) - Date.parse(entry.at)) / 1000;
    return back > smallStep ? [{ entry, back }] : [];
  });
}
