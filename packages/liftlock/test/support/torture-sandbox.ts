import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { up, type Sandbox } from '@liftlock/sandbox';
import { publishCharts } from '../../../sandbox/worlds/codemie/index.ts';

/** A control plane with room for many platforms, and the charts of the stand-in platform in its registry. */
export async function openSandbox(): Promise<Sandbox> {
  const sandbox = await up({
    registry: { auth: 'token' },
    nodes: { count: 6, capacity: { cpu: '64', memory: '256Gi', pods: '1000' } },
  });
  const folder = await mkdtemp(join(tmpdir(), 'liftlock-charts-'));
  try {
    const { registry, bin } = sandbox;
    await publishCharts({ helm: bin.helm3, registry, versions: ['2.2.4', '2.2.5'], folder });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return sandbox;
}
