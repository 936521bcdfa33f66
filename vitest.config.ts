import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    retry: 0,
    teardownTimeout: 60_000,
    // A test that asserts nothing proves nothing.
    expect: { requireAssertions: true },
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'packages/*/src/**/*.test.ts',
            'packages/*/worlds/**/*.test.ts',
            'platforms/**/*.test.ts',
            'scripts/**/*.test.ts',
            'bench/**/*.test.ts',
          ],
          testTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'sandbox',
          include: ['packages/*/test/**/*.test.ts'],
          // At most two control planes stand at once on two cores.
          maxWorkers: 2,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          // One control plane for all tests that can share it.
          globalSetup: ['packages/liftlock/test/support/global-setup.ts'],
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
