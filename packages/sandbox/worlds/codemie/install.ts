import { join } from 'node:path';
import { components, valuesPath } from './components.ts';
import type { Cloud } from './components.ts';
import { decoys } from './decoys.ts';
import { eachAtOnce, withPrivateHelm } from './helm.ts';
import type { PrivateHelm } from './helm.ts';
import { packCharts, packDecoys } from './packing.ts';
import { awaitReady } from './readiness.ts';
import { defaultPullSecret, makeElasticSecret, makeSecrets } from './secrets.ts';
import type { PullSecret } from './secrets.ts';

/** What the installation needs of a cluster; a sandbox is one. */
export interface WorldCluster {
  /** Path of an administrator's kubeconfig. */
  readonly kubeconfig: string;
  readonly bin: { readonly helm3: string; readonly helm4: string };
  readonly api: {
    get(path: string): Promise<unknown>;
    create(path: string, object: object): Promise<unknown>;
  };
}

/** What to install. */
export interface InstallOptions {
  readonly sandbox: WorldCluster;
  readonly helm: 'helm3' | 'helm4';
  readonly version: string;
  readonly cloud: Cloud;
  /** A filled checkout, see `makeCheckout`. */
  readonly checkout: string;
  /** `codemie`, or `codemie-<suffix>`; the namespaces of the decoys get the same suffix. */
  readonly namespace: string;
  readonly decoys: boolean;
  /** Releases of the five to install; all unless given. Leave one out to play an absent release. */
  readonly releases?: readonly string[] | undefined;
  readonly pullSecret?: PullSecret | undefined;
  /** How long the workloads may take to become ready; 120 s unless given. */
  readonly readyDeadlineMs?: number | undefined;
}

/** One release of the installation. */
export interface InstalledRelease {
  readonly release: string;
  readonly namespace: string;
  readonly chart: string;
  readonly version: string;
}

/** An installation as it was made. */
export interface InstalledPlatform {
  readonly namespace: string;
  readonly releases: readonly InstalledRelease[];
  readonly decoys: readonly InstalledRelease[];
}

interface Installation extends InstalledRelease {
  readonly file: string;
  readonly valuesFile?: string | undefined;
}

/**
 * Installs the stand-in platform and answers when every workload is ready. Releases are installed two at a time without
 * `--wait`, and awaited once: a fraction of the time of the vendor's order.
 */
export async function installPlatform(options: InstallOptions): Promise<InstalledPlatform> {
  const { sandbox } = options;
  const suffix = options.namespace.replace(/^codemie/, '');
  return await withPrivateHelm(sandbox.bin[options.helm], async (helm) => {
    const [releases, beside] = await Promise.all([
      packReleases(helm, options),
      options.decoys ? packBeside(helm, suffix) : [],
      prepareNamespaces(options, suffix),
    ]);
    const all = [...releases, ...beside];
    await eachAtOnce(all, 2, async (installation) => install(helm, sandbox.kubeconfig, installation));
    await awaitReady(
      sandbox.api,
      [...new Set(all.map((installation) => installation.namespace))],
      options.readyDeadlineMs,
    );
    return { namespace: options.namespace, releases: releases.map(toRelease), decoys: beside.map(toRelease) };
  });
}

async function packReleases(helm: PrivateHelm, options: InstallOptions): Promise<Installation[]> {
  const wanted = components.filter(({ release }) => options.releases?.includes(release) ?? true);
  const charts = wanted.map((component) => component.chart);
  const packed = await packCharts(helm, options.version, join(helm.home, 'packed'), charts);
  return wanted.flatMap((component) =>
    packed
      .filter(({ chart }) => chart === component.chart)
      .map((chart) => ({
        ...chart,
        release: component.release,
        namespace: options.namespace,
        valuesFile: join(options.checkout, valuesPath(component, options.cloud)),
      })),
  );
}

async function packBeside(helm: PrivateHelm, suffix: string): Promise<Installation[]> {
  const packed = await packDecoys(helm, join(helm.home, 'packed-decoys'));
  return decoys.flatMap((decoy) =>
    packed
      .filter(({ chart }) => chart === decoy.chart)
      .map((chart) => ({ ...chart, release: decoy.release, namespace: decoy.namespace + suffix })),
  );
}

async function prepareNamespaces(options: InstallOptions, suffix: string): Promise<void> {
  const { api } = options.sandbox;
  const others = options.decoys ? decoys.map((decoy) => decoy.namespace + suffix) : [];
  const namespaces = [...new Set([options.namespace, ...others])];
  await Promise.all(
    namespaces.map(async (name) =>
      api.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }),
    ),
  );
  const secrets = makeSecrets(options.namespace, options.pullSecret ?? defaultPullSecret);
  if (options.decoys) secrets.push(makeElasticSecret(`elastic${suffix}`));
  await Promise.all(
    secrets.map(async (secret) => api.create(`/api/v1/namespaces/${secret.metadata.namespace}/secrets`, secret)),
  );
}

async function install(helm: PrivateHelm, kubeconfig: string, installation: Installation): Promise<void> {
  const args = ['install', installation.release, installation.file, '--namespace', installation.namespace];
  if (installation.valuesFile !== undefined) args.push('--values', installation.valuesFile);
  // Validation against the server's OpenAPI document is most of helm's time, and the server validates anyway.
  await helm.run([...args, '--kubeconfig', kubeconfig, '--disable-openapi-validation']);
}

function toRelease({ release, namespace, chart, version }: InstalledRelease): InstalledRelease {
  return { release, namespace, chart, version };
}
