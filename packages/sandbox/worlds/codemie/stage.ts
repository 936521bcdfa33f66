import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Sandbox } from '../../src/index.ts';
import { makeCheckout } from './checkout.ts';
import type { Cloud } from './components.ts';
import { installPlatform, type InstalledPlatform, type WorldCluster } from './install.ts';
import { chartsRepository } from './publish.ts';
import { startServices, type StandInServices } from './services.ts';

/** Where the vendor's charts live; a site's mirror sends liftlock to the sandbox's registry instead. */
const vendorCharts = 'oci://europe-west3-docker.pkg.dev/or2-msq-epmd-edp-anthos-t1iylu/helm-charts';

/** What a stage needs of where it stands: a sandbox has it all, another cluster borrows registry and identity of one. */
export type StageCluster = WorldCluster & Pick<Sandbox, 'registry' | 'identity'>;

/** What to set up for an operator of the stand-in platform. */
export interface StageOptions<Cluster extends StageCluster = Sandbox> {
  readonly sandbox: Cluster;
  /** An empty folder that receives checkout, key, passwords and site file. */
  readonly folder: string;
  readonly namespace: string;
  readonly version: string;
  readonly helm: 'helm3' | 'helm4';
  readonly cloud: Cloud;
  readonly decoys?: boolean | undefined;
  readonly releases?: readonly string[] | undefined;
  /** 1 keeps the guide's timeouts. */
  readonly timeScale: number;
  /** How long ago the registry key was made. */
  readonly keyDaysAgo?: number | undefined;
  /** How long the workloads may take to become ready; where images are pulled, minutes. */
  readonly readyDeadlineMs?: number | undefined;
}

/** An installed platform and everything that its operator holds. */
export interface Stage<Cluster extends StageCluster = Sandbox> {
  readonly sandbox: Cluster;
  readonly folder: string;
  readonly namespace: string;
  readonly cloud: Cloud;
  readonly checkout: string;
  readonly keyFile: string;
  readonly siteFile: string;
  readonly services: StandInServices;
  readonly installed: InstalledPlatform;
  /** Writes the site file again with keys changed; `undefined` removes a key. */
  writeSite(changes?: Readonly<Record<string, unknown>>): Promise<string>;
  /** A new key, written to a file of its own. */
  newKey(name: string, daysAgo?: number): Promise<string>;
  close(): Promise<void>;
}

/** Installs the platform at a version and hands over what its operator would have: a checkout, a key and a site file. */
export async function setStage<Cluster extends StageCluster = Sandbox>(
  options: StageOptions<Cluster>,
): Promise<Stage<Cluster>> {
  const { sandbox, folder, namespace, cloud } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const checkout = await makeCheckout(join(folder, 'codemie-helm-charts'), { fill: true });
  const newKey = async (name: string, daysAgo = 10) => {
    const file = join(folder, name);
    const key = await sandbox.identity.newKey({ createdDaysAgo: daysAgo });
    await writeFile(file, JSON.stringify(key, null, 2), { mode: 0o600 });
    return file;
  };
  const [services, keyFile] = await Promise.all([startServices(), newKey('key.json', options.keyDaysAgo)]);
  const installed = await installPlatform({
    sandbox,
    helm: options.helm,
    version: options.version,
    cloud,
    checkout,
    namespace,
    decoys: options.decoys ?? false,
    releases: options.releases,
    readyDeadlineMs: options.readyDeadlineMs,
  });
  const passwordFile = join(folder, 'test-user-password');
  const secretFile = join(folder, 'client-secret');
  await writeFile(passwordFile, services.password, { mode: 0o600 });
  await writeFile(secretFile, services.clientSecret, { mode: 0o600 });
  const siteFile = join(folder, 'site.yaml');
  const key = JSON.parse(await readFile(keyFile, 'utf8')) as { readonly token_uri: string };
  const created = new Date(Date.now() - (options.keyDaysAgo ?? 10) * 86_400_000).toISOString();
  const site = {
    apiVersion: 'liftlock.dev/v1alpha1',
    kind: 'Site',
    metadata: { name: namespace },
    platform: 'codemie',
    options: { cloud },
    cluster: { kubeconfig: sandbox.kubeconfig },
    namespace,
    valuesFrom: './codemie-helm-charts',
    credentials: {
      registry: {
        keyFile: './key.json',
        keyCreated: created,
        tokenHosts: [new URL(key.token_uri).host],
        plainHttp: sandbox.registry.scheme === 'http',
        ...(sandbox.registry.caFile === undefined ? {} : { caFile: sandbox.registry.caFile }),
      },
    },
    mirrors: [{ from: vendorCharts, to: `oci://${sandbox.registry.host}/${chartsRepository}` }],
    timeScale: options.timeScale,
    // The images of the stand-ins are public ones: no test asks the registries of the world for them.
    proveImages: 'off',
    checks: {
      ui: { url: services.uiUrl },
      login: {
        url: services.issuerUrl,
        clientId: services.clientId,
        clientSecretFile: './client-secret',
        username: services.username,
        passwordFile: './test-user-password',
      },
      assistant: { url: services.apiUrl },
    },
  };
  const writeSite = async (changes: Readonly<Record<string, unknown>> = {}) => {
    await writeFile(siteFile, stringify({ ...site, ...changes }));
    return siteFile;
  };
  await writeSite();
  return {
    sandbox,
    folder,
    namespace,
    cloud,
    checkout,
    keyFile,
    siteFile,
    services,
    installed,
    writeSite,
    newKey,
    close: () => services.close(),
  };
}
