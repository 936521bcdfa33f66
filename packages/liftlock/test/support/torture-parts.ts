import { diagnosisCases } from '../diagnosis/case.ts';
import { missesOf, rightOf } from '../diagnosis/page.ts';
import { scoreOf } from '../diagnosis/score.ts';
import { fuzz } from './fuzz.ts';
import { platformScenarios } from './kill-platforms.ts';
import { smallScenarios } from './kill-scenes.ts';
import { raceForLease } from './lease-race.ts';
import { withRaces, type CanaryFigures } from './reliability.ts';
import { searchForCanaries } from './torture-canaries.ts';
import { tortureScenarios } from './torture-kills.ts';
import { keepFailure, type TortureOptions } from './torture-options.ts';
import { openSandbox } from './torture-sandbox.ts';
import { failAtRandom, failForLong, type TroubledRun } from './trouble-schedule.ts';

export type PartName = 'corpus' | 'canaries' | 'fuzz' | 'races' | 'faults' | 'platforms' | 'kills';

/** One kind of torture; it keeps its results as it goes. */
export interface Part {
  readonly name: PartName;
  /** Of the time that there is, in hundredths; what one part leaves goes to those after it. */
  readonly share: number;
  run(options: TortureOptions): Promise<void>;
}

const fuzzCases = 20_000;
/** Rounds in which helm was at work when its liftlock was killed or stopped. */
const raceGoal = 200;
const faultGoal = 500;
const awaySeconds = 60;

/** Results are kept after so many. */
const racesAtOnce = 10;

/** Everything that `npm run torture` does, in order: the longest last. */
export const tortureParts: readonly Part[] = [
  { name: 'corpus', share: 1, run: async (options) => askDiagnosis(options) },
  { name: 'canaries', share: 5, run: tortureWithSecrets },
  { name: 'fuzz', share: 9, run: tortureWithInput },
  { name: 'races', share: 15, run: tortureWithRivals },
  { name: 'faults', share: 15, run: tortureWithFaults },
  { name: 'platforms', share: 20, run: (options) => tortureScenarios('platforms', platformScenarios, options) },
  { name: 'kills', share: 35, run: (options) => tortureScenarios('kills', smallScenarios, options) },
];

/** The labelled failures of docs/diagnosis.md. */
function askDiagnosis({ seed, record, keep, say }: TortureOptions): void {
  const scored = diagnosisCases().map((item) => scoreOf(item));
  const corpus = {
    cases: scored.length,
    right: rightOf(scored),
    destructive: scored.reduce((sum, { wrong }) => sum + wrong.length, 0),
  };
  say(`corpus: ${corpus.right} of ${corpus.cases} right, ${corpus.destructive} remedies that destroy`);
  keep({ ...record(), corpus });
  if (corpus.right / corpus.cases >= 0.95 && corpus.destructive === 0) return;
  const what = missesOf(scored).split('\n');
  keepFailure({ kind: 'corpus', scenario: 'diagnosis', seed, number: 0, what }, { record, keep });
}

/** Every secret of a scenario is looked for in everything that liftlock says, gives and leaves. */
async function tortureWithSecrets({ seed, record, keep, say, isOver }: TortureOptions): Promise<void> {
  if (record().canaries !== undefined || isOver()) return;
  const { figures, wrong } = await searchForCanaries();
  say([`canaries: ${wordsOf(figures)}`, ...wrong].join('\n  '));
  keep({ ...record(), canaries: figures });
  if (wrong.length > 0)
    keepFailure({ kind: 'canaries', scenario: 'canaries', seed, number: 0, what: wrong }, { record, keep });
}

function wordsOf({ secrets, texts, files, found }: CanaryFigures): string {
  return `${secrets} secrets looked for in ${texts} texts and ${files} files, ${found} found`;
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
        { record, keep },
      );
  }
}

/** Two machines at one lease: never two writers. */
async function tortureWithRivals({ seed, workers, record, keep, say, isOver }: TortureOptions): Promise<void> {
  if (record().races.inHelm >= raceGoal || isOver()) return;
  const sandbox = await openSandbox();
  let begun = record().races.rounds;
  const work = async () => {
    while (record().races.inHelm < raceGoal && !isOver()) {
      const own = seed * 10_007 + begun;
      begun += racesAtOnce;
      const ran = await raceForLease({ sandbox, seed: own, rounds: racesAtOnce });
      const { rounds, inHelm, violations, writes, helmWrites, handovers, happenings } = ran;
      say(
        `races, seed ${own}: ${rounds} rounds (${happenings.join(' ')}), ${inHelm} while helm wrote, ${handovers} handovers, ${writes} writes, ${helmWrites} of helm, ${violations.length} by the wrong one`,
      );
      keep({ ...record(), races: withRaces(record().races, ran) });
      if (violations.length > 0)
        keepFailure({ kind: 'races', scenario: 'lease', seed: own, number: 0, what: violations }, { record, keep });
    }
  };
  try {
    await Promise.all(Array.from({ length: workers }, work));
  } finally {
    await sandbox.down();
  }
}

/** Upgrades whose network and API server fail at random; then one whose control plane is away for a minute. */
async function tortureWithFaults({ seed, workers, record, keep, say, isOver }: TortureOptions): Promise<void> {
  const add = (scenario: string, own: number, { faults, story, wrong }: TroubledRun) => {
    say(
      [`${scenario}, seed ${own}: ${faults} faults`, ...(wrong.length === 0 ? [] : [...story, ...wrong])].join('\n  '),
    );
    keep({ ...record(), faults: record().faults + faults });
    const what = [...wrong, ...story];
    if (wrong.length > 0) keepFailure({ kind: 'faults', scenario, seed: own, number: 0, what }, { record, keep });
  };
  if (Object.keys(record().away).length === 0 && !isOver()) {
    const ran = await failForLong(awaySeconds);
    add('control plane away', 0, ran);
    if (ran.wrong.length === 0) keep({ ...record(), away: { etcd: awaySeconds, 'kube-apiserver': awaySeconds } });
  }
  if (record().faults >= faultGoal || isOver()) return;
  const sandbox = await openSandbox();
  let round = record().faults;
  const work = async () => {
    while (record().faults < faultGoal && !isOver()) {
      const own = seed * 10_007 + (round += 1);
      add('faults', own, await failAtRandom(sandbox, own));
    }
  };
  try {
    await Promise.all(Array.from({ length: workers }, work));
  } finally {
    await sandbox.down();
  }
}
