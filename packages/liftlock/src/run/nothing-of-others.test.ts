import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { KubeObject } from '../model/kube.ts';
import type { HelmRollbackStep, Step } from '../model/step.ts';
import { patchObjectStep } from '../plan/steps/patch-object.ts';
import { keepOlder, refuseLoss, type WayBackWorld } from './nothing-of-others.ts';

const step = {
  kind: 'helm-rollback',
  id: 'web/rollback-on-failure',
  component: 'web',
  release: 'shop',
  namespace: 'prod',
  revision: 1,
  version: '1.0.0',
  undoes: 'web/upgrade',
} as HelmRollbackStep;

const began = '2026-01-02T00:00:00Z';
const before = '2026-01-01T00:00:00Z';
const after = '2026-01-03T00:00:00Z';
const plurals: Readonly<Record<string, string>> = {
  ServiceAccount: 'serviceaccounts',
  ConfigMap: 'configmaps',
  PersistentVolumeClaim: 'persistentvolumeclaims',
};

function live(
  kind: string,
  name: string,
  made: string,
  annotations: Readonly<Record<string, string>> = {},
): KubeObject {
  const metadata = { name, namespace: 'prod', uid: name, resourceVersion: '1', creationTimestamp: made, annotations };
  return { apiVersion: 'v1', kind, metadata };
}

function record(revision: number, objects: readonly KubeObject[]): KubeObject {
  // As charts write them: without a namespace.
  const manifest = objects.map(({ apiVersion, kind, metadata: { name } }) =>
    JSON.stringify({ apiVersion, kind, metadata: { name } }),
  );
  const release = {
    name: 'shop',
    namespace: 'prod',
    version: revision,
    info: { status: revision === 1 ? 'deployed' : 'failed' },
    chart: { metadata: { name: 'shop', version: `${revision}.0.0` } },
    manifest: `---\n${manifest.join('\n---\n')}\n`,
  };
  const payload = gzipSync(JSON.stringify(release)).toString('base64');
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'helm.sh/release.v1',
    metadata: {
      name: `r${revision}`,
      namespace: 'prod',
      creationTimestamp: revision === 1 ? before : began,
    },
    data: { release: Buffer.from(payload).toString('base64') },
  };
}

/** Revision 1 has the first of these objects, revision 2 all of them. */
function worldOf(objects: readonly KubeObject[], steps: readonly Step[] = []) {
  const patched: string[] = [];
  const resources = Object.entries(plurals).map(([kind, name]) => ({ kind, name, namespaced: true }));
  const world = {
    plan: { components: [{ name: 'web', installed: { revision: 1 } }], steps },
    reader: {
      list: async () => [record(1, objects.slice(0, 1)), record(2, objects)],
      find: async (path: string) =>
        path === '/api/v1'
          ? { resources }
          : objects.find(({ kind, metadata }) => path === `/api/v1/namespaces/prod/${plurals[kind]}/${metadata.name}`),
    },
    writer: {
      patch: async (path: string, patch: unknown) =>
        void patched.push(`${path.split('/').at(-1)} ${JSON.stringify(patch)}`),
    },
    folder: { writeSecret: async () => undefined },
  } as unknown as WayBackWorld;
  return { world, patched };
}

const settings = live('ConfigMap', 'settings', before);
const keep = '{"metadata":{"annotations":{"helm.sh/resource-policy":"keep"}}}';

test('O6: what was there before the run is kept, and what the plan adopted; what the upgrade made goes', async () => {
  const adopt = patchObjectStep({
    id: 'web/adopt/serviceaccount/late',
    title: '',
    component: 'web',
    object: { apiVersion: 'v1', kind: 'ServiceAccount', name: 'late', namespace: 'prod' },
    remove: [],
    set: [{ path: String.raw`metadata.annotations.meta\.helm\.sh/release-name`, value: 'shop' }],
    risk: 'reversible',
  });
  const objects = [
    settings,
    live('ServiceAccount', 'by-hand', before),
    live('ServiceAccount', 'late', after),
    live('PersistentVolumeClaim', 'old', before),
    live('ConfigMap', 'new', after),
    live('ConfigMap', 'at-once', began),
    live('ConfigMap', 'kept', before, { 'helm.sh/resource-policy': 'keep' }),
  ];
  const { world, patched } = worldOf(objects, [adopt]);
  await expect(refuseLoss(step, world)).resolves.toBeUndefined();
  expect(await keepOlder(step, world)).toBe(3);
  expect(patched).toEqual([`by-hand ${keep}`, `late ${keep}`, `old ${keep}`]);
});

test('O3, O6: a claim that the failed upgrade made is not deleted unasked, unless helm keeps it anyway', async () => {
  const refused = worldOf([settings, live('PersistentVolumeClaim', 'files', after)]);
  await expect(refuseLoss(step, refused.world)).rejects.toMatchObject({
    code: 'WAY_BACK_DELETES',
    message: expect.stringContaining('PersistentVolumeClaim prod/files') as unknown,
  });
  const kept = worldOf([
    settings,
    live('PersistentVolumeClaim', 'files', after, { 'helm.sh/resource-policy': 'keep' }),
  ]);
  await expect(refuseLoss(step, kept.world)).resolves.toBeUndefined();
  const own = worldOf([live('PersistentVolumeClaim', 'files', after)]);
  await expect(refuseLoss(step, own.world)).resolves.toBeUndefined();
});
