import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { up } from '@liftlock/sandbox';
import { publishCharts } from '../../../sandbox/worlds/codemie/index.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Name of the control plane that tests share. */
    sandbox: string;
  }
}

/** One control plane for all tests that can share one; it ends with the test run, also when that is killed. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const sandbox = await up({
    registry: { auth: 'token' },
    nodes: { count: 6, capacity: { cpu: '64', memory: '256Gi', pods: '1000' } },
  });
  const folder = await mkdtemp(join(tmpdir(), 'liftlock-charts-'));
  await publishCharts({
    helm: sandbox.bin.helm3,
    registry: sandbox.registry,
    versions: ['2.2.4', '2.2.5', '2.2.6'],
    folder,
  });
  project.provide('sandbox', sandbox.name);
  return async () => {
    await sandbox.down();
    await rm(folder, { recursive: true, force: true });
  };
}
