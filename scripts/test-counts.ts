/** How many tests ended how. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** What is read of a test file after its run; vitest's `TestModule` has it. */
export interface CountedModule {
  ok(): boolean;
  readonly children: { allTests(): Iterable<{ result(): { readonly state: string } }> };
}

/**
 * Counts tests by their end. A file that failed without a failing test, because it could not be loaded or its hooks
 * threw, counts as one failure, and so does an error outside of any test.
 */
export function countTests(modules: readonly CountedModule[], unhandledErrors: number): Counts {
  const counts = { passed: 0, failed: unhandledErrors, skipped: 0 };
  for (const module of modules) {
    let failedHere = 0;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === 'passed') counts.passed += 1;
      else if (state === 'skipped') counts.skipped += 1;
      // `pending` as well: a test that never ended is no success.
      else failedHere += 1;
    }
    counts.failed += failedHere === 0 && !module.ok() ? 1 : failedHere;
  }
  return counts;
}

export function formatCounts(counts: Counts): string {
  return `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`;
}

/** Green: something ran and nothing failed. */
export function isGreen(counts: Counts): boolean {
  return counts.failed === 0 && counts.passed > 0;
}
