import { afterAll, beforeAll, expect, test } from 'vitest';
import { up, type Sandbox } from '@liftlock/sandbox';
import { configMap, deployment } from './corpus/objects.ts';
import { saidBy, until } from './support/happenings.ts';
import { openOneRelease, type OneRelease } from './support/one-release.ts';

// A control plane of its own: its kinds are seen by everybody who looks at the cluster.
let sandbox: Sandbox;
let scene: OneRelease;

beforeAll(async () => {
  sandbox = await up();
  await serve('argoproj.io', 'v1alpha1', 'Application');
  await serve('helm.toolkit.fluxcd.io', 'v2', 'HelmRelease');
  scene = await openOneRelease(sandbox, {
    name: 'gitops',
    helm: 'helm3',
    before: [deployment('web'), configMap('settings', { mode: 'a' })],
    after: [deployment('web'), configMap('settings', { mode: 'b' })],
  });
}, 1_800_000);

afterAll(async () => {
  try {
    await scene.close();
  } finally {
    await sandbox.down();
  }
});

/** A kind of the same name and shape as the controller's, which takes any field. */
async function serve(group: string, version: string, kind: string): Promise<void> {
  const plural = `${kind.toLowerCase()}s`;
  const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  await sandbox.api.create('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List` },
      versions: [{ name: version, served: true, storage: true, schema: { openAPIV3Schema: open } }],
    },
  });
  await until(() => sandbox.api.list(`/apis/${group}/${version}/${plural}`));
}

function ownedFindings(plan: Awaited<ReturnType<OneRelease['plan']>>) {
  return plan.forecast.findings
    .filter(({ code }) => code === 'GITOPS_OWNED')
    .map(({ severity, object }) => `${severity} ${object?.kind} ${object?.name}`);
}

test('a release that Flux keeps is refused with what to do, until it is suspended or allowed', async () => {
  const { namespace } = scene.world;
  const releases = `/apis/helm.toolkit.fluxcd.io/v2/namespaces/${namespace}/helmreleases`;
  await sandbox.api.create(releases, {
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    metadata: { name: 'web-shop' },
    spec: { releaseName: 'shop', interval: '5m' },
  });
  const refused = await scene.apply();
  expect(refused.code, saidBy(refused)).toBe(3);
  expect(saidBy(refused)).toContain(`flux suspend helmrelease web-shop -n ${namespace}`);
  expect(saidBy(refused)).toContain('--allow gitops:shop');
  expect(await scene.writes()).toEqual([]);
  expect(ownedFindings(await scene.plan())).toEqual(['blocker HelmRelease web-shop']);
  expect(ownedFindings(await scene.plan('--allow', 'gitops:shop'))).toEqual(['info HelmRelease web-shop']);
  // As the command that is shown does it.
  await sandbox.api.patch(`${releases}/web-shop`, { spec: { suspend: true } }, 'merge');
  expect(ownedFindings(await scene.plan())).toEqual(['warning HelmRelease web-shop']);
  await sandbox.api.delete(`${releases}/web-shop`);
});

test('a release whose object Argo CD keeps is refused, until nobody syncs it by itself', async () => {
  const { namespace } = scene.world;
  const applications = `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/applications`;
  await sandbox.api.create(applications, {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'shop-apps' },
    spec: {
      destination: { server: 'https://kubernetes.default.svc', namespace },
      syncPolicy: { automated: {} },
    },
    status: { resources: [{ version: 'v1', kind: 'ConfigMap', namespace, name: 'settings' }] },
  });
  const refused = await scene.apply();
  expect(refused.code, saidBy(refused)).toBe(3);
  expect(saidBy(refused)).toContain('argocd app set shop-apps --sync-policy none');
  await sandbox.api.patch(`${applications}/shop-apps`, { spec: { syncPolicy: { automated: null } } }, 'merge');
  expect(ownedFindings(await scene.plan())).toEqual(['warning Application shop-apps']);
  await sandbox.api.delete(`${applications}/shop-apps`);

  // Argo CD of another cluster leaves its mark on the live object alone.
  const web = `/apis/apps/v1/namespaces/${namespace}/deployments/web`;
  const mark = `shop-apps:apps/Deployment:${namespace}/web`;
  await sandbox.api.patch(web, { metadata: { annotations: { 'argocd.argoproj.io/tracking-id': mark } } }, 'merge');
  expect(ownedFindings(await scene.plan())).toEqual(['blocker Application shop-apps']);
  expect(await scene.writes()).toEqual([]);
});
