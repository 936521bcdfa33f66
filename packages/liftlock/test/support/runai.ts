import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { AuditEntry, KubeObject, Sandbox } from '@liftlock/sandbox';
import {
  playOperator,
  setRunaiStage,
  type RunaiStage,
  type RunaiStageOptions,
} from '../../../sandbox/worlds/runai/index.ts';
import { platformsFolder } from '../../src/adapters/files/platform-catalog.ts';
import type { Plan } from '../../src/model/plan.ts';
import { makeOperator, type Operator, type OperatorOptions, type Outcome } from './liftlock.ts';
import { isWrite, sharedSandbox, type HelmName } from './stage.ts';

/** What a person affirms before an upgrade of Run:ai. */
export const runaiAffirmed = [
  '--affirm',
  'release-notes=Ada',
  '--affirm',
  'database-backup=Grace',
  '--affirm',
  'cluster-backup=Grace',
  '--affirm',
  'window=Joan',
] as const;

/** What must be the same before and after: claims with their volumes, and what users made. */
export interface RunaiData {
  /** `name uid volume phase`. */
  readonly claims: readonly string[];
  /** The ConfigMap of the users: uid and content. */
  readonly projects: unknown;
}

/** A stand-in Run:ai in namespaces of its own, and an operator who looks after it. */
export interface RunaiScene {
  readonly sandbox: Sandbox;
  readonly stage: RunaiStage;
  readonly operator: Operator;
  readonly namespace: string;
  /** Of the cluster part. */
  readonly clusterNamespace: string;
  readonly helm: HelmName;
  /** Runs `plan -o json`, everything affirmed; without the cluster part where that is not installed. */
  plan(version: string, ...more: readonly string[]): Promise<{ readonly outcome: Outcome; readonly plan: Plan }>;
  apply(version: string, ...more: readonly string[]): Promise<Outcome>;
  /** A typed helm, with the operator's own folders. */
  typed(...args: readonly string[]): Promise<string>;
  /** `revision status chart` of a release, oldest first. */
  history(release?: string): Promise<readonly string[]>;
  values(release?: string): Promise<unknown>;
  data(): Promise<RunaiData>;
  object(path: string): Promise<KubeObject | undefined>;
  /** Writes to the cluster by liftlock and its helm in the control plane's namespace since the scene began, oldest first. */
  writes(): Promise<readonly AuditEntry[]>;
  close(): Promise<void>;
}

export interface RunaiSceneOptions extends Partial<
  Omit<RunaiStageOptions, 'sandbox' | 'folder' | 'helm' | 'clusterNamespace'>
> {
  readonly helm?: HelmName | undefined;
  /** The one that tests share, unless given. */
  readonly sandbox?: Sandbox | undefined;
  readonly operator?: Partial<OperatorOptions> | undefined;
  /** Whether the cluster part is installed, and its operator plays; not unless said. */
  readonly withCluster?: boolean | undefined;
}

/** Installs Run:ai at a version for one test. */
export async function openRunai(options: RunaiSceneOptions): Promise<RunaiScene> {
  const sandbox = options.sandbox ?? sharedSandbox();
  const { helm = 'helm3', withCluster = false } = options;
  const suffix = randomBytes(3).toString('hex');
  const namespace = options.namespace ?? `runai-backend-${suffix}`;
  const clusterNamespace = `runai-${suffix}`;
  const folder = await mkdtemp(join(tmpdir(), 'liftlock-runai-'));
  await writeDefinition(folder, clusterNamespace);
  const stage = await setRunaiStage({
    platform: './platform.yaml',
    ...options,
    version: options.version,
    sandbox,
    folder,
    namespace,
    helm,
    clusterNamespace: withCluster ? clusterNamespace : undefined,
  });
  const played = withCluster ? playOperator(sandbox.api, clusterNamespace) : undefined;
  const operator = await makeOperator({ helm: sandbox.bin[helm], cwd: folder, ...options.operator });
  const began = new Date().toISOString();
  const run = promisify(execFile);
  const env = { ...operator.environment, KUBECONFIG: sandbox.kubeconfig };
  const typed = async (...args: readonly string[]) =>
    (await run(sandbox.bin[helm], [...args], { env, cwd: folder })).stdout;
  const placeOf = (release: string) => ['-n', release === 'runai-cluster' ? clusterNamespace : namespace];
  const asked = (version: string) => [
    '-f',
    stage.siteFile,
    '--version',
    version,
    ...runaiAffirmed,
    ...(withCluster ? [] : ['--only', 'control-plane']),
  ];
  return {
    sandbox,
    stage,
    operator,
    namespace,
    clusterNamespace,
    helm,
    typed,
    plan: async (version, ...more) => {
      const outcome = await operator.run('plan', ...asked(version), '-o', 'json', ...more);
      if (!outcome.stdout.startsWith('{')) throw new Error(`no plan: ${outcome.stderr}`);
      return { outcome, plan: JSON.parse(outcome.stdout) as Plan };
    },
    apply: (version, ...more) => operator.run('apply', ...asked(version), '--yes', ...more),
    history: async (release = 'runai-backend') => {
      const text = await typed('history', release, ...placeOf(release), '-o', 'json');
      const list = JSON.parse(text) as readonly { revision: number; status: string; chart: string }[];
      return list.map(({ revision, status, chart }) => `${revision} ${status} ${chart}`);
    },
    values: async (release = 'runai-backend') =>
      JSON.parse(await typed('get', 'values', release, ...placeOf(release), '-o', 'json')) as unknown,
    data: () => readData(sandbox, namespace),
    object: (path) => sandbox.api.find(path),
    writes: async () =>
      (await sandbox.audit()).filter((entry) => entry.time >= began && entry.namespace === namespace && isWrite(entry)),
    close: async () => {
      await played?.stop();
      await stage.close();
      for (const name of [namespace, clusterNamespace])
        await sandbox.api.delete(`/api/v1/namespaces/${name}`).catch(() => undefined);
      await operator.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The definition as it is, but for the namespace of the cluster part, which is the same for the whole control plane. */
async function writeDefinition(folder: string, clusterNamespace: string): Promise<void> {
  const text = await readFile(join(platformsFolder(), 'runai', 'platform.yaml'), 'utf8');
  await writeFile(
    join(folder, 'platform.yaml'),
    text.replaceAll(/namespace: runai(?=[\n,])/g, `namespace: ${clusterNamespace}`),
  );
}

interface Claim extends KubeObject {
  readonly spec: { readonly volumeName?: string };
  readonly status?: { readonly phase?: string };
}

async function readData({ api }: Sandbox, namespace: string): Promise<RunaiData> {
  const path = `/api/v1/namespaces/${namespace}`;
  const { items } = await api.list<Claim>(`${path}/persistentvolumeclaims`);
  const { metadata, data } = (await api.get(`${path}/configmaps/projects-of-the-teams`)) as KubeObject & {
    readonly data?: unknown;
  };
  const claims = items.map(({ metadata: { name, uid }, spec, status }) =>
    [name, uid, spec.volumeName, status?.phase].join(' '),
  );
  return { claims: claims.toSorted(), projects: { uid: metadata.uid, data } };
}
