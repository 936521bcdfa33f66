import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { AuditEntry, Sandbox } from '@liftlock/sandbox';
import { setCoderStage, type CoderStage, type CoderStageOptions } from '../../../sandbox/worlds/coder/index.ts';
import { openJournal } from '../../src/adapters/journal/sqlite-journal.ts';
import type { Entry } from '../../src/model/journal.ts';
import { Redactor } from '../../src/model/redaction.ts';
import { makeOperator, type Operator, type OperatorOptions } from './liftlock.ts';
import { isWrite, sharedSandbox, type HelmName } from './stage.ts';

/** What `plan -o json` says, as far as these tests look. */
export interface CoderPlan {
  readonly route: readonly { readonly from: string; readonly to: string }[];
  readonly components: readonly { readonly release: string; readonly namespace: string }[];
  readonly steps: readonly {
    readonly id: string;
    readonly kind: string;
    readonly guideCommand?: readonly string[];
    readonly command?: readonly string[];
    readonly notes?: readonly string[];
  }[];
  readonly decisions: readonly { readonly remedy: string; readonly how: string; readonly code?: string }[];
  readonly forecast: {
    readonly findings: readonly {
      readonly code: string;
      readonly severity: string;
      readonly message: string;
      readonly field?: string;
      readonly remedies: readonly { readonly id: string; readonly destructive: boolean }[];
    }[];
  };
}

/** The plan of the scene's site, with everything affirmed. */
export async function planCoder(
  scene: CoderScene,
  ...more: readonly string[]
): Promise<{ readonly code: number | null; readonly plan: CoderPlan }> {
  const outcome = await scene.operator.run('plan', '-f', scene.stage.siteFile, ...coderAffirmed, '-o', 'json', ...more);
  if (!outcome.stdout.startsWith('{')) throw new Error(`no plan: ${outcome.stderr}`);
  return { code: outcome.code, plan: JSON.parse(outcome.stdout) as CoderPlan };
}

/** The folder of the newest run, and its journal's. */
export async function coderSite(scene: CoderScene): Promise<{ readonly folder: string; readonly site: string }> {
  const site = join(scene.operator.home, 'state', 'liftlock', 'sites', scene.namespace);
  const runs = (await readdir(join(site, 'runs'))).toSorted();
  return { site, folder: join(site, 'runs', runs.at(-1) ?? '') };
}

/** The journal of the newest run, oldest entry first. */
export async function coderJournal(scene: CoderScene): Promise<readonly Entry[]> {
  const { site } = await coderSite(scene);
  const store = openJournal(join(site, 'journal.sqlite'), new Redactor());
  try {
    const [newest] = store.runs();
    return newest === undefined ? [] : store.entries(newest.run);
  } finally {
    store.close();
  }
}

/** What a person affirms before an upgrade of Coder. */
export const coderAffirmed = ['--affirm', 'database-snapshot=Grace', '--affirm', 'window=Joan'] as const;

/** One revision of the release, as `helm history` tells it. */
export interface CoderRevision {
  readonly revision: number;
  readonly status: string;
  readonly chart: string;
  readonly description: string;
}

/** A stand-in Coder in a namespace of its own, and an operator who looks after it. */
export interface CoderScene {
  readonly sandbox: Sandbox;
  readonly stage: CoderStage;
  readonly operator: Operator;
  readonly namespace: string;
  readonly helm: HelmName;
  /** Arguments of an upgrade that everything is affirmed for. */
  apply(version: string, ...more: readonly string[]): readonly string[];
  /** A typed helm, with the operator's own folders. */
  typed(...args: readonly string[]): Promise<{ readonly stdout: string; readonly stderr: string }>;
  history(): Promise<readonly CoderRevision[]>;
  /** The live release's own values. */
  values(): Promise<unknown>;
  /** Writes to the cluster by liftlock and its helm in this namespace since the scene began, oldest first. */
  writes(): Promise<readonly AuditEntry[]>;
  close(): Promise<void>;
}

export interface CoderSceneOptions extends Partial<Omit<CoderStageOptions, 'sandbox' | 'folder' | 'helm'>> {
  readonly helm?: HelmName | undefined;
  /** The one that tests share, unless given. */
  readonly sandbox?: Sandbox | undefined;
  readonly operator?: Partial<OperatorOptions> | undefined;
}

/** Installs Coder 1.15.3 for one test. */
export async function openCoder(options: CoderSceneOptions = {}): Promise<CoderScene> {
  const sandbox = options.sandbox ?? sharedSandbox();
  const helm = options.helm ?? 'helm3';
  const namespace = options.namespace ?? `coder-${randomBytes(3).toString('hex')}`;
  const folder = await mkdtemp(join(tmpdir(), 'liftlock-coder-'));
  const stage = await setCoderStage({
    ...options,
    version: 'version' in options ? options.version : '1.15.3',
    sandbox,
    folder,
    namespace,
    helm,
  });
  const operator = await makeOperator({ helm: sandbox.bin[helm], cwd: folder, ...options.operator });
  const began = new Date().toISOString();
  const run = promisify(execFile);
  const typed = (...args: readonly string[]) =>
    run(sandbox.bin[helm], [...args], {
      env: { ...operator.environment, KUBECONFIG: sandbox.kubeconfig },
      cwd: folder,
    });
  return {
    sandbox,
    stage,
    operator,
    namespace,
    helm,
    typed,
    apply: (version, ...more) => [
      'apply',
      '-f',
      stage.siteFile,
      '--version',
      version,
      '--yes',
      ...coderAffirmed,
      ...more,
    ],
    history: async () =>
      JSON.parse((await typed('history', 'coder', '-n', namespace, '-o', 'json')).stdout) as readonly CoderRevision[],
    values: async () =>
      JSON.parse((await typed('get', 'values', 'coder', '-n', namespace, '-o', 'json')).stdout) as unknown,
    writes: async () =>
      (await sandbox.audit()).filter((entry) => entry.time >= began && entry.namespace === namespace && isWrite(entry)),
    close: async () => {
      await stage.close();
      await sandbox.api.delete(`/api/v1/namespaces/${namespace}`).catch(() => undefined);
      await operator.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
