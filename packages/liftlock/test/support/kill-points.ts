import { seeded, type Blow, type KillPoint } from './kill.ts';
import type { Undisturbed } from './kill-run.ts';

const sides = ['before', 'within', 'after'] as const;

/** A kill that nothing can answer is the most frequent. */
const blows: readonly Blow[] = ['SIGKILL', 'SIGKILL', 'SIGKILL', 'out-of-memory', 'SIGTERM', 'SIGINT', 'SIGINT-twice'];

/**
 * Where the processes of one case are killed, the first one first; the same for the same seed and number. Consecutive
 * numbers go over every entry of the journal, on every side of it, and over every write; every fourth case strikes while
 * helm is at work, every tenth at any time at all. What resumes is killed in turn, in two cases of five, and what resumes that in one of five.
 */
export function killPoints(seed: number, number: number, run: Undisturbed, helms: number): readonly KillPoint[] {
  const random = seeded(seed * 7919 + number);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const atTime = (): KillPoint => ({
    where: 'time',
    afterMs: Math.floor(random() * run.seconds * 1000),
    blow: pick(blows),
  });
  const inHelm = (): KillPoint => ({
    where: 'helm',
    helm: 1 + Math.floor(random() * helms),
    afterMs: Math.floor(random() * 1500),
    whom: pick(['liftlock', 'liftlock', 'both', 'helm'] as const),
  });
  const atEntry = (entry: number, side = pick(sides)): KillPoint => ({
    where: 'entry',
    entry,
    side,
    blow: pick(blows),
  });
  const atWrite = (write: number): KillPoint => ({
    where: 'write',
    write,
    side: pick(['before', 'on its way', 'on its way', 'answered'] as const),
  });
  const order = shuffled(run.entries, seed);
  const writes = shuffled(run.writes, seed);
  const first = () => {
    if (run.entries === 0 && run.writes > 0 && number % 3 !== 0) return atWrite(writes[number % writes.length] ?? 1);
    if (number % 10 === 9 || run.entries === 0) return atTime();
    if (number % 4 === 2 && helms > 0) return inHelm();
    if (number % 4 === 3 && run.writes > 0) return atWrite(writes[number % writes.length] ?? 1);
    return atEntry(
      order[number % order.length] ?? 1,
      sides[(number + Math.floor(number / order.length)) % sides.length],
    );
  };
  const next = () => {
    if (run.entries === 0 || random() < 0.1) return atTime();
    if (random() < 0.25 && helms > 0) return inHelm();
    // What resumes has less to do.
    if (random() < 0.4 && run.writes > 0) return atWrite(1 + Math.floor((random() * run.writes) / 2));
    return atEntry(1 + Math.floor((random() * run.entries) / 2));
  };
  const points = [first()];
  if (random() < 0.4) points.push(next());
  if (points.length === 2 && random() < 0.5) points.push(next());
  return points;
}

/** The numbers from 1 to `count`, in an order of the seed's. */
function shuffled(count: number, seed: number): readonly number[] {
  const random = seeded(seed);
  return Array.from({ length: count }, (_item, index) => ({ number: index + 1, key: random() }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ number }) => number);
}
