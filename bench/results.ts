import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, loadavg, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Finding, Measured } from './measure.ts';

/** One benchmark as it is kept: what was found, of which source, on what kind of machine. */
export interface Kept extends Finding {
  readonly commit: string;
  /** True when the source differed from the commit. */
  readonly changed: boolean;
  /** ISO 8601. */
  readonly date: string;
  readonly machine: Machine;
  readonly node: string;
}

/** A machine as far as it matters; nothing by which it could be found. */
export interface Machine {
  readonly cores: number;
  readonly memoryGiB: number;
  /** Load average of the last minute when the benchmark began, its own set-up included. */
  readonly loadAtStart: number;
}

export type Results = Readonly<Record<string, Kept>>;

const file = fileURLToPath(new URL('results.json', import.meta.url));
const root = fileURLToPath(new URL('..', import.meta.url));

/** What is true of this run whatever is measured. */
export function circumstances(): Omit<Kept, keyof Finding> {
  const git = (...args: readonly string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  return {
    commit: git('rev-parse', '--short=12', 'HEAD'),
    changed: git('status', '--porcelain') !== '',
    date: new Date().toISOString(),
    machine: {
      cores: availableParallelism(),
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      loadAtStart: Math.round((loadavg()[0] ?? 0) * 10) / 10,
    },
    node: process.version,
  };
}

/** Keeps new results beside those of benchmarks that were not run this time. */
export async function keepResults(fresh: Results): Promise<void> {
  const old = JSON.parse(await readFile(file, 'utf8').catch(() => '{}')) as Results;
  await writeFile(file, `${JSON.stringify({ ...old, ...fresh }, null, 2)}\n`);
  try {
    // The repository's formatter has its own idea of lists of numbers.
    execFileSync(process.execPath, ['node_modules/oxfmt/bin/oxfmt', file], { cwd: root, stdio: 'ignore' });
  } catch {
    // Numbers in another layout are better than none.
  }
}

/** A table in Markdown, one row a number. */
export function renderResults(results: Results): string {
  const rows = Object.entries(results).flatMap(([name, kept]) =>
    kept.rows.map((row) => [name, row.what, ...cells(row)]),
  );
  const notes = Object.entries(results).flatMap(([name, kept]) => kept.notes.map((note) => `- ${name}: ${note}`));
  return `${[
    '| benchmark | what | median | range | runs | goal |',
    '|---|---|---:|---:|---:|---|',
    ...rows.map((row) => `| ${row.join(' | ')} |`),
    '',
    ...notes,
  ].join('\n')}\n`;
}

function cells(row: Measured): readonly string[] {
  const { unit, samples, goal } = row;
  const isSingle = samples.length === 1;
  return [
    format(row.median, unit),
    isSingle ? '' : `${format(row.smallest, unit)} to ${format(row.largest, unit)}`,
    unit === 'x' ? '' : String(samples.length),
    goal === undefined ? '' : `≤ ${format(goal, unit)}: ${row.median <= goal ? 'met' : 'missed'}`,
  ];
}

function format(value: number, unit: Measured['unit']): string {
  if (unit === 'ms') return `${Math.round(value)} ms`;
  if (unit === 's') return `${value.toFixed(value < 10 ? 2 : 1)} s`;
  return `${value.toFixed(value < 2 ? 3 : 1)} x`;
}
