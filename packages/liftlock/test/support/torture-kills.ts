import type { Sandbox } from '@liftlock/sandbox';
import { killWords, type KillPoint } from './kill.ts';
import type { KillScenario } from './kill-platform.ts';
import { boundariesFor, boundaryCases, killPoints, type Ground } from './kill-points.ts';
import { runKilled, runUndisturbed, type KilledRun, type Undisturbed } from './kill-run.ts';
import { boundariesOf, isMet, killsOf, noKills, withKilled, type Killed } from './reliability.ts';
import { keepFailure, type TortureOptions } from './torture-options.ts';
import { openSandbox } from './torture-sandbox.ts';

/** On small platforms, or on those that ship with liftlock. */
export type Where = 'kills' | 'platforms';

/** A control plane is used for so many runs: its log and its store grow with each. */
const runsOfOneSandbox = 60;

interface Case {
  readonly scenario: KillScenario;
  readonly number: number;
}

/** Kills runs of these scenarios, several side by side, until the goals are reached. */
export async function tortureScenarios(
  where: Where,
  all: readonly KillScenario[],
  options: TortureOptions,
): Promise<void> {
  const scenarios = all.filter(({ name }) => options.scenarios?.includes(name) ?? true);
  if (scenarios.length === 0) return;
  const next = casesOf(where, scenarios, options);
  const queue = { isEmpty: false };
  while (!queue.isEmpty && !options.isOver()) {
    const sandbox = await openSandbox();
    const undisturbed = new Map<string, Promise<Undisturbed>>();
    let left = runsOfOneSandbox;
    const work = async () => {
      while (!queue.isEmpty && !options.isOver() && left > 0) {
        left -= 1;
        const item = next();
        queue.isEmpty ||= item === undefined;
        if (item !== undefined) await oneCase(where, item, { sandbox, undisturbed }, options);
      }
    };
    try {
      await Promise.all(Array.from({ length: options.number === undefined ? options.workers : 1 }, work));
    } finally {
      await sandbox.down();
    }
  }
}

/** The case that is to come next, from where each scenario had come to; undefined when nothing is left to do. */
function casesOf(where: Where, scenarios: readonly KillScenario[], options: TortureOptions): () => Case | undefined {
  const { record, number, goals } = options;
  if (number !== undefined) {
    const queue = scenarios.map((scenario) => ({ scenario, number }));
    return () => queue.shift();
  }
  const killedOf = ({ name }: KillScenario) => record()[where][name] ?? noKills;
  const numbers = new Map(scenarios.map((scenario) => [scenario, killedOf(scenario).next]));
  const isOpen = (scenario: KillScenario) => {
    if (where === 'platforms') return killedOf(scenario).kills < goals.platformKills;
    if (killsOf(record().kills) < goals.kills) return true;
    return goals.everyBoundary && hasBoundaries(killedOf(scenario), numbers.get(scenario) ?? 0);
  };
  return () => {
    const open = scenarios.filter(isOpen);
    const [scenario] = open.toSorted(
      (a, b) => shareOf(numbers.get(a), killedOf(a)) - shareOf(numbers.get(b), killedOf(b)),
    );
    if (scenario === undefined) return undefined;
    const current = numbers.get(scenario) ?? 0;
    numbers.set(scenario, current + 1);
    return { scenario, number: current };
  };
}

/** Whether a scenario has boundaries that were not met, and cases that are for them. */
function hasBoundaries(killed: Killed, number: number): boolean {
  const { met, all } = boundariesOf(killed);
  return met < all && number < boundaryCases(all / 2);
}

/** Scenarios go on side by side, those with long journals faster. */
function shareOf(number = 0, killed: Killed): number {
  return number / (20 + boundariesOf(killed).all);
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
    const running = undisturbed.get(scenario.name) ?? runUndisturbed(sandbox, scenario);
    undisturbed.set(scenario.name, running);
    const known = await running;
    if (options.number === undefined && isDone(where, number, known, options)) return;
    const points = killPoints(seed, number, known);
    const ran = await runKilled(sandbox, scenario, known, points);
    const seconds = Math.round((performance.now() - began) / 1000);
    const told = [
      `${scenario.name} ${number}: ${points.map(killWords).join(', then ')}; ${ran.fell.length} fell, ${seconds} s`,
      ...(ran.wrong.length === 0 && options.number === undefined
        ? []
        : [...ran.story, ...ran.wrong.map((line) => `! ${line}`)]),
    ];
    say(told.join('\n  '));
    keepKilled(where, { scenario, number }, { known, ran }, options);
  } catch (error) {
    undisturbed.delete(scenario.name);
    const what = `not run: ${String(error).slice(0, 2000)}`;
    say(`${scenario.name} ${number}: ${what}`);
    keepFailure({ kind: where, scenario: scenario.name, seed, number, what: [what] }, options);
  }
}

/** Whether all boundaries that the case is for were met by others. */
function isDone(where: Where, number: number, ground: Ground, { seed, record }: TortureOptions): boolean {
  const killed = record()[where][ground.scenario] ?? noKills;
  const boundaries = boundariesFor(seed, number, ground);
  return boundaries.length > 0 && boundaries.every((boundary) => isMet(killed, boundary));
}

function keepKilled(
  where: Where,
  { scenario, number }: Case,
  { known, ran }: { readonly known: Undisturbed; readonly ran: KilledRun },
  options: TortureOptions,
): void {
  const record = options.record();
  const killed = withKilled(record[where][scenario.name] ?? noKills, {
    number,
    by: ran.fell.map(kindOf),
    met: ran.fell.flatMap((point) =>
      point.where === 'entry' && point.position !== undefined
        ? [{ entry: point.position, side: point.side === 'after' ? ('after' as const) : ('before' as const) }]
        : [],
    ),
    entries: known.journal.length,
    seconds: known.seconds,
  });
  options.keep({ ...record, [where]: { ...record[where], [scenario.name]: killed } });
  if (ran.wrong.length === 0) return;
  const what = [...ran.wrong, ...ran.story].map((line) => line.slice(0, 1000));
  keepFailure({ kind: where, scenario: scenario.name, seed: options.seed, number, what }, options);
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
