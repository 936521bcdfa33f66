import * as fc from 'fast-check';
import { archiveBombs, archives, kubeconfigs } from './fuzz/archives.ts';
import { challenges, registryAnswers } from './fuzz/answers.ts';
import { definitions, sites, valuesFiles } from './fuzz/definitions.ts';
import { helmOutput, manifests, recordBombs, releaseRecords } from './fuzz/records.ts';
import type { Target } from './fuzz/target.ts';

/** What a fuzz run found wrong with one target: enough to play it again. */
export interface FuzzFailure {
  readonly target: string;
  readonly seed: number;
  /** fast-check's own path to the smallest input. */
  readonly path: string;
  readonly input: string;
  readonly error: string;
}

export interface FuzzResult {
  readonly cases: number;
  readonly failures: readonly FuzzFailure[];
}

const targets: readonly Target[] = [
  definitions,
  sites,
  valuesFiles,
  releaseRecords,
  recordBombs,
  helmOutput,
  manifests,
  registryAnswers,
  challenges,
  archives,
  archiveBombs,
  kubeconfigs,
];

/** The kinds of input that are tried. */
export const fuzzTargets: readonly string[] = targets.map(({ name }) => name);

/**
 * Feeds inputs from strangers to everything that reads them, and sees that each is read or refused by a Problem: no other
 * error, nothing written outside, no endless work. The same seed and number give the same inputs.
 *
 * @param cases in all, shared out evenly; of what is costly there is one
 * @param names only these targets
 */
export async function fuzz(seed: number, cases: number, names: readonly string[] = fuzzTargets): Promise<FuzzResult> {
  const wanted = targets.filter(({ name }) => names.includes(name));
  const failures: FuzzFailure[] = [];
  let run = 0;
  const costly = wanted.filter(({ isCostly }) => isCostly).length;
  const share = Math.max(1, Math.ceil((cases - costly) / Math.max(1, wanted.length - costly)));
  for (const { name, isCostly, check } of wanted) {
    const numRuns = isCostly ? 1 : share;
    const result = await check(seed, numRuns);
    run += result.numRuns;
    if (!result.failed) continue;
    failures.push({
      target: name,
      seed,
      path: result.counterexamplePath ?? '',
      input: fc.stringify(result.counterexample).slice(0, 2000),
      error:
        result.errorInstance instanceof Error
          ? (result.errorInstance.stack ?? '').slice(0, 2000)
          : String(result.errorInstance),
    });
  }
  return { cases: run, failures };
}
