import { afterEach, expect, it, vi } from 'vitest';
import { deploymentOf, openForetelling, troublesOf, type Foretelling } from './support/foresee.ts';

const open: Foretelling[] = [];
async function foretelling(): Promise<Foretelling> {
  const made = await openForetelling();
  open.push(made);
  return made;
}
afterEach(async () => {
  for (const item of open.splice(0)) await item.close();
});

const login = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'login' },
  data: { PASSWORD: btoa('hunter2hunter2') },
};

function reading(key: string, isOptional = false) {
  const secretKeyRef = { name: 'login', key, ...(isOptional ? { optional: true } : {}) };
  return deploymentOf('web', {
    containers: [{ name: 'main', image: 'team/web:1', env: [{ name: 'PASSWORD', valueFrom: { secretKeyRef } }] }],
  });
}

it('each kind of reference that leads nowhere is found, and none that is optional', async () => {
  const scene = await foretelling();
  const volumes = [
    { name: 'settings', configMap: { name: 'settings' } },
    { name: 'extra', configMap: { name: 'extra', optional: true } },
    { name: 'data', persistentVolumeClaim: { claimName: 'data' } },
    {
      name: 'both',
      projected: { sources: [{ secret: { name: 'certificate' } }, { configMap: { name: 'kube-root-ca.crt' } }] },
    },
  ];
  const containers = [{ name: 'main', image: 'team/web:1', envFrom: [{ secretRef: { name: 'login' } }] }];
  const web = deploymentOf('web', { containers, volumes, imagePullSecrets: [{ name: 'registry' }] });
  const ingress = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'web' },
    spec: { ingressClassName: 'nowhere', defaultBackend: { service: { name: 'web', port: { number: 80 } } } },
  };
  const claim = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'cache' },
    spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'nowhere', resources: { requests: { storage: '1Gi' } } },
  };
  const forecast = await scene.foresee({ web: [web, ingress, claim] });
  expect(troublesOf(forecast)).toEqual([
    'blocker CLAIM_MISSING web web',
    'blocker CONFIG_MAP_MISSING web web',
    'blocker SECRET_MISSING web web',
    'blocker SECRET_MISSING web web',
    'blocker STORAGE_CLASS_MISSING web cache',
    'warning INGRESS_CLASS_MISSING web web',
    'warning PULL_SECRET_MISSING web web',
  ]);
});

it('a key that a new revision no longer has is found, and its value is in no message', async () => {
  const scene = await foretelling();
  expect((await scene.apply({ web: [login, reading('PASSWORD')] }, '60s'))[0]?.code).toBe(0);
  const renamed = { ...login, data: { DB_PASSWORD: btoa('hunter2hunter2') } };
  const forecast = await scene.foresee({ web: [renamed, reading('PASSWORD')] });
  expect(troublesOf(forecast)).toEqual(['blocker KEY_MISSING web web']);
  expect(JSON.stringify(forecast)).not.toMatch(/hunter2|aHVudGVyMm/);
  expect(troublesOf(await scene.foresee({ web: [renamed, reading('DB_PASSWORD')] }))).toEqual([]);
  expect(troublesOf(await scene.foresee({ web: [renamed, reading('PASSWORD', true)] }))).toEqual([]);
  // The whole Secret leaves the chart while the pods still want it.
  expect(troublesOf(await scene.foresee({ web: [reading('PASSWORD')] }))).toEqual(['blocker SECRET_MISSING web web']);
});

it('what a component brings later than its reader needs it is a warning', async () => {
  const scene = await foretelling();
  const hop = { web: [reading('PASSWORD')], secrets: [login] };
  expect(troublesOf(await scene.foresee(hop))).toEqual(['warning SECRET_MISSING web web']);
  expect(troublesOf(await scene.foresee({ secrets: [login], web: [reading('PASSWORD')] }))).toEqual([]);
});

it('a hook before the release knows nothing of the manifest', async () => {
  const scene = await foretelling();
  const spec = {
    restartPolicy: 'Never',
    containers: [{ name: 'main', image: 'x:1', envFrom: [{ secretRef: { name: 'login' } }] }],
  };
  const migrate = (event: string) => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'migrate', annotations: { 'helm.sh/hook': event } },
    spec: { template: { spec } },
  });
  expect(troublesOf(await scene.foresee({ web: [login, migrate('pre-install')] }))).toEqual([
    'blocker SECRET_MISSING web migrate',
  ]);
  expect(troublesOf(await scene.foresee({ web: [login, migrate('post-install')] }))).toEqual([]);
});

it('a hook that an earlier revision left and helm would not replace is found, and stops helm in earnest', async () => {
  const scene = await foretelling();
  const hook = (policy: string) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: 'before',
      annotations: { 'helm.sh/hook': 'pre-install,pre-upgrade', 'helm.sh/hook-delete-policy': policy },
    },
  });
  await scene.apply({ web: [deploymentOf('web'), hook('hook-failed')] });
  expect(troublesOf(await scene.foresee({ web: [deploymentOf('web'), hook('hook-failed')] }))).toEqual([
    'blocker HOOK_EXISTS web before',
  ]);
  expect(troublesOf(await scene.foresee({ web: [deploymentOf('web'), hook('before-hook-creation')] }))).toEqual([]);
  const [applied] = await scene.apply({ web: [deploymentOf('web'), hook('hook-failed')] });
  expect(applied?.stderr).toMatch(/already exists/);
});

it('a missing Secret keeps the pods from starting in earnest', async () => {
  const scene = await foretelling();
  const web = {
    web: [deploymentOf('web', { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] })],
  };
  expect(troublesOf(await scene.foresee(web))).toEqual(['blocker CLAIM_MISSING web web']);
  await scene.apply(web);
  await vi.waitFor(
    async () =>
      expect((await scene.events('FailedScheduling')).join('\n')).toMatch(/persistentvolumeclaim "data" not found/),
    { timeout: 20_000 },
  );
});
