import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clusterValues, oldValues, runaiDomain } from '../../sandbox/worlds/runai/index.ts';
import type { Plan } from '../src/model/plan.ts';
import type { Step } from '../src/model/step.ts';
import { openRunai, type RunaiScene } from './support/runai.ts';
import { saidBy } from './support/happenings.ts';

const ingressPath = (namespace: string) =>
  `/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses/runai-backend-ingress`;

interface Ingress {
  readonly metadata: { readonly uid: string };
  readonly spec: { readonly rules: readonly { readonly host: string }[] };
}

function kinds({ steps }: Plan): readonly string[] {
  return steps.map(({ kind }) => kind);
}

function upgradeOf(plan: Plan): Extract<Step, { kind: 'helm-upgrade' }> | undefined {
  return plan.steps.find((step) => step.kind === 'helm-upgrade' && step.component === 'control-plane') as never;
}

function told(plan: Plan, severity = 'blocker'): readonly string[] {
  return plan.forecast.findings.filter((finding) => finding.severity === severity).map(({ code }) => code);
}

/** Two arms of delivery: charts from the vendor's repositories, and charts in a folder. */
const deliveries = [
  { delivery: 'connected', tail: ['runai-backend/control-plane', '--version', '2.19.11'] },
  { delivery: 'airgapped', tail: ['control-plane-2.19.11.tgz'] },
] as const;

async function asDelivered(
  scene: RunaiScene,
  delivery: 'connected' | 'airgapped',
  versions: readonly string[],
  inputs: Readonly<Record<string, string>> = {},
) {
  if (delivery === 'connected') return;
  // Nothing answers there any more, so that a request would fail.
  await scene.stage.repository.close();
  const charts = await scene.stage.chartsFolder(...versions);
  await scene.stage.writeSite({
    options: { delivery },
    charts,
    mirrors: [],
    inputs: { ...scene.stage.inputs, ...inputs },
  });
}

/** The command of the console with what a closed network adds to it; one line ends as the guide's own do. */
async function writeCommand({ stage, clusterNamespace }: RunaiScene): Promise<string> {
  const { controlPlane, cluster } = clusterValues;
  const lines = [
    `helm upgrade -i runai-cluster runai-cluster-2.19.11.tgz -n ${clusterNamespace} \\`,
    `  --set controlPlane.url=${controlPlane.url} \\ `,
    `  --set controlPlane.clientSecret=${controlPlane.clientSecret} \\`,
    `  --set cluster.uid=${cluster.uid} --set cluster.url=${cluster.url} \\`,
    '  --set global.image.registry=registry.k8s.io --create-namespace',
  ];
  await writeFile(join(stage.folder, 'command.txt'), lines.join('\n'));
  return './command.txt';
}

