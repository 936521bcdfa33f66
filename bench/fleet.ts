import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Sandbox } from '../packages/sandbox/src/index.ts';
import { runCommand, type Ended } from './commands.ts';
import { cli } from './stand.ts';

/** How many releases a plan is measured with. */
export const fleetSize = 26;
const versions = { from: '1.0.0', to: '1.1.0' } as const;

/** Many small releases in one namespace, and three ways to ask what an upgrade of all of them would do. */
export interface Fleet {
  /** `liftlock plan` with caches and state that last as long as the home is the same; a new home is a first run. */
  liftlock(home: string): Promise<Ended>;
  newHome(): Promise<string>;
  /** `helm upgrade --dry-run=server` of each release, two at a time. */
  dryRuns(...flags: readonly string[]): Promise<Ended>;
  /** Processes of helm that do nothing, as many, two at a time. */
  bareHelm(): Promise<Ended>;
  /** `helmfile diff` of the same releases; undefined where helmfile or its plug-in was not found. */
  helmfileDiff: (() => Promise<Ended>) | undefined;
  remove(): Promise<void>;
}

/**
 * Installs the releases at the old version. In the new one `changed` of them have another image; the others differ in
 * nothing but the version of their chart, which is what an upgrade of a platform mostly is.
 */
export async function openFleet(sandbox: Sandbox, parent: string, changed: number): Promise<Fleet> {
  const folder = await mkdtemp(join(parent, 'fleet-'));
  const namespace = `fleet-${changed}`;
  await sandbox.api.create('/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace },
  });
  const environment = await shellEnvironment(sandbox, folder);
  const shell = async (script: string) => {
    const ended = await runCommand('/bin/sh', ['-euc', script], { cwd: folder, environment, limitSeconds: 600 });
    if (ended.code !== 0) throw new Error(`${script}\nended with ${ended.code}:\n${ended.stderr}`);
    return ended;
  };
  await writeCharts(folder, changed);
  await writePlatform(sandbox, folder, namespace);
  await writeFile(join(folder, 'parts.txt'), `${parts.join('\n')}\n`);
  const registry = `oci://${sandbox.registry.host}/fleet`;
  const each = (command: string) => shell(`xargs -P 2 -I PART sh -euc '${command}' <parts.txt >/dev/null`);
  for (const version of [versions.from, versions.to]) await each(`helm package charts-${version}/PART -d packed`);
  await each(`helm push packed/PART-${versions.to}.tgz ${registry} --plain-http`);
  await each(`helm install PART packed/PART-${versions.from}.tgz -n ${namespace} -f values.yaml --wait --timeout 120s`);
  const archive = `packed/PART-${versions.to}.tgz`;
  return {
    newHome: () => mkdtemp(join(folder, 'home-')),
    liftlock: async (home) => {
      const own = { PATH: process.env['PATH'], HOME: home, LIFTLOCK_HELM: sandbox.bin.helm3, NO_COLOR: '1' };
      const args = [cli, 'plan', '-f', 'site.yaml', '--version', versions.to, '-o', 'json'];
      const ended = await runCommand(process.execPath, args, { cwd: folder, environment: own, limitSeconds: 600 });
      if (ended.code !== 0) throw new Error(`liftlock plan ended with ${ended.code}:\n${ended.stderr}`);
      return ended;
    },
    dryRuns: (...flags) =>
      each(`helm upgrade PART ${archive} -n ${namespace} -f values.yaml --dry-run=server ${flags.join(' ')}`),
    bareHelm: () => each('helm version'),
    helmfileDiff: await helmfile(folder, namespace, environment),
    remove: async () => {
      await sandbox.api.delete(`/api/v1/namespaces/${namespace}`);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const parts = Array.from({ length: fleetSize }, (_, index) => `part-${String(index + 1).padStart(2, '0')}`);

/** Eight kinds of objects, as charts of services have them. */
const template = `
apiVersion: v1
kind: ServiceAccount
metadata: {name: {{ .Release.Name }}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: {{ .Release.Name }}}
rules: [{apiGroups: [""], resources: [configmaps], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: {{ .Release.Name }}}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: {{ .Release.Name }}}
subjects: [{kind: ServiceAccount, name: {{ .Release.Name }}}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}}
data: {mode: {{ .Values.mode | quote }}}
---
apiVersion: v1
kind: Secret
metadata: {name: {{ .Release.Name }}}
stringData: {token: {{ .Values.token | quote }}}
---
apiVersion: v1
kind: Service
metadata: {name: {{ .Release.Name }}}
spec: {selector: {app: {{ .Release.Name }}}, ports: [{port: 80}]}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: {{ .Release.Name }}}
spec: {maxUnavailable: 1, selector: {matchLabels: {app: {{ .Release.Name }}}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .Release.Name }}}
spec:
  replicas: 1
  selector: {matchLabels: {app: {{ .Release.Name }}}}
  template:
    metadata: {labels: {app: {{ .Release.Name }}}}
    spec:
      serviceAccountName: {{ .Release.Name }}
      containers:
        - name: main
          image: team/part:IMAGE
          envFrom: [{configMapRef: {name: {{ .Release.Name }}}}, {secretRef: {name: {{ .Release.Name }}}}]
`;

async function writeCharts(folder: string, changed: number): Promise<void> {
  for (const version of [versions.from, versions.to]) {
    for (const [index, name] of parts.entries()) {
      const chart = join(folder, `charts-${version}`, name);
      await mkdir(join(chart, 'templates'), { recursive: true });
      await writeFile(join(chart, 'Chart.yaml'), `apiVersion: v2\nname: ${name}\nversion: ${version}\n`);
      await writeFile(join(chart, 'values.yaml'), 'mode: plain\ntoken: none\n');
      const image = version === versions.to && index < changed ? '2' : '1';
      await writeFile(join(chart, 'templates', 'all.yaml'), template.replace('IMAGE', image));
    }
  }
  await writeFile(join(folder, 'values.yaml'), 'mode: strict\ntoken: abc\n');
}

async function writePlatform(sandbox: Sandbox, folder: string, namespace: string): Promise<void> {
  const { host, username, password } = sandbox.registry;
  const components = parts.map((name) => ({
    name,
    title: name,
    release: name,
    chart: { oci: `oci://${host}/fleet/${name}` },
    values: { files: ['values.yaml'] },
    timeout: '60s',
  }));
  const apiVersion = 'liftlock.dev/v1alpha1';
  const platform = {
    apiVersion,
    kind: 'Platform',
    metadata: { name: 'fleet', title: 'Fleet', guide: { title: 'none' } },
    tools: { helm: '>=3.14.0' },
    namespace,
    registry: { host, login: { username } },
    components,
  };
  const site = {
    apiVersion,
    kind: 'Site',
    metadata: { name: namespace },
    platform: './platform.yaml',
    namespace,
    cluster: { kubeconfig: sandbox.kubeconfig },
    valuesFrom: '.',
    proveImages: 'off',
    credentials: { registry: { username, passwordFile: './password', plainHttp: true } },
  };
  await writeFile(join(folder, 'password'), password, { mode: 0o600 });
  await writeFile(join(folder, 'platform.yaml'), JSON.stringify(platform));
  await writeFile(join(folder, 'site.yaml'), JSON.stringify(site));
}

async function shellEnvironment(sandbox: Sandbox, folder: string): Promise<NodeJS.ProcessEnv> {
  const bin = join(folder, 'bin');
  await mkdir(bin);
  await copyFile(sandbox.bin.helm3, join(bin, 'helm'));
  await chmod(join(bin, 'helm'), 0o755);
  const { host, username, password } = sandbox.registry;
  const auth = Buffer.from(`${username}:${password}`).toString('base64');
  const login = join(folder, 'registry.json');
  await writeFile(login, JSON.stringify({ auths: { [host]: { auth } } }), { mode: 0o600 });
  return { PATH: `${bin}:/usr/bin:/bin`, HOME: folder, KUBECONFIG: sandbox.kubeconfig, HELM_REGISTRY_CONFIG: login };
}

/** Where the rival's programs are looked for: `helmfile` and its plug-in `helm-diff`, which this repository does not bring. */
const tools = process.env['LIFTLOCK_BENCH_TOOLS'] ?? join(homedir(), '.cache', 'liftlock', 'bench', 'bin');

async function helmfile(
  folder: string,
  namespace: string,
  environment: NodeJS.ProcessEnv,
): Promise<Fleet['helmfileDiff']> {
  const programs = ['helmfile', 'helm-diff'].map((name) => join(tools, name));
  if (!programs.every((path) => existsSync(path))) return undefined;
  const plugin = join(folder, 'plugins', 'diff');
  await mkdir(plugin, { recursive: true });
  await writeFile(
    join(plugin, 'plugin.yaml'),
    `name: diff\nversion: 3.15.11\nusage: diff\ndescription: diff\ncommand: ${tools}/helm-diff\n`,
  );
  const releases = parts.map((name) => ({
    name,
    namespace,
    chart: `./packed/${name}-${versions.to}.tgz`,
    values: ['./values.yaml'],
  }));
  // helmfile looks for its top-level keys line by line: one long line of JSON has none that it sees.
  const lines = releases.map((release) => `  - ${JSON.stringify(release)}\n`);
  await writeFile(join(folder, 'helmfile.yaml'), `releases:\n${lines.join('')}`);
  const own = { ...environment, HELM_PLUGINS: join(folder, 'plugins') };
  return async () => {
    const args = ['-f', 'helmfile.yaml', 'diff', '--suppress-secrets'];
    const ended = await runCommand(join(tools, 'helmfile'), args, { cwd: folder, environment: own, limitSeconds: 900 });
    if (ended.code !== 0) throw new Error(`helmfile diff ended with ${ended.code}:\n${ended.stderr.slice(-3000)}`);
    return ended;
  };
}
