import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { up, type Sandbox } from '@liftlock/sandbox';
import { publishCharts } from '../../../sandbox/worlds/codemie/index.ts';
import { fuzz } from './fuzz.ts';
import { killWords, type KillPoint } from './kill.ts';
import { killPoints } from './kill-points.ts';
import type { KillScenario } from './kill-platform.ts';
import { platformScenarios } from './kill-platforms.ts';
import { runKilled, runUndisturbed, type KilledRun, type Undisturbed } from './kill-run.ts';
import { smallScenarios } from './kill-scenes.ts';
import { raceForLease } from './lease-race.ts';
import { killsOf, noKills, withKilled, type Failure, type Reliability } from './reliability.ts';
import { failAtRandom, failForLong, type TroubledRun } from './trouble-schedule.ts';

export type PartName = 'kills' | 'platforms' | 'races' | 'faults' | 'fuzz';

/** One kind of torture; it keeps its results as it goes. */
export interface Part {
  readonly name: PartName;
  run(): Promise<void>;
}

export interface TortureOptions {
  readonly seed: number;
  readonly goals: { readonly kills: number; readonly platformKills: number };
  /** Only these; all where undefined. */
  readonly scenarios: readonly string[] | undefined;
  /** One case alone, told in full. */
  readonly number: number | undefined;
  readonly say: (text: string) => void;
  /** Whether no new case is to begin. */
  readonly isOver: () => boolean;
  readonly record: () => Reliability;
  readonly keep: (record: Reliability) => void;
}

/** As many as there are cores: a run waits for its pods half of the time. */
const sideBySide = 2;

/** A control plane is used for so many runs: its log and its store grow with each. */
const runsOfOneSandbox = 60;

const fuzzCases = 20_000;
const races = 200;
const faultGoal = 500;

/** Results are kept after so many. */
const racesAtOnce = 10;

/** Everything that `npm run torture` does, in order. */
export function tortureParts(options: TortureOptions): readonly Part[] {
  return [
    { name: 'kills', run: () => tortureScenarios('kills', smallScenarios, options) },
    { name: 'platforms', run: () => tortureScenarios('platforms', platformScenarios, options) },
    { name: 'races', run: () => tortureWithRivals(options) },
    { name: 'faults', run: () => tortureWithFaults(options) },
    { name: 'fuzz', run: () => tortureWithInput(options) },
  ];
}

type Where = 'kills' | 'platforms';

interface Case {
  readonly scenario: KillScenario;
  readonly number: number;
}

async function tortureScenarios(where: Where, all: readonly KillScenario[], options: TortureOptions): Promise<void> {
  const scenarios = all.filter(({ name }) => options.scenarios?.includes(name) ?? true);
  if (scenarios.length === 0) return;
  const next = casesOf(where, scenarios, options);
  const isOver = () => options.isOver() || (options.number === undefined && isEnough(where, scenarios, options));
  while (!isOver()) {
    const sandbox = await openSandbox();
    const undisturbed = new Map<string, Promise<Undisturbed>>();
    let left = runsOfOneSandbox;
    const work = async () => {
      while (!isOver() && left > 0) {
        left -= 1;
        const item = next();
        if (item === undefined) return;
        await oneCase(where, item, { sandbox, undisturbed }, options);
      }
    };
    try {
      await Promise.all(Array.from({ length: options.number === undefined ? sideBySide : 1 }, work));
    } finally {
      await sandbox.down();
    }
    if (options.number !== undefined) return;
  }
}

/** On a platform each scenario has its own goal; small ones reach theirs together. */
function isEnough(where: Where, scenarios: readonly KillScenario[], { goals, record }: TortureOptions): boolean {
  const done = record()[where];
  if (where === 'kills') return killsOf(done) >= goals.kills;
  return scenarios.every(({ name }) => (done[name]?.kills ?? 0) >= goals.platformKills);
}

/** The scenarios in turn, each from the case that it had come to. */
function casesOf(
  where: Where,
  scenarios: readonly KillScenario[],
  { record, number, goals }: TortureOptions,
): () => Case | undefined {
  if (number !== undefined) {
    const queue = scenarios.map((scenario) => ({ scenario, number }));
    return () => queue.shift();
  }
  const numbers = new Map(scenarios.map(({ name }) => [name, record()[where][name]?.runs ?? 0]));
  let turn = 0;
  return () => {
    const open = scenarios.filter(
      ({ name }) => where === 'kills' || (record()[where][name]?.kills ?? 0) < goals.platformKills,
    );
    const scenario = open[(turn += 1) % Math.max(1, open.length)];
    if (scenario === undefined) return undefined;
    const current = numbers.get(scenario.name) ?? 0;
    numbers.set(scenario.name, current + 1);
    return { scenario, number: current };
  };
}

interface Place {
  readonly sandbox: Sandbox;
  /** By scenario: made once a control plane. */
  readonly undisturbed: Map<string, Promise<Undisturbed>>;
}