describe.each(deliveries)('Run:ai from 2.9, $delivery', ({ delivery, tail }) => {
  let scene: RunaiScene;
  let before: Awaited<ReturnType<RunaiScene['data']>>;
  let ingress: Ingress;

  beforeAll(async () => {
    const values = { ...oldValues, backend: { ...oldValues.backend, initTenant: { promProxy: 'http://metrics' } } };
    scene = await openRunai({
      version: '2.9.6',
      values,
      withCluster: true,
      published: ['2.19.3', '2.19.11', '2.20.5'],
    });
    await asDelivered(scene, delivery, ['2.19.11'], { clusterCommand: await writeCommand(scene) });
    before = await scene.data();
    ingress = (await scene.object(ingressPath(scene.namespace))) as unknown as Ingress;
  });
  afterAll(() => scene.close());
  const decided = ['--allow', 'drop-value:control-plane:backend.initTenant'];

  it('R07, R15: three groups are planned, and a customization that nobody explained waits', async () => {
    const { plan } = await scene.plan('2.19.11', '--no-forecast');
    expect(told(plan)).toEqual(['VALUE_NOT_CARRIED']);
    const ids = plan.steps.map(({ id }) => id);
    for (const group of ['claims', 'certificate', 'ingress'])
      expect(ids.some((id) => id.startsWith(`control-plane/${group}/`))).toBe(true);
    expect(plan.forecast.findings.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['CHART_RENAMED', 'CHART_OWNS_CLAIMS', 'VALUES_CARRIED']),
    );
    expect(await scene.writes()).toEqual([]);
  });

  it('R26: the cluster part alone is refused while the control plane is not there', async () => {
    const { plan, outcome } = await scene.plan('2.19.11', '--only', 'cluster', '--no-forecast');
    expect(outcome.code).not.toBe(0);
    expect(told(plan)).toContain('PREDECESSOR_NOT_READY');
  });

  it('R23, R25, R27: the guide’s command is one argv with the domain and both claims', async () => {
    const { plan } = await scene.plan('2.19.11', ...decided, '--no-forecast');
    expect(told(plan)).toEqual([]);
    const guide = upgradeOf(plan)?.guideCommand ?? [];
    for (const word of tail) expect(guide).toContain(word);
    expect(guide.filter((word) => word === '--set')).toHaveLength(3);
    expect(guide).toEqual(
      expect.arrayContaining([
        `global.domain=${runaiDomain}`,
        'postgresql.primary.persistence.existingClaim=pvc-postgresql',
        'thanos.receive.persistence.existingClaim=pvc-thanos-receive',
      ]),
    );
    expect(guide.includes('--version')).toBe(delivery === 'connected');
    expect(kinds(plan).includes('helm-repo')).toBe(delivery === 'connected');
  });

  it('R12, R13, R14, R21, R22, R26, R32, R33: it runs to the end, control plane first, and the data is the same', async () => {
    const outcome = await scene.apply('2.19.11', ...decided);
    expect(outcome.stderr).toContain('✓ Run:ai 2.9.6 → 2.19.11');
    expect(outcome.code).toBe(0);
    expect(await scene.data()).toEqual(before);
    const returned = (await scene.object(ingressPath(scene.namespace))) as unknown as Ingress;
    expect(returned.metadata.uid).not.toBe(ingress.metadata.uid);
    expect(returned.spec.rules.map(({ host }) => host)).toEqual([runaiDomain]);
    const site = join(scene.operator.home, 'state', 'liftlock', 'sites', scene.namespace, 'runs');
    const [run = ''] = await readdir(site);
    const kept = await readFile(join(site, run, 'backup', 'claims.json'), 'utf8');
    for (const word of before.claims.flatMap((claim) => claim.split(' ').slice(0, 3))) expect(kept).toContain(word);
    expect(kept).toContain('"persistentVolumeReclaimPolicy": "Delete"');
    const secret = await scene.object(`/api/v1/namespaces/${scene.namespace}/secrets/runai-backend-tls`);
    expect(secret?.['type']).toBe('kubernetes.io/tls');
    const order = (await scene.writes()).map(({ verb, resource, name }) => `${verb} ${resource}/${name}`);
    const claim = order.indexOf('patch persistentvolumeclaims/pvc-thanos-receive');
    const record = order.findIndex((line) => line.startsWith('create secrets/sh.helm.release'));
    expect(claim).toBeGreaterThanOrEqual(0);
    expect(order.indexOf('delete ingresses/runai-backend-ingress')).toBeGreaterThan(claim);
    expect(record).toBeGreaterThan(order.indexOf('delete ingresses/runai-backend-ingress'));
    const both = [scene.namespace, scene.clusterNamespace];
    const begun = (await scene.sandbox.audit())
      .filter(
        ({ verb, resource, namespace = '' }) => verb === 'create' && resource === 'secrets' && both.includes(namespace),
      )
      .flatMap(({ name = '', dryRun }) => (name.startsWith('sh.helm.release.v1.') && !dryRun ? [name.slice(19)] : []));
    expect(begun.slice(-2)).toEqual(['runai-backend.v2', 'runai-cluster.v2']);
  });

  it('R17, R24: the same release goes on under the renamed chart, customizations under their new keys', async () => {
    expect(await scene.history()).toEqual(['1 superseded runai-backend-2.9.6', '2 deployed control-plane-2.19.11']);
    expect(await scene.history('runai-cluster')).toEqual([
      '1 superseded runai-cluster-2.9.6',
      '2 deployed runai-cluster-2.19.11',
    ]);
    const registry = delivery === 'connected' ? {} : { global: { image: { registry: 'registry.k8s.io' } } };
    expect(await scene.values('runai-cluster')).toEqual({ ...clusterValues, ...registry });
    expect(await scene.values()).toEqual({
      global: { domain: runaiDomain },
      grafana: { adminUser: 'ops' },
      postgresql: { primary: { persistence: { existingClaim: 'pvc-postgresql' } } },
      thanos: { receive: { persistence: { existingClaim: 'pvc-thanos-receive' } } },
    });
  });
});

