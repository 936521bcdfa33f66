import { cp, mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { stringify } from 'yaml';
import { issueCertificate, makeAuthority } from '../../src/x509.ts';
import type { WorldCluster } from '../codemie/install.ts';
import { withPrivateHelm } from '../codemie/helm.ts';
import type { PackedChart } from '../codemie/packing.ts';
import { awaitReady } from '../codemie/readiness.ts';
import type { PackOptions } from '../coder/packing.ts';
import { startChartRepository, type ChartRepository } from '../coder/repository.ts';
import { controlPlaneChart, packRunai, runaiVersions, type RunaiChart } from './packing.ts';

/** The vendor's repositories; a site's mirrors send liftlock to the stage's instead. */
export const runaiRepositories = {
  'control-plane': 'https://runai.jfrog.io/artifactory/cp-charts-prod',
  'runai-cluster': 'https://runai.jfrog.io/artifactory/api/helm/run-ai-charts',
} as const;

/** The domain of the installation. */
export const runaiDomain = 'runai.example.com';

/** Values of a control plane before 2.12 as its vendor's `generate-values` leaves them, and one that its operator changed. */
export const oldValues = {
  openshift: false,
  backend: { https: { crt: 'an old certificate', key: 'an old private key' } },
  'nginx-ingress': { controller: { service: { externalIPs: ['192.0.2.7'] } } },
  grafana: { adminUser: 'ops' },
} as const;

/** What to set up for an operator of the stand-in Run:ai. */
export interface RunaiStageOptions {
  readonly sandbox: WorldCluster;
  /** An empty folder that receives certificate, charts and site file. */
  readonly folder: string;
  readonly namespace: string;
  /** What is installed; nothing where undefined. */
  readonly version: string | undefined;
  readonly helm: 'helm3' | 'helm4';
  /** The values that the installation was given; those of its age unless said. */
  readonly values?: Readonly<Record<string, unknown>> | undefined;
  /** Where the cluster part is installed, at the same version; nowhere unless given. */
  readonly clusterNamespace?: string | undefined;
  /** Name or file of the platform's definition; `runai` unless given. */
  readonly platform?: string | undefined;
  /** Versions that the repositories have. */
  readonly published?: readonly string[] | undefined;
  /** False where nobody looks at the workloads: what is installed is then handed over before it is ready. */
  readonly awaitsReady?: boolean | undefined;
  readonly timeScale?: number | undefined;
}

/** An installed Run:ai, the vendor's repositories, and what its operator holds. */
export interface RunaiStage {
  readonly folder: string;
  readonly namespace: string;
  readonly siteFile: string;
  /** As the site file has them. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly repository: ChartRepository;
  /** Packs and publishes one more version. */
  publish(chart: RunaiChart, version: string, options?: PackOptions): Promise<PackedChart>;
  /** Copies the charts of these versions into a folder, as a bundle leaves them, and returns it. */
  chartsFolder(...versions: readonly string[]): Promise<string>;
  /** Writes a certificate and its key beside the site file; returns their names. */
  writeCertificate(
    name: string,
    host: string,
    validDays?: number,
  ): Promise<{ readonly cert: string; readonly key: string }>;
  /** Writes the site file again with keys changed; `undefined` removes a key. */
  writeSite(changes?: Readonly<Record<string, unknown>>): Promise<string>;
  close(): Promise<void>;
}

/** Installs Run:ai at a version, as its vendor's guide would leave it, and hands over what its operator would have. */
export async function setRunaiStage(options: RunaiStageOptions): Promise<RunaiStage> {
  const { sandbox, folder, namespace } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const repository = await startChartRepository();
  const pack = (chart: RunaiChart, version: string, changes: PackOptions = {}) =>
    withPrivateHelm(sandbox.bin[options.helm], (helm) =>
      packRunai(helm, chart, version, join(folder, 'packed'), changes),
    );
  const publish = async (chart: RunaiChart, version: string, changes: PackOptions = {}) => {
    const packed = await pack(chart, version, changes);
    await repository.publish(packed);
    return packed;
  };
  for (const chart of ['control-plane', 'runai-cluster'] as const)
    for (const version of options.published ?? runaiVersions[chart]) await publish(chart, version);
  const { cert, key } = await writeCertificate(folder, 'tls', runaiDomain);
  await install(options);
  const siteFile = join(folder, 'site.yaml');
  const inputs = { domain: runaiDomain, tlsCert: `./${cert}`, tlsKey: `./${key}` };
  const site = {
    apiVersion: 'liftlock.dev/v1alpha1',
    kind: 'Site',
    metadata: { name: namespace },
    platform: options.platform ?? 'runai',
    inputs,
    cluster: { kubeconfig: sandbox.kubeconfig },
    namespace,
    mirrors: Object.values(runaiRepositories).map((from) => ({ from, to: repository.url })),
    timeScale: options.timeScale ?? 1,
    // The stand-ins' images are pulled by no one: nobody outside is asked about them.
    proveImages: 'off',
    graces: { minReady: '1s' },
    checks: { console: { affirmedBy: 'Ada Lovelace' }, connected: { affirmedBy: 'Ada Lovelace' } },
  };
  const writeSite = async (changes: Readonly<Record<string, unknown>> = {}) => {
    await writeFile(siteFile, stringify({ ...site, ...changes }));
    return siteFile;
  };
  await writeSite();
  return {
    folder,
    namespace,
    siteFile,
    inputs,
    repository,
    publish,
    writeSite,
    chartsFolder: async (...versions) => {
      const charts = join(folder, 'charts');
      await mkdir(charts, { recursive: true });
      for (const version of versions)
        for (const chart of [controlPlaneChart(version), 'runai-cluster'] as const) {
          const { file } = await pack(chart, version);
          await cp(file, join(charts, basename(file)));
        }
      return charts;
    },
    writeCertificate: (name, host, validDays) => writeCertificate(folder, name, host, validDays),
    close: () => repository.close(),
  };
}

async function writeCertificate(folder: string, name: string, host: string, validDays?: number) {
  const authority = 'an authority of the company';
  const pair = issueCertificate(makeAuthority(authority), authority, { commonName: host, hosts: [host], validDays });
  const files = { cert: `${name}.crt`, key: `${name}.key` };
  await writeFile(join(folder, files.cert), pair.certificate);
  await writeFile(join(folder, files.key), pair.key, { mode: 0o600 });
  return files;
}

async function install(options: RunaiStageOptions): Promise<void> {
  const { sandbox, namespace, version, clusterNamespace } = options;
  const namespaces = [namespace, ...(clusterNamespace === undefined ? [] : [clusterNamespace])];
  for (const name of namespaces)
    await sandbox.api.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  if (version === undefined) return;
  const chart = controlPlaneChart(version);
  if (chart === 'control-plane') await makeTlsSecret(sandbox, namespace);
  const values = options.values ?? (chart === 'control-plane' ? { global: { domain: runaiDomain } } : oldValues);
  await installChart(options, { chart, release: 'runai-backend', namespace, values, version });
  if (clusterNamespace !== undefined)
    await installChart(options, {
      chart: 'runai-cluster',
      release: 'runai-cluster',
      namespace: clusterNamespace,
      values: clusterValues,
      version,
    });
  await sandbox.api.create(`/api/v1/namespaces/${namespace}/configmaps`, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'projects-of-the-teams' },
    data: { 'team-a': 'eight GPUs' },
  });
  if (options.awaitsReady !== false) await awaitReady(sandbox.api, namespaces);
}

