import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Sandbox } from '@liftlock/sandbox';
import { withPrivateHelm, type PrivateHelm } from '../../../sandbox/worlds/codemie/helm.ts';
import { openJournal } from '../../src/adapters/journal/sqlite-journal.ts';
import { textAt } from '../../src/findings/faults/read.ts';
import type { Entry } from '../../src/model/journal.ts';
import type { KubeObject } from '../../src/model/kube.ts';
import { Redactor } from '../../src/model/redaction.ts';
import { makeOperator, type Operator, type Outcome } from './liftlock.ts';
import { sharedSandbox } from './stage.ts';
import { writeStoreChart, type StoreChart } from './store-chart.ts';

/** A release `store` at 1.0.0 with data, a chart 2.0.0 that changes an immutable field, and an operator who looks after it. */
export interface Store {
  readonly sandbox: Sandbox;
  readonly namespace: string;
  readonly operator: Operator;
  readonly siteFile: string;
  /** Writes the site file again with keys changed. */
  writeSite(changes: Readonly<Record<string, unknown>>): void;
  /** An upgrade to 2.0.0 in one go. */
  upgrade(...more: readonly string[]): Promise<Outcome>;
  upgradeArguments(...more: readonly string[]): readonly string[];
  /** The same by somebody who may do everything in the namespace, and read the rest of the cluster. */
  upgradeWithoutVolumes(...more: readonly string[]): Promise<Outcome>;
  /** An object of the namespace, as `secrets/store`; undefined where there is none. */
  find(path: string): Promise<KubeObject | undefined>;
  get(path: string): Promise<KubeObject>;
  volumeOf(claim: string): Promise<KubeObject>;
  /** `1 superseded, 2 deployed`. */
  history(): Promise<string>;
  journal(): readonly Entry[];
  close(): Promise<void>;
}

const listPaths: Readonly<Record<string, string>> = {
  ingresses: '/apis/networking.k8s.io/v1',
  deployments: '/apis/apps/v1',
  statefulsets: '/apis/apps/v1',
};

/** Puts the release up with the real helm; the chart is in the sandbox's registry at both versions. */
export async function openStore(chart: StoreChart = {}): Promise<Store> {
  const sandbox = sharedSandbox();
  const folder = await mkdtemp(join(tmpdir(), 'liftlock-store-'));
  const namespace = `store-${randomBytes(3).toString('hex')}`;
  await sandbox.api.create('/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace },
  });
  // One repository a scene: variants of a version do not meet.
  const repository = `oci://${sandbox.registry.host}/${namespace}`;
  mkdirSync(join(folder, 'values'));
  writeFileSync(
    join(folder, 'values', 'store.yaml'),
    'host: store.example.test\ngreeting: "no: \'quotes\' \\"here\\""\n',
  );
  writeFileSync(join(folder, 'password'), sandbox.registry.password, { mode: 0o600 });
  const program = sandbox.bin[chart.helm ?? 'helm3'];
  await withPrivateHelm(program, (helm) => setUp(helm, { sandbox, folder, namespace, repository }, chart));
  writeFileSync(join(folder, 'platform.yaml'), stringify(platform));
  const siteFile = join(folder, 'site.yaml');
  const site = siteOf(sandbox, folder, namespace, repository);
  const writeSite = (changes: Readonly<Record<string, unknown>>) =>
    writeFileSync(siteFile, stringify({ ...site, ...changes }));
  writeSite({});
  const operator = await makeOperator({ helm: program, cwd: folder });
  const upgradeArguments = (...more: readonly string[]) => [
    'apply',
    '-f',
    siteFile,
    '--version',
    '2.0.0',
    '--yes',
    // Its registry is a name that nobody has.
    '--prove-images',
    'off',
    ...more,
  ];
  const pathOf = (path: string) =>
    `${listPaths[path.split('/')[0] ?? ''] ?? '/api/v1'}/namespaces/${namespace}/${path}`;
  const get = async (path: string) => (await sandbox.api.get(pathOf(path))) as unknown as KubeObject;
  const find = (path: string) => get(path).catch(() => undefined);
  return {
    sandbox,
    namespace,
    operator,
    siteFile,
    writeSite,
    upgradeArguments,
    upgradeWithoutVolumes: async (...more) => {
      const kubeconfig = await namespaceAdministrator(sandbox, namespace);
      return operator.run(...upgradeArguments('--kubeconfig', kubeconfig, ...more));
    },
    upgrade: (...more) => operator.run(...upgradeArguments(...more)),
    get,
    find,
    volumeOf: async (claim) => {
      const volume = textAt((await get(`persistentvolumeclaims/${claim}`)).spec, 'volumeName');
      return (await sandbox.api.get(`/api/v1/persistentvolumes/${volume}`)) as unknown as KubeObject;
    },
    history: () => historyOf(sandbox, namespace),
    journal: () => {
      const journal = openJournal(
        join(operator.home, 'state', 'liftlock', 'sites', namespace, 'journal.sqlite'),
        new Redactor(),
      );
      try {
        return journal.entries(journal.runs()[0]?.run ?? '');
      } finally {
        journal.close();
      }
    },
    close: async () => {
      await sandbox.api.delete(`/api/v1/namespaces/${namespace}`).catch(() => undefined);
      await operator.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A kubeconfig for a person who owns one namespace and may read the cluster's own objects. */
async function namespaceAdministrator(sandbox: Sandbox, namespace: string): Promise<string> {
  const user = `owner-of-${namespace}`;
  const rbac = '/apis/rbac.authorization.k8s.io/v1';
  const subjects = [{ kind: 'User', name: user, apiGroup: 'rbac.authorization.k8s.io' }];
  const bind = async (list: string, kind: string, role: string) =>
    sandbox.api.create(list, {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind,
      metadata: { name: `${user}-${role}` },
      subjects,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
    });
  await sandbox.api.create(`${rbac}/clusterroles`, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: `${namespace}-reader` },
    rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list', 'watch'] }],
  });
  await bind(`${rbac}/namespaces/${namespace}/rolebindings`, 'RoleBinding', 'cluster-admin');
  await bind(`${rbac}/clusterrolebindings`, 'ClusterRoleBinding', `${namespace}-reader`);
  return sandbox.kubeconfigFor({ user });
}