describe.each([
  { delivery: 'connected', version: '2.13.8', helm: 'helm3' },
  { delivery: 'airgapped', version: '2.16.5', helm: 'helm4' },
] as const)('Run:ai from $version, $delivery, $helm', ({ delivery, version, helm }) => {
  let scene: RunaiScene;
  const values = { global: { domain: runaiDomain }, grafana: { adminUser: 'ops' } };

  beforeAll(async () => {
    scene = await openRunai({ version, helm, values, published: ['2.18.9', '2.19.3', '2.19.11', '2.20.5'] });
    await asDelivered(scene, delivery, ['2.19.11']);
  });
  afterAll(() => scene.close());

  it('R06, R18, R19, R20: nothing has to be migrated; values are kept and new defaults come', async () => {
    const before = await scene.data();
    const { plan } = await scene.plan('~2.19.0', '--no-forecast');
    expect(told(plan)).toEqual([]);
    expect(plan.route.map(({ to }) => to)).toEqual(['2.19.11']);
    expect(plan.steps.filter(({ migration }) => migration !== undefined)).toEqual([]);
    const guide = upgradeOf(plan)?.guideCommand?.join(' ');
    const chart =
      delivery === 'connected'
        ? '-n NS runai-backend/control-plane --version 2.19.11'
        : 'control-plane-2.19.11.tgz -n NS';
    expect(guide?.replace(scene.namespace, 'NS')).toBe(
      `helm upgrade runai-backend ${chart} -f runai_control_plane_values.yaml --reset-then-reuse-values${helm === 'helm4' ? ' --server-side=false' : ''}`,
    );
    expect(upgradeOf(plan)?.command?.includes('--server-side=false')).toBe(helm === 'helm4');
    const outcome = await scene.apply('2.19.11');
    expect(saidBy(outcome)).toContain(`✓ Run:ai ${version} → 2.19.11`);
    expect(outcome.code).toBe(0);
    expect(await scene.values()).toEqual(values);
    expect(await scene.data()).toEqual(before);
    const config = await scene.object(`/api/v1/namespaces/${scene.namespace}/configmaps/runai-backend-config`);
    expect(config?.['data']).toMatchObject({ 'grafana-admin': 'ops', 'retention-days': '90' });
  });
});

describe('Run:ai on OpenShift from 2.11', () => {
  let scene: RunaiScene;
  beforeAll(async () => {
    const values = { openshift: true, backend: { openshiftIdp: { firstAdmin: 'kubeadmin' } } };
    scene = await openRunai({ version: '2.11.2', values, published: ['2.19.11'] });
    const domain = 'runai.apps.ocp.example.com';
    await scene.stage.writeSite({ options: { distribution: 'openshift' }, inputs: { domain } });
  });
  afterAll(() => scene.close());

  it('R08, R30: one claim is kept, no Ingress is touched, no certificate asked for, and its own values are set', async () => {
    const before = await scene.data();
    expect(before.claims).toHaveLength(1);
    const outcome = await scene.apply('2.19.11');
    expect(saidBy(outcome)).toContain('✓ Run:ai 2.11.2 → 2.19.11');
    expect(await scene.data()).toEqual(before);
    expect(await scene.values()).toEqual({
      backend: { config: { openshiftIdpFirstAdmin: 'kubeadmin' } },
      global: { domain: 'runai.apps.ocp.example.com', config: { kubernetesDistribution: 'openshift' } },
      postgresql: { primary: { persistence: { existingClaim: 'pvc-postgresql' } } },
      thanos: { query: { stores: ['thanos-grpc-port-forwarder:10901'] } },
    });
    const touched = (await scene.writes()).map(({ resource }) => resource);
    expect(touched).not.toContain('ingresses');
  });
});
