import * as fc from 'fast-check';
import { isProblem } from '../../../src/model/problem.ts';
import { renderProblem } from '../../../src/render/problem.ts';

/** One kind of input, with what must hold for whatever comes. */
export interface Target {
  readonly name: string;
  /** One case each time is enough: all are alike, and each costs seconds. */
  readonly isCostly: boolean;
  check(seed: number, cases: number): Promise<Omit<fc.RunDetails<unknown>, 'runConfiguration'>>;
}

/** No input takes more work than this, far above what any takes; other programs of a busy computer do not count. */
const longestMs = 2_000;

/** Nor does one wait without end. */
const longestWaitMs = 60_000;

/** @param holds throws where what must hold does not */
export function target<T>(name: string, inputs: fc.Arbitrary<T>, holds: (input: T) => Promise<void>): Target {
  return { name, isCostly: false, check: checking(inputs, holds, longestMs) };
}

/** What takes seconds to make, and some to refuse. */
export function costlyTarget<T>(name: string, input: T, holds: (input: T) => Promise<void>): Target {
  return { name, isCostly: true, check: checking(fc.constant(input), holds, 5 * longestMs) };
}

function checking<T>(inputs: fc.Arbitrary<T>, holds: (input: T) => Promise<void>, withinMs: number): Target['check'] {
  const inTime = async (input: T) => {
    const before = process.cpuUsage();
    await holds(input);
    const { user, system } = process.cpuUsage(before);
    const took = (user + system) / 1000;
    if (took > withinMs) throw new Error(`it took ${Math.round(took)} ms of work, more than ${withinMs}`);
  };
  return async (seed, numRuns) => fc.check(fc.asyncProperty(inputs, inTime), { seed, numRuns, timeout: longestWaitMs });
}

/** What is read, or undefined where it is refused as it should be: by a Problem that can be shown. Else the error goes on. */
export function mayRefuse<T>(read: () => T): T | undefined {
  try {
    return notPolluted(read());
  } catch (error) {
    return refusalOf(error);
  }
}

/** The same for what is read in steps. */
export async function mayRefuseLater<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return notPolluted(await read());
  } catch (error) {
    return refusalOf(error);
  }
}

function refusalOf(error: unknown): undefined {
  if (!isProblem(error)) throw error;
  expectTame(renderProblem(error, { width: 80, color: false }));
  if (error.advice.length === 0 && error.at === undefined)
    throw new Error(`${error.code} says neither where nor what to do: ${error.message}`);
  notPolluted(undefined);
  return undefined;
}

function notPolluted<T>(value: T): T {
  if ('polluted' in {}) throw new Error('Object.prototype was written to');
  return value;
}

// oxlint-disable-next-line no-control-regex
const untame = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/;

/** Nothing in a text for people steers a terminal or turns the direction of reading. */
export function expectTame(text: string): void {
  const found = untame.exec(text);
  if (found === null) return;
  const code = found[0].codePointAt(0) ?? 0;
  throw new Error(
    `U+${code.toString(16).toUpperCase()} in what people read: ${JSON.stringify(text.slice(Math.max(0, found.index - 60), found.index + 60))}`,
  );
}