async function historyOf(sandbox: Sandbox, namespace: string): Promise<string> {
  const { items } = await sandbox.api.list(
    `/api/v1/namespaces/${namespace}/secrets?labelSelector=${encodeURIComponent('owner=helm,name=store')}`,
  );
  return items
    .map(({ metadata }) => `${metadata.labels?.['version']} ${metadata.labels?.['status']}`)
    .toSorted()
    .join(', ');
}

interface Place {
  readonly sandbox: Sandbox;
  readonly folder: string;
  readonly namespace: string;
  readonly repository: string;
}

async function setUp(
  helm: PrivateHelm,
  { sandbox, folder, namespace, repository }: Place,
  chart: StoreChart,
): Promise<void> {
  const { registry, kubeconfig } = sandbox;
  const auth = Buffer.from(`${registry.username}:${registry.password}`).toString('base64');
  writeFileSync(join(helm.home, 'registry.json'), JSON.stringify({ auths: { [registry.host]: { auth } } }));
  const transport =
    registry.scheme === 'http' ? ['--plain-http'] : registry.caFile === undefined ? [] : ['--ca-file', registry.caFile];
  for (const version of ['1.0.0', '2.0.0']) {
    const source = writeStoreChart(folder, version, chart);
    await helm.run(['package', source, '--destination', folder]);
    await helm.run(['push', join(folder, `store-${version}.tgz`), repository, ...transport]);
  }
  const values = join(folder, 'values', 'store.yaml');
  const install = ['install', 'store', join(folder, 'store-1.0.0.tgz'), '-n', namespace, '-f', values];
  await helm.run([
    ...install,
    '--kubeconfig',
    kubeconfig,
    chart.helm === 'helm4' ? '--wait=legacy' : '--wait',
    '--timeout',
    '60s',
  ]);
}

function siteOf(sandbox: Sandbox, folder: string, namespace: string, repository: string) {
  const { registry, kubeconfig } = sandbox;
  return {
    apiVersion: 'liftlock.dev/v1alpha1',
    kind: 'Site',
    metadata: { name: namespace },
    platform: join(folder, 'platform.yaml'),
    cluster: { kubeconfig },
    namespace,
    valuesFrom: './values',
    credentials: {
      registry: {
        username: registry.username,
        passwordFile: './password',
        plainHttp: registry.scheme === 'http',
        ...(registry.caFile === undefined ? {} : { caFile: registry.caFile }),
      },
    },
    mirrors: [{ from: 'oci://charts.example.test', to: repository }],
    graces: { minReady: '1s' },
  };
}

const platform = {
  apiVersion: 'liftlock.dev/v1alpha1',
  kind: 'Platform',
  metadata: { name: 'store', title: 'Store', guide: { title: 'How to upgrade Store' } },
  tools: { helm: '>=3.14.0' },
  namespace: 'store',
  registry: { host: 'charts.example.test' },
  components: [
    {
      name: 'store',
      title: 'Store',
      release: 'store',
      chart: { oci: 'oci://charts.example.test/store' },
      values: { files: ['store.yaml'] },
      hosts: ['host'],
      reinstall: true,
      timeout: '60s',
    },
  ],
  checks: [],
};
