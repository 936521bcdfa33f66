import { afterEach, describe, expect, it } from 'vitest';
import { configMap, service, serviceAccount, workload } from './corpus/objects.ts';
import { forgeRecord } from './corpus/records.ts';
import { openOneRelease, type OneRelease, type OneReleaseOptions } from './support/one-release.ts';
import { sharedSandbox } from './support/stage.ts';

const open: OneRelease[] = [];
async function oneRelease(options: OneReleaseOptions): Promise<OneRelease> {
  const made = await openOneRelease(sharedSandbox(), options);
  open.push(made);
  return made;
}
afterEach(async () => {
  for (const item of open.splice(0)) await item.close();
});

describe.each(['helm3', 'helm4'] as const)('with %s', (helm) => {
  it('D11: a ServiceAccount that someone made by hand is adopted, and is the same one after the upgrade', async () => {
    const scene = await oneRelease({
      name: 'adopt',
      helm,
      before: [configMap('settings', { mode: 'a' })],
      after: [configMap('settings', { mode: 'b' }), serviceAccount('coder')],
    });
    await scene.world.create(serviceAccount('coder'));
    const before = await scene.world.find('v1', 'ServiceAccount', 'coder');
    const plan = await scene.plan();
    expect(plan.decisions.map(({ remedy, how }) => `${how} ${remedy}`)).toEqual(['default adopt:serviceaccount/coder']);
    expect(plan.exit).toBe(0);
    const outcome = await scene.apply();
    expect([outcome.code, outcome.stderr]).toEqual([0, expect.anything()]);
    const after = await scene.world.find('v1', 'ServiceAccount', 'coder');
    expect(after?.metadata['uid']).toBe(before?.metadata['uid']);
    expect(after?.metadata.annotations).toMatchObject({
      'meta.helm.sh/release-name': 'shop',
      'meta.helm.sh/release-namespace': scene.world.namespace,
    });
    expect(after?.metadata.labels).toMatchObject({ 'app.kubernetes.io/managed-by': 'Helm' });
  });

  it("a removed API version in helm's record is rewritten: no object changes, and the upgrade goes through", async () => {
    const budget = {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'web' },
      spec: { minAvailable: 1, selector: { matchLabels: { app: 'web' } } },
    };
    const policy = { apiVersion: 'policy/v1', kind: 'PodSecurityPolicy', metadata: { name: 'old' } };
    const scene = await oneRelease({
      name: 'rewrite',
      helm,
      before: [budget, configMap('settings', { mode: 'a' })],
      after: [budget, configMap('settings', { mode: 'b' })],
    });
    await forgeRecord(scene.world, (record) => {
      const release = JSON.parse(record) as { manifest: string };
      const manifest = `${release.manifest.replaceAll('policy/v1', 'policy/v1beta1')}---\n${JSON.stringify({ ...policy, apiVersion: 'policy/v1beta1' })}\n`;
      return JSON.stringify({ ...release, manifest });
    });
    const before = await scene.world.find('policy/v1', 'PodDisruptionBudget', 'web');
    const record = async () => scene.world.find('v1', 'Secret', 'sh.helm.release.v1.shop.v1');
    const forged = await record();
    const plan = await scene.plan();
    expect(plan.steps.map(({ kind }) => kind)).toEqual(['backup', 'rewrite-record', 'helm-upgrade']);
    expect(plan.exit).toBe(0);
    // The plan has written nothing, and the upgrade that follows needs the rewritten record.
    expect((await record())?.['data']).toEqual(forged?.['data']);
    const outcome = await scene.apply();
    expect([outcome.code, outcome.stderr]).toEqual([0, expect.anything()]);
    const after = await scene.world.find('policy/v1', 'PodDisruptionBudget', 'web');
    expect(after?.metadata['uid']).toBe(before?.metadata['uid']);
    const settings = await scene.world.find('v1', 'ConfigMap', 'settings');
    expect(settings?.['data']).toEqual({ mode: 'b' });
  });

  it('an object that cannot be changed is made anew only where someone names it', async () => {
    const scene = await oneRelease({
      name: 'recreate',
      helm,
      before: [workload('Deployment', 'web', { label: 'old' }), configMap('settings', { mode: 'a' })],
      after: [workload('Deployment', 'web', { label: 'new' }), configMap('settings', { mode: 'b' })],
    });
    const refused = await scene.apply();
    expect([refused.code, refused.stdout + refused.stderr]).toEqual([
      3,
      expect.stringContaining('recreate:deployment/web'),
    ]);
    expect(await scene.writes()).toEqual([]);
    const before = await scene.world.find('apps/v1', 'Deployment', 'web');
    const outcome = await scene.apply('--allow', 'recreate:deployment/web');
    expect([outcome.code, outcome.stderr]).toEqual([0, expect.anything()]);
    const after = await scene.world.find('apps/v1', 'Deployment', 'web');
    expect(after?.metadata['uid']).not.toBe(before?.metadata['uid']);
    expect(after?.['spec']).toMatchObject({ selector: { matchLabels: { app: 'new' } } });
  });
});

