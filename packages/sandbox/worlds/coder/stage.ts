import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { WorldCluster } from '../codemie/install.ts';
import { withPrivateHelm } from '../codemie/helm.ts';
import type { PackedChart } from '../codemie/packing.ts';
import { awaitReady } from '../codemie/readiness.ts';
import { coderVersions, packCoder, type PackOptions } from './packing.ts';
import { startChartRepository, type ChartRepository } from './repository.ts';

/** The vendor's repository; a site's mirror sends liftlock to the stage's instead. */
export const vendorRepository = 'https://helm.coder.com';

/** What to set up for an operator of the stand-in Coder. */
export interface CoderStageOptions {
  readonly sandbox: WorldCluster;
  /** An empty folder that receives the site file. */
  readonly folder: string;
  readonly namespace: string;
  /** What is installed; nothing where undefined. */
  readonly version: string | undefined;
  readonly helm: 'helm3' | 'helm4';
  /** The values that the installation was given; none unless said: then helm's record holds null. */
  readonly values?: Readonly<Record<string, unknown>> | undefined;
  /** Versions that the repository has; all four unless given. */
  readonly published?: readonly string[] | undefined;
  /** 1 keeps the guide's timeouts. */
  readonly timeScale?: number | undefined;
}

/** An installed Coder, the vendor's repository, and a site file. */
export interface CoderStage {
  readonly folder: string;
  readonly namespace: string;
  readonly siteFile: string;
  readonly repository: ChartRepository;
  /** Packs and publishes one more version. */
  publish(version: string, options?: PackOptions): Promise<PackedChart>;
  /** Writes the site file again with keys changed; `undefined` removes a key. */
  writeSite(changes?: Readonly<Record<string, unknown>>): Promise<string>;
  close(): Promise<void>;
}

/** Installs Coder at a version, as its vendor's guide would leave it, and hands over what its operator would have. */
export async function setCoderStage(options: CoderStageOptions): Promise<CoderStage> {
  const { sandbox, folder, namespace } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const repository = await startChartRepository();
  const publish = async (version: string, pack: PackOptions = {}) => {
    const packed = await withPrivateHelm(sandbox.bin[options.helm], (helm) =>
      packCoder(helm, version, join(folder, 'packed'), pack),
    );
    await repository.publish(packed);
    return packed;
  };
  for (const version of options.published ?? coderVersions) await publish(version);
  await sandbox.api.create('/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace },
  });
  if (options.version !== undefined) await install(options, options.version);
  const siteFile = join(folder, 'site.yaml');
  const site = {
    apiVersion: 'liftlock.dev/v1alpha1',
    kind: 'Site',
    metadata: { name: namespace },
    platform: 'coder',
    cluster: { kubeconfig: sandbox.kubeconfig },
    namespace,
    mirrors: [{ from: vendorRepository, to: repository.url }],
    timeScale: options.timeScale ?? 1,
    // The stand-ins' images are pulled by no one: nobody outside is asked about them.
    proveImages: 'off',
    graces: { minReady: '1s' },
    checks: { dashboard: { affirmedBy: 'Ada Lovelace' } },
  };
  const writeSite = async (changes: Readonly<Record<string, unknown>> = {}) => {
    await writeFile(siteFile, stringify({ ...site, ...changes }));
    return siteFile;
  };
  await writeSite();
  return { folder, namespace, siteFile, repository, publish, writeSite, close: () => repository.close() };
}

async function install(options: CoderStageOptions, version: string): Promise<void> {
  const { sandbox, folder, namespace } = options;
  await withPrivateHelm(sandbox.bin[options.helm], async (helm) => {
    const { file } = await packCoder(helm, version, join(folder, 'installed'));
    const valuesFile = join(folder, 'installed', 'values.yaml');
    // As JSON: helm reads YAML of another age, where `on` is true.
    if (options.values !== undefined) await writeFile(valuesFile, JSON.stringify(options.values), { mode: 0o600 });
    await helm.run([
      'install',
      'coder',
      file,
      '--namespace',
      namespace,
      ...(options.values === undefined ? [] : ['--values', valuesFile]),
      '--kubeconfig',
      sandbox.kubeconfig,
      '--disable-openapi-validation',
    ]);
  });
  await awaitReady(sandbox.api, [namespace]);
}
