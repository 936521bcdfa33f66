import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { up, type Pod, type Sandbox } from '@liftlock/sandbox';
import { publishCharts } from '../../sandbox/worlds/codemie/index.ts';
import { apply, planOf, troubles, unwrapped, withSite } from './support/refusals.ts';
import { openScene, sharedSandbox, type Scene } from './support/stage.ts';

// All five ask for 10.6 cores; the API's third pod, beside its two old ones, for 4 more.
const enough = '16';
const tooFew = '12';

/** Nodes of one size are everybody's: this platform has a cluster of its own. */
let sandbox: Sandbox;
let folder: string;
let scene: Scene;

beforeAll(async () => {
  sandbox = await up({ registry: { auth: 'token' }, nodes: { count: 1, capacity: { cpu: enough } } });
  folder = await mkdtemp(join(tmpdir(), 'liftlock-charts-'));
  await publishCharts({ helm: sandbox.bin.helm3, registry: sandbox.registry, versions: ['2.2.5'], folder });
  scene = await openScene({ sandbox, timeScale: 0.02 });
});
afterAll(async () => {
  await scene.close();
  await sandbox.down();
  await rm(folder, { recursive: true, force: true });
});

function onFixedNodes<T>(fixedNodes: boolean, look: () => Promise<T>): Promise<T> {
  return withSite(scene, (site) => void (site['fixedNodes'] = fixedNodes), look);
}

it('C10: room for the new pods beside the old ones passes', async () => {
  const made = await onFixedNodes(true, () => planOf(scene));
  expect([made.code, troubles(made)]).toEqual([0, []]);
});

it('C10: too little room blocks where nodes are fixed, and warns where more may come', async () => {
  await sandbox.nodes.setCapacity({ cpu: tooFew });
  const fixed = await onFixedNodes(true, () => planOf(scene));
  expect([fixed.code, troubles(fixed)]).toEqual([3, ['blocker CAPACITY_SHORT api']]);
  expect(fixed.forecast.findings[0]?.message).toMatch(
    /No node has room for 1 new pod of Deployment codemie-api \(4000m CPU/,
  );
  const refused = await onFixedNodes(true, () => apply(scene));
  expect([refused.code, await scene.writes()]).toEqual([3, []]);
  const elastic = await onFixedNodes(false, () => planOf(scene));
  expect([elastic.code, troubles(elastic)]).toEqual([0, ['warning CAPACITY_SHORT api']]);
});

it('C10: the scheduler agrees: allowed all the same, the new pod stays Pending, and that is named', async () => {
  await sandbox.nodes.setCapacity({ cpu: tooFew });
  const outcome = await onFixedNodes(true, () => apply(scene, '--only', 'api', '--allow', 'capacity:api'));
  expect(outcome).toMatchObject({ code: 5 });
  expect(unwrapped(outcome.stderr)).toMatch(/Insufficient cpu/);
  const pods = await sandbox.api.list<Pod>(`/api/v1/namespaces/${scene.namespace}/pods`);
  const waiting = pods.items.filter((pod) => pod.status?.phase === 'Pending');
  expect(waiting.map((pod) => pod.metadata.name)).toEqual([expect.stringMatching(/^codemie-api-/)]);
  expect(waiting[0]?.status?.conditions).toContainEqual(
    expect.objectContaining({ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }),
  );
});

it('O20: a site that was used with one cluster is not upgraded in another', async () => {
  const other = sharedSandbox();
  const outcome = await apply(scene, '--kubeconfig', other.kubeconfig);
  const text = unwrapped(outcome.stderr);
  expect(text).toMatch(
    /✗ 1 blocker\b.*is a cluster with the UID \S+; the site was used with \S+ before\. WRONG_CLUSTER/,
  );
  expect(outcome.code).toBe(3);
  const asked = (await other.audit()).filter((entry) => entry.namespace === scene.namespace);
  expect(asked.filter((entry) => !['get', 'list'].includes(entry.verb))).toEqual([]);
});
