import { randomBytes } from 'node:crypto';
import { afterEach, expect, it, vi } from 'vitest';
import { deploymentOf, messageOf, openForetelling, troublesOf, type Foretelling } from './support/foresee.ts';

const open: Foretelling[] = [];
async function foretelling(): Promise<Foretelling> {
  const made = await openForetelling();
  open.push(made);
  return made;
}
afterEach(async () => {
  for (const item of open.splice(0)) await item.close();
});

const selector = { matchLabels: { app: 'db' } };
function stateful(image: string, spec: object = {}): object {
  const containers = [{ name: 'main', image }];
  const template = { metadata: { labels: { app: 'db' } }, spec: { terminationGracePeriodSeconds: 0, containers } };
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db' },
    spec: { serviceName: 'db', replicas: 2, selector, template, ...spec },
  };
}

function claim(mode: string): object {
  const spec = { accessModes: [mode], resources: { requests: { storage: '1Gi' } } };
  return { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data' }, spec };
}

function withClaim(image: string, spec: object = {}): object {
  const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }];
  return deploymentOf('web', { containers: [{ name: 'main', image }], volumes }, spec);
}

function apart(image: string, replicas: number, spec: object = {}): object {
  const term = { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'web' } } };
  const affinity = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } };
  return deploymentOf('web', { containers: [{ name: 'main', image }], affinity }, { replicas, ...spec });
}

it('O15: pods that nothing restarts are named', async () => {
  const scene = await foretelling();
  const updateStrategy = { type: 'OnDelete' };
  await scene.apply({ db: [stateful('team/db:1', { updateStrategy })] }, '60s');
  const forecast = await scene.foresee({ db: [stateful('team/db:2', { updateStrategy })] });
  expect(troublesOf(forecast)).toEqual(['warning ROLLOUT_HELD db db']);
  expect(messageOf(forecast, 'ROLLOUT_HELD')).toContain('delete db-0, db-1, one after the other');
  expect(troublesOf(await scene.foresee({ db: [stateful('team/db:2')] }))).toEqual([]);
});

it('O15: a volume for one pod hangs a rolling update, as foreseen, and Recreate mends it', async () => {
  const scene = await foretelling();
  const [first] = await scene.apply({ web: [claim('ReadWriteOncePod'), withClaim('team/web:1')] }, '60s');
  expect(first?.code).toBe(0);
  const next = { web: [claim('ReadWriteOncePod'), withClaim('team/web:2')] };
  expect(troublesOf(await scene.foresee(next))).toEqual(['blocker ROLLOUT_STUCK web web']);
  const mended = { web: [claim('ReadWriteOncePod'), withClaim('team/web:2', { strategy: { type: 'Recreate' } })] };
  expect(troublesOf(await scene.foresee(mended))).toEqual([]);
  const [hung] = await scene.apply(next, '8s');
  expect(hung?.code).toBe(1);
  expect((await scene.events('FailedScheduling')).join('\n')).toMatch(/ReadWriteOncePod/);
});

it('O15: a volume for one node that the new pod may not reach is a warning', async () => {
  const scene = await foretelling();
  await scene.apply({ web: [claim('ReadWriteOnce'), withClaim('team/web:1')] }, '60s');
  const forecast = await scene.foresee({ web: [claim('ReadWriteOnce'), withClaim('team/web:2')] });
  expect(troublesOf(forecast)).toEqual(['warning ROLLOUT_STUCK web web']);
  expect(messageOf(forecast, 'ROLLOUT_STUCK')).toContain('Multi-Attach');
});

it('O15: a node for each pod and none left hangs a rolling update, as foreseen', async () => {
  const scene = await foretelling();
  const nodes = (await scene.sandbox.api.list('/api/v1/nodes')).items.length;
  const [first] = await scene.apply({ web: [apart('team/web:1', nodes)] }, '60s');
  expect(first?.code).toBe(0);
  const strategy = { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
  const next = { web: [apart('team/web:2', nodes, { strategy })] };
  expect(troublesOf(await scene.foresee(next, { fixedNodes: true }))).toEqual(['blocker ROLLOUT_STUCK web web']);
  expect(troublesOf(await scene.foresee(next))).toEqual(['warning ROLLOUT_STUCK web web']);
  const fewer = { web: [apart('team/web:2', nodes - 1, { strategy })] };
  expect(troublesOf(await scene.foresee(fewer, { fixedNodes: true }))).toEqual([]);
  const [hung] = await scene.apply(next, '8s');
  expect(hung?.code).toBe(1);
});

it('O15: a StatefulSet does not replace a pod that was broken before, as foreseen', async () => {
  const scene = await foretelling();
  const image = `team/broken-${randomBytes(3).toString('hex')}:1`;
  const fault = await scene.sandbox.faults.set({ kind: 'crash-loop', exitCode: 1, match: { image } });
  scene.onClose(() => fault.clear());
  await scene.apply({ db: [stateful(image)] });
  const good = { db: [stateful('team/db:2')] };
  const forecast = await vi.waitFor(
    async () => {
      const made = await scene.foresee(good);
      expect(troublesOf(made)).toEqual(['blocker ROLLOUT_STUCK db db']);
      return made;
    },
    { timeout: 30_000, interval: 500 },
  );
  expect(messageOf(forecast, 'ROLLOUT_STUCK')).toMatch(/db-0 \((CrashLoopBackOff|NotReady|Error)\) is broken already/);
  const [hung] = await scene.apply(good, '8s');
  expect(hung?.code).toBe(1);
  const pod = await scene.sandbox.api.get(`/api/v1/namespaces/${scene.namespace}/pods/db-0`);
  expect(JSON.stringify(pod)).toContain(image);
});
