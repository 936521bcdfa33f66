import { afterEach, expect, it, vi } from 'vitest';
import { deploymentOf, messageOf, openForetelling, troublesOf, type Foretelling } from './support/foresee.ts';

const open: Foretelling[] = [];
async function foretelling(labels: Readonly<Record<string, string>> = {}): Promise<Foretelling> {
  const made = await openForetelling(labels);
  open.push(made);
  return made;
}
afterEach(async () => {
  for (const item of open.splice(0)) await item.close();
});

/** The controllers say in earnest what the forecast has said. */
async function happens(
  scene: Foretelling,
  hop: Readonly<Record<string, readonly object[]>>,
  words: RegExp,
): Promise<void> {
  for (const { code, stderr } of await scene.apply(hop)) expect([code, stderr]).toEqual([0, expect.anything()]);
  await vi.waitFor(async () => expect((await scene.events('FailedCreate')).join('\n')).toMatch(words), {
    timeout: 20_000,
  });
}

it('O10: a namespace with the level restricted refuses the pods, and the forecast says which rules they break', async () => {
  const scene = await foretelling({ 'pod-security.kubernetes.io/enforce': 'restricted' });
  const web = { web: [deploymentOf('web')] };
  const forecast = await scene.foresee(web);
  // The server warns of the Deployment too.
  expect(troublesOf(forecast)).toEqual(['blocker POD_SECURITY web web', 'warning API_WARNING web web']);
  expect(messageOf(forecast, 'POD_SECURITY')).toMatch(
    /violates PodSecurity "restricted:latest": allowPrivilegeEscalation/,
  );
  await happens(scene, web, /violates PodSecurity/);
  const securityContext = {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    runAsNonRoot: true,
    seccompProfile: { type: 'RuntimeDefault' },
  };
  const good = [deploymentOf('web', { containers: [{ name: 'main', image: 'team/web:2', securityContext }] })];
  expect(troublesOf(await scene.foresee({ web: good }))).toEqual([]);
});

it('what a namespace only warns of is said once, though the server says it of the Deployment and of its pods', async () => {
  const scene = await foretelling({ 'pod-security.kubernetes.io/warn': 'restricted' });
  const forecast = await scene.foresee({ web: [deploymentOf('web')] });
  expect(troublesOf(forecast)).toEqual(['warning API_WARNING web web']);
});

it('O10: a LimitRange, a ServiceAccount and a PriorityClass are found all at once', async () => {
  const scene = await foretelling();
  await scene.create(`/api/v1/namespaces/${scene.namespace}/limitranges`, {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { name: 'small' },
    spec: { limits: [{ type: 'Container', max: { cpu: '500m' } }] },
  });
  const containers = [{ name: 'main', image: 'team/web:1', resources: { limits: { cpu: '1' } } }];
  const web = { web: [deploymentOf('web', { containers, serviceAccountName: 'nobody', priorityClassName: 'urgent' })] };
  const forecast = await scene.foresee(web);
  expect(troublesOf(forecast)).toEqual([
    'blocker LIMIT_RANGE web web',
    'blocker PRIORITY_CLASS_MISSING web web',
    'blocker SERVICE_ACCOUNT_MISSING web web',
  ]);
  expect(messageOf(forecast, 'LIMIT_RANGE')).toMatch(/maximum cpu usage per Container is 500m, but limit is 1/);
  expect(messageOf(forecast, 'SERVICE_ACCOUNT_MISSING')).toMatch(/the ServiceAccount nobody neither exists/);
  await happens(scene, web, /maximum cpu usage|serviceaccount "nobody" not found|no PriorityClass/);
});

it('O10: what comes with the new revision is not missing', async () => {
  const scene = await foretelling();
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'web' } };
  const containers = [
    {
      name: 'main',
      image: 'team/web:1',
      envFrom: [{ configMapRef: { name: 'settings' } }, { secretRef: { name: 'login' } }],
    },
  ];
  const settings = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { A: '1' } };
  const login = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'login' },
    stringData: { PASSWORD: 'hunter2hunter2' },
  };
  const web = { web: [account, settings, login, deploymentOf('web', { containers, serviceAccountName: 'web' })] };
  expect(troublesOf(await scene.foresee(web))).toEqual([]);
  const [applied] = await scene.apply(web, '60s');
  expect(applied?.code).toBe(0);
});

it('O10: StatefulSets, DaemonSets, Jobs, CronJobs and hooks are asked about as well', async () => {
  const scene = await foretelling({ 'pod-security.kubernetes.io/enforce': 'baseline' });
  const template = {
    metadata: { labels: { app: 'x' } },
    spec: { hostNetwork: true, containers: [{ name: 'main', image: 'x:1' }] },
  };
  const selector = { matchLabels: { app: 'x' } };
  const job = { spec: { template: { ...template, spec: { ...template.spec, restartPolicy: 'Never' } } } };
  const hook = { 'helm.sh/hook': 'pre-install,pre-upgrade' };
  const forecast = await scene.foresee({
    all: [
      {
        apiVersion: 'apps/v1',
        kind: 'StatefulSet',
        metadata: { name: 'db' },
        spec: { selector, serviceName: 'db', template },
      },
      { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'agent' }, spec: { selector, template } },
      { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'once' }, ...job },
      {
        apiVersion: 'batch/v1',
        kind: 'CronJob',
        metadata: { name: 'nightly' },
        spec: { schedule: '0 0 * * *', jobTemplate: job },
      },
      { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'migrate', annotations: hook }, ...job },
      {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { name: 'check', annotations: { 'helm.sh/hook': 'test' } },
        ...job,
      },
    ],
  });
  expect(troublesOf(forecast).filter((line) => line.startsWith('blocker'))).toEqual([
    'blocker POD_SECURITY all agent',
    'blocker POD_SECURITY all db',
    'blocker POD_SECURITY all migrate',
    'blocker POD_SECURITY all nightly',
    'blocker POD_SECURITY all once',
  ]);
  expect(forecast.unforeseen.map(({ what }) => what)).toEqual(['hooks of all: migrate']);
});

it('O10: without permission to create pods the forecast says what it could not judge', async () => {
  const scene = await foretelling();
  const rules = [
    { apiGroups: ['', 'apps'], resources: ['secrets', 'deployments'], verbs: ['*'] },
    {
      apiGroups: [''],
      resources: ['resourcequotas', 'limitranges', 'persistentvolumeclaims', 'configmaps'],
      verbs: ['get', 'list'],
    },
  ];
  const group = `/apis/rbac.authorization.k8s.io/v1/namespaces/${scene.namespace}`;
  const base = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name: 'deployer' } };
  await scene.create(`${group}/roles`, { ...base, kind: 'Role', rules });
  await scene.create(`${group}/rolebindings`, {
    ...base,
    kind: 'RoleBinding',
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'deployer' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'deployer' }],
  });
  const kubeconfig = scene.sandbox.kubeconfigFor({ user: 'deployer' });
  const forecast = await scene.foresee({ web: [deploymentOf('web')] }, { kubeconfig });
  expect(troublesOf(forecast)).toEqual([]);
  expect(forecast.complete).toBe(false);
  expect(forecast.unforeseen).toContainEqual({
    what: `pods of Deployment ${scene.namespace}/web`,
    why: expect.stringContaining('cannot create resource "pods"') as string,
  });
});