async function oneCase(
  where: Where,
  { scenario, number }: Case,
  { sandbox, undisturbed }: Place,
  options: TortureOptions,
): Promise<void> {
  const began = performance.now();
  const { say, seed } = options;
  try {
    const known = undisturbed.get(scenario.name) ?? runUndisturbed(sandbox, scenario);
    undisturbed.set(scenario.name, known);
    const points = killPoints(seed, number, await known, scenario.helms);
    const ran = await runKilled(sandbox, scenario, await known, points);
    const seconds = Math.round((performance.now() - began) / 1000);
    const told = [
      `${scenario.name} ${number}: ${points.map(killWords).join(', then ')}; ${ran.fell.length} fell, ${seconds} s`,
      ...(ran.wrong.length === 0 && options.number === undefined
        ? []
        : [...ran.story, ...ran.wrong.map((line) => `! ${line}`)]),
    ];
    say(told.join('\n  '));
    keepKilled(where, { scenario, number }, ran, options);
  } catch (error) {
    undisturbed.delete(scenario.name);
    const what = `not run: ${String(error).slice(0, 2000)}`;
    say(`${scenario.name} ${number}: ${what}`);
    keepFailure({ kind: where, scenario: scenario.name, seed, number, what: [what] }, options);
  }
}

function keepKilled(where: Where, { scenario, number }: Case, ran: KilledRun, options: TortureOptions): void {
  const record = options.record();
  const killed = withKilled(record[where][scenario.name] ?? noKills, ran.fell.map(kindOf));
  options.keep({ ...record, [where]: { ...record[where], [scenario.name]: killed } });
  if (ran.wrong.length === 0) return;
  const what = [...ran.wrong, ...ran.story].map((line) => line.slice(0, 1000));
  keepFailure({ kind: where, scenario: scenario.name, seed: options.seed, number, what }, options);
}

function keepFailure(failure: Failure, { record, keep }: Pick<TortureOptions, 'record' | 'keep'>): void {
  keep({ ...record(), failures: [...record().failures, failure] });
}

/** A kind of blow, as the page counts them. */
function kindOf(point: KillPoint): string {
  switch (point.where) {
    case 'entry':
      return `${point.blow} ${point.side} an entry`;
    case 'helm':
      return `SIGKILL of ${point.whom} while helm works`;
    case 'write':
      return `SIGKILL with a write ${point.side === 'before' ? 'not sent' : point.side}`;
    case 'time':
      return `${point.blow} at any time`;
    case 'nowhere':
      return 'none';
  }
}

async function openSandbox(): Promise<Sandbox> {
  const sandbox = await up({
    registry: { auth: 'token' },
    nodes: { count: 6, capacity: { cpu: '64', memory: '256Gi', pods: '1000' } },
  });
  const folder = await mkdtemp(join(tmpdir(), 'liftlock-charts-'));
  try {
    const { registry, bin } = sandbox;
    await publishCharts({ helm: bin.helm3, registry, versions: ['2.2.4', '2.2.5'], folder });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return sandbox;
}

/** Upgrades whose network and API server fail at random; then one whose control plane is away for a minute. */
async function tortureWithFaults({ seed, record, keep, say, isOver }: TortureOptions): Promise<void> {
  const add = (scenario: string, own: number, { faults, story, wrong }: TroubledRun) => {
    say(
      [`${scenario}, seed ${own}: ${faults} faults`, ...(wrong.length === 0 ? [] : [...story, ...wrong])].join('\n  '),
    );
    keep({ ...record(), faults: record().faults + faults });
    const what = [...wrong, ...story];
    if (wrong.length > 0) keepFailure({ kind: 'faults', scenario, seed: own, number: 0, what }, { record, keep });
  };
  if (record().faults >= faultGoal || isOver()) return;
  const sandbox = await openSandbox();
  try {
    for (let round = 0; record().faults < faultGoal && !isOver(); round += 1) {
      const own = seed * 10_007 + record().faults + round;
      add('faults', own, await failAtRandom(sandbox, own));
    }
  } finally {
    await sandbox.down();
  }
  if (!isOver()) add('control plane away', 0, await failForLong(60));
}

/** Two machines at one lease: never two writers. */
async function tortureWithRivals({ seed, record, keep, say, isOver }: TortureOptions): Promise<void> {
  if (record().races >= races || isOver()) return;
  const sandbox = await openSandbox();
  try {
    while (record().races < races && !isOver()) {
      const own = seed * 10_007 + record().races;
      const ran = await raceForLease({ sandbox, seed: own, rounds: racesAtOnce });
      const { rounds, violations, writes, helmWrites, handovers, happenings } = ran;
      say(
        `races, seed ${own}: ${rounds} rounds (${happenings.join(', ')}), ${handovers} handovers, ${writes} writes, ${helmWrites} of helm, ${violations.length} by the wrong one`,
      );
      keep({ ...record(), races: record().races + rounds });
      if (violations.length > 0)
        keepFailure({ kind: 'races', scenario: 'lease', seed: own, number: 0, what: violations }, { record, keep });
    }
  } finally {
    await sandbox.down();
  }
}

async function tortureWithInput({ seed, record, keep, say, isOver }: TortureOptions): Promise<void> {
  for (let round = 0; record().fuzz < fuzzCases && !isOver(); round += 1) {
    const own = seed + record().fuzz;
    const { cases, failures } = await fuzz(own, 1000);
    say(`fuzz, seed ${own}: ${cases} inputs, ${failures.length} failures`);
    keep({ ...record(), fuzz: record().fuzz + cases });
    for (const { target, seed: found, error, input } of failures)
      keepFailure(
        { kind: 'fuzz', scenario: target, seed: found, number: round, what: [error, input] },
        {
          record,
          keep,
        },
      );
  }
}
