import { describe, expect, it } from 'vitest';
import type { CorpusCase, Variant } from './corpus/case.ts';
import { corpus } from './corpus/cases/index.ts';
import { runCase, writesOf } from './corpus/harness.ts';
import { sharedSandbox } from './support/stage.ts';

/**
 * One run of each class of what can be in the way, and two where nothing is: these take a minute. All of them run with
 * `node scripts/corpus.ts`, which writes docs/corpus.md, or here with LIFTLOCK_CORPUS=all.
 */
const selection: Readonly<Record<string, Variant>> = {
  'clean-hooks': 'helm3',
  'clean-lookup': 'helm4',
  'deployment-selector': 'helm4',
  'leftover-of-failed-revision': 'helm4-client-side',
  'pod-security': 'helm3',
  'policy-denies': 'helm3',
  'quota-sum-of-pods': 'helm3',
  'several-foreign-objects': 'helm3',
  'storage-workload-appears': 'helm3',
  'template-failure': 'helm4',
};

function variantsOf({ name, variants = ['helm3'] }: CorpusCase): readonly Variant[] {
  if (process.env['LIFTLOCK_CORPUS'] === 'all') return variants;
  const chosen = selection[name];
  return chosen === undefined ? [] : [chosen];
}

const runs = corpus.flatMap((item) => variantsOf(item).map((variant) => ({ item, variant, title: item.title })));

describe('what the forecast foresees is what happens when helm upgrades in earnest', () => {
  it.concurrent.each(runs)('$title ($variant)', async ({ item, variant }) => {
    const sandbox = sharedSandbox();
    const { result, planner } = await runCase(sandbox, item, variant);
    expect(result).toMatchObject({ missing: [], asStated: true });
    expect(result.verdict).not.toMatch(/did not happen|not foreseen and happened/);
    expect(writesOf(await sandbox.audit(), [planner])).toEqual([]);
  });
});
