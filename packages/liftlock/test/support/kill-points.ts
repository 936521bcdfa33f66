import { createHash } from 'node:crypto';
import { seeded, type Blow, type KillPoint } from './kill.ts';
import type { Boundary } from './reliability.ts';

/** What is known of a scenario before it is killed. */
export interface Ground {
  readonly scenario: string;
  /** Names of the entries of an undisturbed run's journal, in order. */
  readonly journal: readonly string[];
  /** Requests of an undisturbed run that changed something. */
  readonly writes: number;
  readonly seconds: number;
  /** Helm steps of the run. */
  readonly helms: number;
}

/** A kill that nothing can answer is the most frequent. */
const blows: readonly Blow[] = ['SIGKILL', 'SIGKILL', 'SIGKILL', 'out-of-memory', 'SIGTERM', 'SIGINT', 'SIGINT-twice'];

/** So many processes of one run are killed one after the other, each further on. */
const inARow = 3;

/**
 * Cases from number 0 on that together go over every boundary: first three a run, then each alone, for what resumed may have come
 * another way. Every third case is not among them.
 */
export function boundaryCases(entries: number): number {
  const all = 2 * entries;
  return Math.ceil((3 * (Math.ceil(all / inARow) + all)) / 2);
}

/**
 * The boundaries that a case is for, in the order of the journal; empty for every third, and for those past all boundaries.
 * The same for the same seed and number.
 */
export function boundariesFor(seed: number, number: number, ground: Ground): readonly Boundary[] {
  if (number % 3 === 2) return [];
  const all = shuffled(boundariesOf(ground.journal.length), seededBy(seed, ground.scenario));
  const turn = Math.floor(number / 3) * 2 + (number % 3);
  const runs = Math.ceil(all.length / inARow);
  if (turn >= runs) return all.slice(turn - runs, turn - runs + 1);
  return all.slice(turn * inARow, (turn + 1) * inARow).toSorted((a, b) => rankOf(a) - rankOf(b));
}

/**
 * Where the processes of one case are killed, the first one first; the same for the same seed and number. Two of three cases
 * are for boundaries of the journal until all were met; the others strike at any write, while helm is at work, or at any time at all.
 * What resumes is killed in turn.
 */
export function killPoints(seed: number, number: number, ground: Ground): readonly KillPoint[] {
  const random = seededBy(seed, ground.scenario, number);
  const boundaries = boundariesFor(seed, number, ground);
  if (boundaries.length === 0) return anywhere(number, ground, random);
  return boundaries.map((boundary, index) => atBoundary(boundary, boundaries[index - 1], ground, random));
}

/** What was not written because of the blow before is written anew, up to this entry. */
function atBoundary(
  { entry, side }: Boundary,
  before: Boundary | undefined,
  { journal }: Ground,
  random: () => number,
): KillPoint {
  const name = journal[entry - 1] ?? '';
  const written = before === undefined ? 0 : before.side === 'before' ? before.entry - 1 : before.entry;
  return {
    where: 'entry',
    entry: Math.max(1, journal.slice(written, entry).filter((other) => other === name).length),
    of: name,
    position: entry,
    // What is not committed is not written.
    side: side === 'before' && random() < 0.5 ? 'within' : side,
    blow: pick(blows, random),
  };
}

function anywhere(number: number, { journal, writes, seconds, helms }: Ground, random: () => number): KillPoint[] {
  const atTime = (): KillPoint => ({
    where: 'time',
    afterMs: Math.floor(random() * seconds * 1000),
    blow: pick(blows, random),
  });
  const inHelm = (): KillPoint => ({
    where: 'helm',
    helm: 1 + Math.floor(random() * helms),
    afterMs: Math.floor(random() * 1500),
    whom: pick(['liftlock', 'liftlock', 'both', 'helm'] as const, random),
  });
  const atWrite = (most: number): KillPoint => ({
    where: 'write',
    write: 1 + Math.floor(random() * most),
    side: pick(['before', 'on its way', 'on its way', 'answered'] as const, random),
  });
  const first = () => {
    const turn = Math.floor(number / 3) % 4;
    if (turn === 3) return atTime();
    if (turn === 1 && helms > 0) return inHelm();
    return writes > 0 ? atWrite(writes) : atTime();
  };
  const next = () => {
    if (journal.length === 0 || random() < 0.2) return atTime();
    // What resumes has less to do.
    return random() < 0.5 && helms > 0 ? inHelm() : atWrite(Math.ceil(writes / 2));
  };
  const points = [first()];
  while (points.length < inARow && random() < 0.5) points.push(next());
  return points;
}

function boundariesOf(entries: number): readonly Boundary[] {
  return Array.from({ length: entries }, (_item, index) => index + 1).flatMap((entry) => [
    { entry, side: 'before' as const },
    { entry, side: 'after' as const },
  ]);
}

function rankOf({ entry, side }: Boundary): number {
  return 2 * entry + (side === 'after' ? 1 : 0);
}

function pick<T>(list: readonly T[], random: () => number): T {
  return list[Math.floor(random() * list.length)] as T;
}

function shuffled<T>(list: readonly T[], random: () => number): readonly T[] {
  return list
    .map((item) => ({ item, key: random() }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

/** Numbers of one case of one scenario. */
function seededBy(seed: number, scenario: string, number = -1): () => number {
  const digest = createHash('sha256').update(`${seed} ${scenario} ${number}`).digest();
  return seeded(digest.readUInt32BE());
}
