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

function database(name: string, image = 'team/db:1'): object {
  const labels = { app: name };
  const request = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name },
    spec: {
      serviceName: name,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'main', image }] },
      },
      volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: request }],
    },
  };
}

function mounting(claimName: string): object {
  const volumes = [{ name: 'data', persistentVolumeClaim: { claimName } }];
  return deploymentOf('web', { volumes }, { strategy: { type: 'Recreate' } });
}

function claim(name: string): object {
  const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, annotations: { 'helm.sh/resource-policy': 'keep' } },
    spec,
  };
}

it('a database that appears, disappears or is renamed is found; a first installation is none', async () => {
  const scene = await foretelling();
  expect(troublesOf(await scene.foresee({ shop: [deploymentOf('web'), database('db')] }))).toEqual([]);
  await scene.apply({ shop: [deploymentOf('web')] });
  const appears = await scene.foresee({ shop: [deploymentOf('web'), database('db')] });
  expect(troublesOf(appears)).toEqual(['blocker STORAGE_WORKLOAD_APPEARS shop db']);
  expect(messageOf(appears, 'STORAGE_WORKLOAD_APPEARS')).toContain('data-db-0 does not exist');
  await scene.apply({ shop: [deploymentOf('web'), database('db')] }, '60s');
  expect(troublesOf(await scene.foresee({ shop: [deploymentOf('web'), database('db', 'team/db:2')] }))).toEqual([]);
  const renamed = await scene.foresee({ shop: [deploymentOf('web'), database('database')] });
  expect(troublesOf(renamed)).toEqual([
    'blocker STORAGE_WORKLOAD_APPEARS shop database',
    'blocker STORAGE_WORKLOAD_DISAPPEARS shop db',
  ]);
  expect(messageOf(renamed, 'STORAGE_WORKLOAD_APPEARS')).toContain('StatefulSet');
  expect(messageOf(renamed, 'STORAGE_WORKLOAD_DISAPPEARS')).toContain('its claims stay (data-db-0)');
  // It went, and its claim stayed: when it comes again, it comes with its data.
  await scene.apply({ shop: [deploymentOf('web')] });
  expect(troublesOf(await scene.foresee({ shop: [deploymentOf('web'), database('db')] }))).toEqual([]);
});

it('another claim in the place of the one with the data is found', async () => {
  const scene = await foretelling();
  await scene.apply({ shop: [claim('data'), mounting('data')] }, '60s');
  const forecast = await scene.foresee({ shop: [claim('data'), claim('web-data'), mounting('web-data')] });
  expect(troublesOf(forecast)).toEqual(['blocker CLAIM_CHANGED shop web']);
  expect(messageOf(forecast, 'CLAIM_CHANGED')).toMatch(
    /no longer data, but web-data, which does not exist yet and would be empty.*stays where it is/,
  );
  expect(
    troublesOf(
      await scene.foresee({ shop: [claim('data'), deploymentOf('web', {}, { strategy: { type: 'Recreate' } })] }),
    ),
  ).toEqual(['blocker CLAIM_CHANGED shop web']);
});

it('an address that people use is not lost unnoticed', async () => {
  const scene = await foretelling();
  const service = (type: string) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web' },
    spec: { type, selector: { app: 'web' }, ports: [{ port: 80 }] },
  });
  await scene.apply({ shop: [service('LoadBalancer')] }, '60s');
  const path = `/api/v1/namespaces/${scene.namespace}/services/web`;
  const address = await vi.waitFor(async () => {
    const { status } = (await scene.sandbox.api.get(path)) as unknown as {
      status: { loadBalancer: { ingress?: [{ ip: string }] } };
    };
    const ip = status.loadBalancer.ingress?.[0].ip ?? '';
    expect(ip).not.toBe('');
    return ip;
  }, 60_000);
  const forecast = await scene.foresee({ shop: [service('ClusterIP')] });
  expect(troublesOf(forecast)).toEqual(['blocker LOAD_BALANCER_RECREATED shop web']);
  expect(messageOf(forecast, 'LOAD_BALANCER_RECREATED')).toContain(address);
  expect(troublesOf(await scene.foresee({ shop: [deploymentOf('web')] }))).toEqual([
    'blocker LOAD_BALANCER_RECREATED shop web',
  ]);
  expect(troublesOf(await scene.foresee({ shop: [service('LoadBalancer')] }))).toEqual([]);
});

it('definitions in crds/ that helm leaves alone are told, and so are versions that are stored', async () => {
  const scene = await foretelling();
  const group = `${scene.namespace}.example`;
  const definition = (...versions: readonly string[]) => ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `things.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList' },
      versions: versions.map((name, index) => ({
        name,
        served: true,
        storage: index === 0,
        schema: { openAPIV3Schema: { type: 'object' } },
      })),
    },
  });
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  await scene.apply({ shop: [deploymentOf('web')] });
  const web = { shop: [deploymentOf('web')] };
  expect(troublesOf(await scene.foresee(web, { crds: [definition('v1')] }))).toEqual([
    `warning CRD_NOT_UPGRADED shop things.${group}`,
  ]);
  await scene.create(path, definition('v1'));
  scene.onClose(() => scene.sandbox.api.delete(`${path}/things.${group}`));
  await vi.waitFor(async () => {
    expect(await scene.sandbox.api.get(`${path}/things.${group}`)).toMatchObject({
      status: { storedVersions: ['v1'] },
    });
  }, 60_000);
  expect(troublesOf(await scene.foresee(web, { crds: [definition('v1')] }))).toEqual([]);
  expect(troublesOf(await scene.foresee(web, { crds: [definition('v2', 'v1')] }))).toEqual([
    `warning CRD_NOT_UPGRADED shop things.${group}`,
  ]);
  expect(troublesOf(await scene.foresee(web, { crds: [definition('v2')] }))).toEqual([
    `warning CRD_NOT_UPGRADED shop things.${group}`,
    `warning CRD_VERSION_STORED shop things.${group}`,
  ]);
  const owned = {
    annotations: { 'meta.helm.sh/release-name': 'shop', 'meta.helm.sh/release-namespace': scene.namespace },
    labels: { 'app.kubernetes.io/managed-by': 'Helm' },
  };
  await scene.sandbox.api.patch(`${path}/things.${group}`, { metadata: owned }, 'merge');
  const forecast = await scene.foresee({ shop: [deploymentOf('web'), definition('v2')] });
  expect(troublesOf(forecast)).toContain(`blocker CRD_VERSION_STORED shop things.${group}`);
  const [applied] = await scene.apply({ shop: [deploymentOf('web'), definition('v2')] });
  expect(applied?.stderr).toMatch(/storedVersions/);
});
