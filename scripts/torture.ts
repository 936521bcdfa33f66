// npm run torture: long runs in which liftlock and its helm are killed, raced, given faults and fed hostile input.
//   --minutes N   stop after so long, every part with its share (without it: until the goals are reached)
//   --workers N   so many cases side by side, twice as many as there are cores where absent: a run waits more than it works
//   --kills N     so many kills on small platforms instead of 500 and every boundary of every journal
//   --seed S      1 where absent
//   --only WHAT   corpus, canaries, fuzz, races, faults, platforms or kills; several with commas
//   --scenario X  only these scenarios, several with commas
//   --into DIR    writes there what it finds instead of to docs/
//   --case N      one case of one scenario, told in full and not counted
// What is done is added to docs/reliability.json after every case, and docs/reliability.md is made from it. It can be
// interrupted: once ends it after the cases that are under way, twice at once. The same commit and seed go on where
// they were. `node scripts/torture.ts --page` makes the page alone.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { reliabilityPage } from '../packages/liftlock/test/support/reliability-page.ts';
import { boundariesOf, continued, killsOf, type Reliability } from '../packages/liftlock/test/support/reliability.ts';
import type { TortureOptions } from '../packages/liftlock/test/support/torture-options.ts';
import { tortureParts, type Part, type PartName } from '../packages/liftlock/test/support/torture-parts.ts';

const root = join(import.meta.dirname, '..');
const { values } = parseArgs({
  options: {
    minutes: { type: 'string' },
    workers: { type: 'string', default: String(2 * availableParallelism()) },
    kills: { type: 'string' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    scenario: { type: 'string' },
    case: { type: 'string' },
    into: { type: 'string', default: join(root, 'docs') },
    page: { type: 'boolean', default: false },
  },
});

const jsonFile = join(values.into, 'reliability.json');
const pageFile = join(values.into, 'reliability.md');

let record: Reliability;

if (values.page) {
  const kept = readRecord();
  if (kept === undefined) throw new Error(`there is no ${jsonFile} yet`);
  writeFileSync(pageFile, reliabilityPage(kept));
} else process.exitCode = await torture();

async function torture(): Promise<number> {
  const seed = Number(values.seed);
  const parts = wantedParts(tortureParts);
  record = continued(readRecord(), commitNow(), seed);
  const ends = values.minutes === undefined ? Infinity : performance.now() + Number(values.minutes) * 60_000;
  let isInterrupted = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (isInterrupted) process.exit(130);
      isInterrupted = true;
      say('Ending after the cases that are under way; once more ends at once.');
    });
  }
  const failuresBefore = record.failures.length;
  for (const [index, part] of parts.entries()) {
    const now = performance.now();
    if (isInterrupted || now > ends) break;
    const mine = part.share / parts.slice(index).reduce((sum, { share }) => sum + share, 0);
    const partEnds = now + (ends - now) * mine;
    await runPart(part, { ...options(seed), isOver: () => isInterrupted || performance.now() > partEnds });
    record = { ...record, minutes: round(record.minutes + (performance.now() - now) / 60_000) };
    if (values.case === undefined) keep(record);
  }
  say(summary());
  return record.failures.length > failuresBefore ? 1 : 0;
}

function options(seed: number): Omit<TortureOptions, 'isOver'> {
  return {
    seed,
    goals: { kills: Number(values.kills ?? 500), everyBoundary: values.kills === undefined, platformKills: 20 },
    workers: Number(values.workers),
    scenarios: values.scenario?.split(','),
    number: values.case === undefined ? undefined : Number(values.case),
    say,
    record: () => record,
    keep: (next) => {
      if (values.case === undefined) keep(next);
    },
  };
}

/** What ends a part ends no other. */
async function runPart(part: Part, given: TortureOptions): Promise<void> {
  try {
    await part.run(given);
  } catch (error) {
    const what = `not run: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`.slice(0, 2000);
    say(`${part.name}: ${what}`);
    const failure = { kind: part.name, scenario: part.name, seed: given.seed, number: 0, what: [what] };
    record = { ...record, failures: [...record.failures, failure] };
  }
}

function wantedParts(parts: readonly Part[]): readonly Part[] {
  const only = values.only?.split(',') as readonly PartName[] | undefined;
  const unknown = only?.find((name) => !parts.some((part) => part.name === name));
  if (unknown !== undefined)
    throw new Error(`--only ${unknown}: there are ${parts.map(({ name }) => name).join(', ')}`);
  return parts.filter(({ name }) => only?.includes(name) ?? true);
}

function summary(): string {
  const { kills, platforms, races, faults, fuzz, failures, commit, seed } = record;
  const counts = [
    `${killsOf(kills)} kills on small platforms`,
    ...Object.entries(kills).map(([name, killed]) => {
      const { met, all } = boundariesOf(killed);
      return `${met} of ${all} boundaries of ${name}`;
    }),
    ...Object.entries(platforms).map(([name, killed]) => `${killed.kills} on ${name}`),
    `${races.rounds} races`,
    `${faults} faults`,
    `${fuzz} fuzz cases`,
    `${failures.length} failures`,
  ];
  return `${commit}, seed ${seed}: ${counts.join(', ')}`;
}

function readRecord(): Reliability | undefined {
  return existsSync(jsonFile) ? (JSON.parse(readFileSync(jsonFile, 'utf8')) as Reliability) : undefined;
}

/** Whole or not at all: an interruption must not cut what hours have gathered. */
function keep(next: Reliability): void {
  record = { ...next, when: new Date().toISOString() };
  writeFileSync(`${jsonFile}.new`, `${JSON.stringify(record, undefined, 2)}\n`);
  renameSync(`${jsonFile}.new`, jsonFile);
  writeFileSync(pageFile, reliabilityPage(record));
}

/** The commit, with a mark where the code that is tried differs from it. */
function commitNow(): string {
  const git = (...args: readonly string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  try {
    const isChanged = git('status', '--porcelain', '--', 'packages', 'platforms') !== '';
    return git('rev-parse', '--short=12', 'HEAD') + (isChanged ? '-dirty' : '');
  } catch {
    return 'unknown';
  }
}

function round(minutes: number): number {
  return Math.round(minutes * 10) / 10;
}

function say(text: string): void {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);
}
