import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { attach, type AuditEntry, type Sandbox } from '@liftlock/sandbox';
import { setStage, type Stage, type StageOptions } from '../../../sandbox/worlds/codemie/index.ts';
import { makeOperator, type Operator, type OperatorOptions } from './liftlock.ts';

/** The control plane that all tests of a run share, with charts 2.2.4, 2.2.5 and 2.2.6 in its registry. */
export function sharedSandbox(): Sandbox {
  return attach(inject('sandbox'));
}

export type HelmName = 'helm3' | 'helm4';

/** What a person affirms before an upgrade. */
export const affirmed = [
  '--affirm',
  'release-notes=Ada',
  '--affirm',
  'backups=Grace',
  '--affirm',
  'window=Joan',
] as const;

/** The stand-in platform in a namespace of its own, and an operator who looks after it. */
export interface Scene {
  readonly sandbox: Sandbox;
  readonly stage: Stage;
  readonly operator: Operator;
  readonly namespace: string;
  /** Writes to the cluster by liftlock and its helm in this namespace since the scene began, oldest first. */
  writes(): Promise<readonly AuditEntry[]>;
  /** Chart version of every release of the namespace, by release. */
  versions(): Promise<Readonly<Record<string, string>>>;
  close(): Promise<void>;
}

export interface SceneOptions extends Partial<
  Pick<StageOptions, 'version' | 'cloud' | 'decoys' | 'releases' | 'timeScale' | 'keyDaysAgo' | 'namespace'>
> {
  readonly helm?: HelmName | undefined;
  readonly sandbox?: Sandbox | undefined;
  readonly operator?: Partial<OperatorOptions> | undefined;
}

/** Installs CodeMie 2.2.4 for one test file. Waits are short: a workload that is healthy for 1 s counts as healthy. */
export async function openScene(options: SceneOptions = {}): Promise<Scene> {
  const sandbox = options.sandbox ?? sharedSandbox();
  const helm = options.helm ?? 'helm3';
  const namespace = options.namespace ?? `codemie-${randomBytes(3).toString('hex')}`;
  const folder = await mkdtemp(join(tmpdir(), 'liftlock-stage-'));
  const stage = await setStage({
    sandbox,
    folder,
    namespace,
    version: options.version ?? '2.2.4',
    helm,
    cloud: options.cloud ?? 'aws',
    decoys: options.decoys ?? false,
    releases: options.releases,
    timeScale: options.timeScale ?? 1,
    keyDaysAgo: options.keyDaysAgo,
  });
  await stage.writeSite({ graces: { minReady: '1s' } });
  const operator = await makeOperator({ helm: sandbox.bin[helm], cwd: folder, ...options.operator });
  const began = new Date().toISOString();
  return {
    sandbox,
    stage,
    operator,
    namespace,
    writes: async () =>
      (await sandbox.audit()).filter((entry) => entry.time >= began && entry.namespace === namespace && isWrite(entry)),
    versions: () => releaseVersions(sandbox.bin[helm], helm, sandbox.kubeconfig, namespace),
    close: async () => {
      await stage.close();
      await sandbox.api.delete(`/api/v1/namespaces/${namespace}`).catch(() => undefined);
      await operator.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const mutating = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

/** A write as the design counts it: mutating, no dry run, no review, no Lease of ours; by liftlock or helm. */
export function isWrite(entry: AuditEntry): boolean {
  const isOurs = /^(liftlock(?!-sandbox)|Helm|helm)/.test(entry.userAgent ?? '');
  const isHarmless =
    entry.dryRun ||
    /review/i.test(entry.resource ?? '') ||
    (entry.resource === 'leases' && (entry.name ?? 'liftlock').startsWith('liftlock'));
  return isOurs && mutating.has(entry.verb) && !isHarmless;
}

async function releaseVersions(
  helm: string,
  name: HelmName,
  kubeconfig: string,
  namespace: string,
): Promise<Readonly<Record<string, string>>> {
  const { execFile } = await import('node:child_process');
  const { promisify } = await import('node:util');
  const args = ['list', '-n', namespace, '--kubeconfig', kubeconfig, '-o', 'json', ...(name === 'helm3' ? ['-a'] : [])];
  const { stdout } = await promisify(execFile)(helm, args);
  const list = JSON.parse(stdout) as readonly {
    readonly name: string;
    readonly chart: string;
    readonly status: string;
  }[];
  return Object.fromEntries(
    list.map((item) => [item.name, `${item.status} ${item.chart.slice(item.chart.lastIndexOf('-') + 1)}`]),
  );
}