describe('a CustomResourceDefinition that is no longer in the chart', () => {
  const definition = (group: string) => ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `things.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural: 'things', singular: 'thing', kind: 'Thing' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        },
      ],
    },
  });

  it('O6: takes no custom resource along under --yes: it stops the upgrade, and stays where someone keeps it', async () => {
    const group = '__NS__.example.com';
    const scene = await oneRelease({
      name: 'crd',
      helm: 'helm3',
      before: [definition(group), configMap('settings', { mode: 'a' })],
      after: [configMap('settings', { mode: 'b' })],
    });
    const { world } = scene;
    const apiVersion = world.fill(`${group}/v1`);
    const name = world.fill(`things.${group}`);
    const kind = 'CustomResourceDefinition';
    for (const thing of ['one', 'two', 'three'])
      await world.create({ apiVersion, kind: 'Thing', metadata: { name: thing } });
    const count = async () => {
      const { items } = await world.sandbox.api.list(`/apis/${apiVersion}/things`);
      return items.length;
    };
    const refused = await scene.apply();
    const words = (refused.stdout + refused.stderr).replaceAll(/\s+/g, ' ');
    expect([refused.code, words]).toEqual([3, expect.stringContaining('3 custom resources go with it')]);
    expect(await scene.writes()).toEqual([]);
    expect(await count()).toBe(3);
    const id = `customresourcedefinition/${name}`;
    const kept = await scene.apply('--allow', `keep:${id}`);
    expect([kept.code, kept.stderr]).toEqual([0, expect.anything()]);
    expect((await world.find('v1', 'ConfigMap', 'settings'))?.['data']).toEqual({ mode: 'b' });
    expect(await count()).toBe(3);
    const definitionLive = await world.find('apiextensions.k8s.io/v1', kind, name);
    expect(definitionLive?.metadata.annotations).toMatchObject({ 'helm.sh/resource-policy': 'keep' });
  });
});

describe("the guide's --force", () => {
  it('O21, D10: is left out where it would strip what others have set, and all of it is there afterwards', async () => {
    const scene = await oneRelease({
      name: 'strip',
      helm: 'helm3',
      before: [service('web'), configMap('settings', { mode: 'a' })],
      after: [service('web'), configMap('settings', { mode: 'b' })],
      force: true,
    });
    const foreign = {
      finalizers: ['service.kubernetes.io/load-balancer-cleanup'],
      annotations: { 'cloud.example.com/address': 'eip-1' },
      labels: { team: 'payments' },
    };
    await scene.world.patch('v1', 'Service', 'web', { metadata: foreign });
    const plan = await scene.plan();
    expect(plan.decisions.map(({ remedy, how }) => `${how} ${remedy}`)).toEqual(['default drop:shop:--force']);
    expect(plan.steps.filter(({ kind }) => kind === 'helm-upgrade').map(({ force }) => force)).toEqual([undefined]);
    const outcome = await scene.apply();
    expect([outcome.code, outcome.stderr]).toEqual([0, expect.anything()]);
    const after = await scene.world.find('v1', 'Service', 'web');
    expect(after?.metadata).toMatchObject(foreign);
    await scene.world.patch('v1', 'Service', 'web', { metadata: { finalizers: null } });
  });

  it('O21: is left out where it would strip what nobody is on record for: a variable, and what admission has set', async () => {
    const ingress = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: 'web' },
      spec: { defaultBackend: { service: { name: 'web', port: { number: 80 } } } },
    };
    const mode = { name: 'MODE', value: 'fast' };
    const web = (image: string) => workload('Deployment', 'web', { image, container: { env: [mode] } });
    const scene = await oneRelease({
      name: 'unforeseen',
      helm: 'helm3',
      before: [ingress, web('team/web:1')],
      after: [ingress, web('team/web:2')],
      force: true,
    });
    const debug = { name: 'DEBUG', value: '1' };
    await scene.world.patch('apps/v1', 'Deployment', 'web', {
      spec: { template: { spec: { containers: [{ name: 'main', image: 'team/web:1', env: [mode, debug] }] } } },
    });
    const found = await scene.world.find('networking.k8s.io/v1', 'Ingress', 'web');
    expect(found?.['spec']).toMatchObject({ ingressClassName: 'nginx' });
    const plan = await scene.plan();
    expect(plan.decisions.map(({ remedy, how }) => `${how} ${remedy}`)).toEqual(['default drop:shop:--force']);
    const outcome = await scene.apply();
    expect([outcome.code, outcome.stderr]).toEqual([0, expect.anything()]);
    const after = await scene.world.find('networking.k8s.io/v1', 'Ingress', 'web');
    expect(after?.['spec']).toMatchObject({ ingressClassName: 'nginx' });
    const deployed = await scene.world.find('apps/v1', 'Deployment', 'web');
    expect(JSON.stringify(deployed)).toContain('"team/web:2"');
    expect(JSON.stringify(deployed)).toContain('"DEBUG"');
  });

  it('D10: is left out where it is a refused replacement, and what a patch is refused too stays a blocker', async () => {
    const scene = await oneRelease({
      name: 'force',
      helm: 'helm3',
      before: [service('web'), configMap('settings', { mode: 'a' })],
      after: [service('web', { clusterIP: 'None' }), configMap('settings', { mode: 'b' })],
      force: true,
    });
    const plan = await scene.plan();
    expect(plan.decisions.map(({ remedy }) => remedy)).toEqual(['drop:shop:--force']);
    const blockers = plan.forecast.findings.filter(({ severity }) => severity === 'blocker');
    expect(blockers.map(({ code, remedies }) => [code, remedies.map(({ id }) => id)])).toEqual([
      ['IMMUTABLE_FIELD', ['recreate:service/web']],
    ]);
    expect(plan.exit).toBe(3);
  });
});
