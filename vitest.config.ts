import { defineConfig } from 'vitest/config';

/** Tests that bring up a control plane of their own, for what they do to it. */
const ownControlPlane = [
  ...['cluster', 'demo-context', 'failing-control-plane', 'gitops', 'lease'].map(
    (name) => `packages/liftlock/test/${name}.test.ts`,
  ),
  'packages/sandbox/test/**/*.test.ts',
];

const sandboxTimeouts = { testTimeout: 180_000, hookTimeout: 180_000 };

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
          exclude: ownControlPlane,
          // More than there are cores: most of the time they wait for pods, timeouts and graces.
          maxWorkers: 3,
          ...sandboxTimeouts,
          // One control plane for all tests that can share it.
          globalSetup: ['packages/liftlock/test/support/global-setup.ts'],
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'own-sandbox',
          include: ownControlPlane,
          // With the shared one at most three control planes stand at once on two cores, and that one is idle by then.
          maxWorkers: 2,
          ...sandboxTimeouts,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
