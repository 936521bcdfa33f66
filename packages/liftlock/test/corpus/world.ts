import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Sandbox } from '@liftlock/sandbox';
import type { CaseWorld, ChartTexts, CorpusCase, HelmName, HelmWords, LiveObject, Variant } from './case.ts';

/** A case's own namespace, folder and helm. */
export interface World extends CaseWorld {
  readonly folder: string;
  /** Who installs the old chart, and who upgrades. */
  readonly installer: HelmName;
  readonly upgrader: HelmName;
  /** Replaces the marks in a text of the case. */
  fill(text: string): string;
  /** Helm with another kubeconfig than the administrator's. */
  helmAs(kubeconfig: string, name: HelmName, ...args: readonly string[]): Promise<HelmWords>;
  close(): Promise<void>;
}

/** Makes the namespace of a case. Cluster-wide objects carry its name, and go when it closes. */
export async function openWorld(sandbox: Sandbox, item: CorpusCase, variant: Variant): Promise<World> {
  const namespace = `${item.name.slice(0, 40)}-${randomBytes(2).toString('hex')}`;
  const folder = await mkdtemp(join(tmpdir(), 'liftlock-corpus-'));
  const environment = await helmEnvironment(sandbox, folder);
  await createNamespace(sandbox, namespace);
  const closing: (() => Promise<unknown>)[] = [
    () => rm(folder, { recursive: true, force: true }),
    () => sandbox.api.delete(`/api/v1/namespaces/${namespace}`),
    () => removeClusterWide(sandbox, namespace),
  ];
  const fill = (text: string) => text.replaceAll('__NS__', namespace);
  const helmAs: World['helmAs'] = (kubeconfig, name, ...args) =>
    run(sandbox.bin[name], [...args, '--kubeconfig', kubeconfig], environment);
  const filled = (object: object) => JSON.parse(fill(JSON.stringify(object))) as LiveObject;
  return {
    sandbox,
    namespace,
    variant,
    folder,
    installer: variant === 'helm4' ? 'helm4' : 'helm3',
    upgrader: variant === 'helm3' ? 'helm3' : 'helm4',
    fill,
    helmAs,
    helm: (name, ...args) => helmAs(sandbox.kubeconfig, name, ...args, '--namespace', namespace),
    chart: (texts, version) => writeTexts(folder, texts, version, fill),
    create: async (object) => {
      const full = filled(object);
      await sandbox.api.create(await collection(sandbox, full, namespace), full);
    },
    find: async (apiVersion, kind, name, elsewhere) => {
      const where = await collection(sandbox, filled({ apiVersion, kind, metadata: { name } }), elsewhere ?? namespace);
      return (await sandbox.api.find(`${where}/${fill(name)}`)) as LiveObject | undefined;
    },
    patch: async (apiVersion, kind, name, patch) => {
      const object = filled({ apiVersion, kind, metadata: { name } });
      await sandbox.api.patch(`${await collection(sandbox, object, namespace)}/${name}`, patch);
    },
    untilRefused: async (object) => {
      const full = filled(object);
      const path = `${await collection(sandbox, full, namespace)}?dryRun=All`;
      for (;;) {
        try {
          await sandbox.api.create(path, full);
        } catch {
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
    onClose: (close) => closing.push(close),
    close: async () => {
      for (const step of closing.splice(0).toReversed()) await step();
    },
  };
}

async function createNamespace({ api }: Sandbox, name: string): Promise<void> {
  await api.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  // Pods are refused until the namespace has its default service account.
  while ((await api.find(`/api/v1/namespaces/${name}/serviceaccounts/default`)) === undefined)
    await new Promise((resolve) => setTimeout(resolve, 50));
}

async function helmEnvironment(sandbox: Sandbox, folder: string): Promise<NodeJS.ProcessEnv> {
  const home = join(folder, 'helm');
  await mkdir(home);
  const { host, username, password } = sandbox.registry;
  const auth = Buffer.from(`${username}:${password}`).toString('base64');
  const login = join(home, 'registry.json');
  await writeFile(login, JSON.stringify(username === '' ? {} : { auths: { [host]: { auth } } }), { mode: 0o600 });
  return {
    HOME: home,
    HELM_CACHE_HOME: home,
    HELM_CONFIG_HOME: home,
    HELM_DATA_HOME: home,
    HELM_REGISTRY_CONFIG: login,
  };
}

function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<HelmWords> {
  const { promise, resolve } = Promise.withResolvers<HelmWords>();
  execFile(command, args, { env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
    resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr });
  });
  return promise;
}

/** Writes the chart `shop` and returns its folder. */
async function writeTexts(
  folder: string,
  texts: ChartTexts,
  version: string,
  fill: (text: string) => string,
): Promise<string> {
  const chart = join(await mkdtemp(join(folder, 'chart-')), 'shop');
  const objects = (texts.objects ?? []).map((object, index) => [
    `templates/object-${index}.yaml`,
    JSON.stringify(object),
  ]);
  const about = `apiVersion: v2\nname: shop\nversion: ${version}\nappVersion: "${texts.appVersion ?? version}"\n`;
  const files = { 'Chart.yaml': about, ...Object.fromEntries(objects), ...texts.files } as Record<string, string>;
  for (const [name, text] of Object.entries(files)) {
    const path = join(chart, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, fill(text));
  }
  return chart;
}

interface ResourceList {
  readonly resources: readonly { readonly name: string; readonly kind: string; readonly namespaced: boolean }[];
}

/** The path of the collection that an object belongs to, as the API server's discovery has it. */
async function collection({ api }: Sandbox, object: LiveObject, namespace: string): Promise<string> {
  const group = object.apiVersion.includes('/') ? `/apis/${object.apiVersion}` : `/api/${object.apiVersion}`;
  const list = (await api.get(group)) as unknown as ResourceList;
  const found = list.resources.find(({ name, kind }) => kind === object.kind && !name.includes('/'));
  if (found === undefined) throw new Error(`the API server knows no ${object.kind} of ${object.apiVersion}`);
  const where = (object.metadata['namespace'] as string | undefined) ?? namespace;
  return found.namespaced ? `${group}/namespaces/${where}/${found.name}` : `${group}/${found.name}`;
}

const clusterWide = [
  '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
  '/apis/storage.k8s.io/v1/storageclasses',
  '/apis/scheduling.k8s.io/v1/priorityclasses',
  '/apis/rbac.authorization.k8s.io/v1/clusterroles',
  '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
  '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations',
  '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations',
  '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies',
  '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings',
  '/api/v1/namespaces',
];

/** Whatever lies outside the namespace and carries its name. */
async function removeClusterWide({ api }: Sandbox, namespace: string): Promise<void> {
  for (const path of clusterWide) {
    const { items } = await api.list(path);
    for (const { metadata } of items) {
      if (metadata.name?.includes(namespace) === true && metadata.name !== namespace)
        await api.delete(`${path}/${metadata.name}`);
    }
  }
}
