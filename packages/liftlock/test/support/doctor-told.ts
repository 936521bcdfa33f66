import { join } from 'node:path';
import { openJournal } from '../../src/adapters/journal/sqlite-journal.ts';
import type { Look, RetainedVolume } from '../../src/model/doctor.ts';
import type { EntryBody } from '../../src/model/journal.ts';
import { Redactor } from '../../src/model/redaction.ts';
import type { Operator } from './liftlock.ts';

/** What `liftlock doctor -o json` has told, with its exit code. */
export interface Told {
  readonly code: number | null;
  readonly looks: readonly Look[];
  readonly retained: readonly RetainedVolume[];
}

/** Asks the real doctor. */
export async function askDoctor(operator: Operator, ...words: readonly string[]): Promise<Told> {
  const { code, stdout, stderr } = await operator.run('doctor', '-o', 'json', ...words);
  if (!stdout.startsWith('{')) throw new Error(`doctor said nothing: ${stderr}`);
  return { code, ...(JSON.parse(stdout) as Omit<Told, 'code'>) };
}

/** What is not well, by site or object in the message. */
export function notWell({ looks }: Told): readonly string[] {
  return looks
    .filter(({ state }) => state !== 'ok' && state !== 'unknown')
    .map(({ what, state, message }) => `${state} ${what}: ${message}`);
}

/** A minute of one hour, for entries of a journal. */
export const at = (minute: number) => new Date(Date.UTC(2026, 10, 21, 10, minute));

/** Runs by their names, in the order of their times. */
export const firstRun = '20261121-100000-ab12';
export const secondRun = '20261121-100500-cd34';

/** Adds to a site's journal as a run does. */
export function writeJournal(
  operator: Operator,
  site: string,
  bodies: readonly (readonly [EntryBody, Date])[],
  run = firstRun,
): string {
  const file = join(operator.home, 'state', 'liftlock', 'sites', site, 'journal.sqlite');
  const journal = openJournal(file, new Redactor());
  for (const [body, when] of bodies) journal.append(run, body, when);
  journal.close();
  return file;
}

/** A run from its beginning to its end, three minutes later. */
export function wholeRun(site: string, minute: number): readonly (readonly [EntryBody, Date])[] {
  return [
    [started, at(minute)],
    [planOf(site), at(minute + 1)],
    [{ type: 'run-finished' }, at(minute + 3)],
  ];
}

/** The entry of a plan that doctor looks at: all that an entry has to have, and nothing to do. */
export function planOf(site: string, more: object = {}): EntryBody {
  const plan = {
    purpose: 'upgrade',
    platform: { name: 'one', title: 'One' },
    site: { name: site, namespace: 'none', digest: '', options: {} },
    helm: { version: '3.0.0' },
    forecast: { findings: [], unforeseen: [] },
    digest: '',
    cluster: { server: 'https://127.0.0.1:1', context: 'none', uid: 'none' },
    components: [],
    steps: [],
    decisions: [],
    hop: 0,
    route: [],
    ahead: [],
    ...more,
  };
  return { type: 'hop-planned', plan } as unknown as EntryBody;
}

/** The first entry of a run. */
export const started: EntryBody = { type: 'run-started', purpose: 'upgrade', who: 'ana', decisions: [] };