/** What the console's command gives the cluster part. */
export const clusterValues = {
  controlPlane: { url: runaiDomain, clientSecret: 'secret-of-the-console-0042' },
  cluster: { uid: '349e9937-2250-4fce-8726-f562bc44fefd', url: `https://${runaiDomain}` },
} as const;

interface Installation {
  readonly chart: RunaiChart;
  readonly release: string;
  readonly namespace: string;
  readonly version: string;
  readonly values: Readonly<Record<string, unknown>>;
}

async function installChart({ sandbox, folder, helm: which }: RunaiStageOptions, item: Installation): Promise<void> {
  const { chart, release, namespace, version, values } = item;
  await withPrivateHelm(sandbox.bin[which], async (helm) => {
    const installed = join(folder, 'installed');
    const { file } = await packRunai(helm, chart, version, installed);
    const valuesFile = join(installed, `${release}.json`);
    // As JSON: helm reads YAML of another age, where `on` is true.
    await writeFile(valuesFile, JSON.stringify(values), { mode: 0o600 });
    const place = ['--namespace', namespace, '--values', valuesFile, '--kubeconfig', sandbox.kubeconfig];
    await helm.run(['install', release, file, ...place, '--disable-openapi-validation']);
  });
}

/** What the operator of a newer control plane has made by hand. */
async function makeTlsSecret(sandbox: WorldCluster, namespace: string): Promise<void> {
  const authority = 'an authority of the company';
  const pair = issueCertificate(makeAuthority(authority), authority, { commonName: runaiDomain, hosts: [runaiDomain] });
  await sandbox.api.create(`/api/v1/namespaces/${namespace}/secrets`, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'runai-backend-tls' },
    type: 'kubernetes.io/tls',
    stringData: { 'tls.crt': pair.certificate, 'tls.key': pair.key },
  });
}
