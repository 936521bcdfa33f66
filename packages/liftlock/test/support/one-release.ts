import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AuditEntry, Sandbox } from '@liftlock/sandbox';
import type { CorpusCase } from '../corpus/case.ts';
import { openWorld, type World } from '../corpus/world.ts';
import { makeOperator, type Operator, type Outcome } from './liftlock.ts';
import { writeShopSite } from './shop-site.ts';
import { isWrite, type HelmName } from './stage.ts';

/** A platform of one release `shop`, made by the real helm, and an operator who upgrades it. */
export interface OneRelease {
  readonly world: World;
  readonly operator: Operator;
  /** `liftlock plan -o json`, read. */
  plan(...words: readonly string[]): Promise<OnePlan>;
  apply(...words: readonly string[]): Promise<Outcome>;
  /** Writes by liftlock and its helm in the namespace since the release was made. */
  writes(): Promise<readonly AuditEntry[]>;
  close(): Promise<void>;
}

export interface OnePlan {
  readonly exit: number | null;
  readonly steps: readonly {
    readonly id: string;
    readonly kind: string;
    readonly force?: boolean;
    readonly migration?: { readonly why?: string; readonly source: string };
  }[];
  readonly decisions: readonly { readonly remedy: string; readonly how: string }[];
  /** What people affirmed, and backups that were seen. */
  readonly affirmations?: Readonly<Record<string, { readonly by?: string }>>;
  readonly forecast: {
    readonly complete: boolean;
    readonly unforeseen: readonly { readonly what: string; readonly why: string }[];
    readonly findings: readonly {
      readonly code: string;
      readonly severity: string;
      readonly message: string;
      readonly object?: { readonly kind: string; readonly name: string };
      readonly remedies: readonly { readonly id: string }[];
    }[];
  };
}

export interface OneReleaseOptions {
  readonly name: string;
  readonly helm: HelmName;
  /** Objects of the chart that is installed, as version 1.0.0. */
  readonly before: readonly object[];
  /** Objects of version 2.0.0. */
  readonly after: readonly object[];
  /** The guide's --force. */
  readonly force?: boolean | undefined;
  /** The guide's --atomic. */
  readonly atomic?: boolean | undefined;
  /** Further files of the charts of both versions, as `values.yaml`. */
  readonly files?: Readonly<Record<string, string>> | undefined;
  /** Those of version 2.0.0 alone. */
  readonly newFiles?: Readonly<Record<string, string>> | undefined;
  /** Further keys of the component. */
  readonly component?: Readonly<Record<string, unknown>> | undefined;
  /** Further keys of the platform definition. */
  readonly definition?: Readonly<Record<string, unknown>> | undefined;
  /** Of the site file. */
  readonly site?: Readonly<Record<string, unknown>> | undefined;
}

/** Installs version 1.0.0 in a namespace of its own; version 2.0.0 lies in the registry. */
export async function openOneRelease(sandbox: Sandbox, options: OneReleaseOptions): Promise<OneRelease> {
  const world = await openWorld(sandbox, { name: options.name } as CorpusCase, options.helm);
  const { folder, namespace } = world;
  await writeFile(join(folder, 'values.yaml'), '{}\n');
  const must = async (...args: readonly string[]) => {
    const { code, stderr } = await world.helm(options.helm, ...args);
    if (code !== 0) throw new Error(`helm ${args[0] ?? ''}: ${stderr}`);
  };
  await must('install', 'shop', await world.chart({ objects: options.before, files: options.files }, '1.0.0'));
  await must(
    'package',
    await world.chart({ objects: options.after, files: { ...options.files, ...options.newFiles } }, '2.0.0'),
    '--destination',
    folder,
  );
  const { host, scheme, caFile } = sandbox.registry;
  const transport = scheme === 'http' ? ['--plain-http'] : ['--ca-file', caFile ?? ''];
  await must('push', join(folder, 'shop-2.0.0.tgz'), `oci://${host}/one/${namespace}`, ...transport);
  const { force = false, atomic = false } = options;
  await writeShopSite(world, {
    name: 'one',
    component: { ...options.component, ...(force || atomic ? { flags: { force, atomic } } : {}) },
    platform: options.definition,
    site: { graces: { minReady: '1s' }, ...options.site },
  });
  const operator = await makeOperator({ helm: sandbox.bin[options.helm], cwd: folder });
  const began = new Date().toISOString();
  return {
    world,
    operator,
    plan: async (...words) => {
      const outcome = await operator.run('plan', '-f', 'site.yaml', '--version', '2.0.0', '-o', 'json', ...words);
      if (!outcome.stdout.startsWith('{')) throw new Error(`no plan: ${outcome.stderr}`);
      return { ...(JSON.parse(outcome.stdout) as OnePlan), exit: outcome.code };
    },
    apply: async (...words) => operator.run('apply', '-f', 'site.yaml', '--version', '2.0.0', '--yes', ...words),
    writes: async () =>
      (await sandbox.audit()).filter((entry) => entry.time >= began && entry.namespace === namespace && isWrite(entry)),
    close: async () => {
      await operator.close();
      await world.close();
    },
  };
}
