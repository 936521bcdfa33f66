import { hostname, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { connectCluster } from '../adapters/cluster/connect.ts';
import { keyAges } from '../adapters/credentials/key-ages.ts';
import { readKeyFile } from '../adapters/credentials/key-file.ts';
import { registryCredentials } from '../adapters/credentials/registry-credentials.ts';
import {
  checkCheckout,
  hasValuesFile,
  loadPlatform,
  loadSite,
  loadValuesFile,
} from '../adapters/files/platform-catalog.ts';
import { withAbsoluteInputs } from '../adapters/files/site-paths.ts';
import { readSiteMemory, type SiteMemory } from '../adapters/files/site-memory.ts';
import { cacheHome, siteFolder, stateHome } from '../adapters/files/state-folder.ts';
import { makeGate } from '../adapters/gate/gate.ts';
import { makeHelmRepositories } from '../adapters/helm/helm-repositories.ts';
import { findHelm } from '../adapters/helm/helm-runner.ts';
import { request } from '../adapters/http/http-client.ts';
import { helmBeside, makeChartFolder } from '../adapters/registry/chart-folder.ts';
import { makeRegistry } from '../adapters/registry/registry.ts';
import { checkAnswers, checkInputs, expand, resolveOptions } from '../definition/index.ts';
import { digestOfJson } from '../model/digest.ts';
import type { JsonObject } from '../model/json.ts';
import type { Platform } from '../model/platform.ts';
import type {
  Clock,
  ClusterReader,
  ClusterWriter,
  Gate,
  HelmRepositories,
  HelmRunner,
  Registry,
} from '../model/ports.ts';
import { exitCodes, Problem } from '../model/problem.ts';
import type { Redactor } from '../model/redaction.ts';
import { Site } from '../model/site.ts';
import type { KeyInfo, ValuesFile } from '../model/snapshot.ts';
import { placeOf, type Adopted } from './adopted.ts';
import { systemClock } from './clock.ts';
import { asSiteAsks } from './verified-charts.ts';
import { componentOfCommand, loadCommand } from './console-command.ts';

type Environment = NodeJS.ProcessEnv;

/** What the command line says about the site; flags win over the site file. Plain data: the journal keeps it. */
export interface SiteFlags {
  readonly platform?: string | undefined;
  readonly file?: string | undefined;
  readonly options: Readonly<Record<string, string>>;
  readonly inputs?: Readonly<Record<string, string>> | undefined;
  readonly answers?: Site['answers'] | undefined;
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
  readonly namespace?: string | undefined;
  readonly helm?: string | undefined;
  readonly valuesFrom?: string | undefined;
  readonly keyFile?: string | undefined;
  readonly keyCreated?: string | undefined;
  /** Of commands that go on with a run elsewhere. */
  readonly passwordFile?: string | undefined;
  readonly caFile?: string | undefined;
  readonly proveImages?: Site['proveImages'] | undefined;
  readonly charts?: string | undefined;
}

/** A platform and a site, read and checked, without a cluster. */
export interface Described {
  readonly platform: Platform;
  readonly platformDigest: string;
  readonly platformFile: string;
  readonly site: Site;
  readonly siteDigest: string;
  readonly namespace: string;
  readonly folder: string;
  /** Where the site was adopted from another machine. */
  readonly adopted?: Adopted | undefined;
  /** Where the run was, and the site file is this machine's own: copies of the run's files, by their path there. */
  readonly copies?: Adopted['placed'] | undefined;
}

/** A site with everything that reaches it. */
export interface OpenSite extends Described {
  /** What it was opened with. */
  readonly flags: SiteFlags;
  readonly reader: ClusterReader;
  readonly writer: ClusterWriter;
  readonly connection: Awaited<ReturnType<typeof connectCluster>>;
  readonly helm: HelmRunner;
  readonly registry: Registry;
  /** Of the operator's own helm, on this machine. */
  readonly repositories: HelmRepositories;
  readonly gate: Gate;
  readonly memory: SiteMemory;
  readonly redactor: Redactor;
  readonly clock: Clock;
  readonly osUser: string;
  readonly holder: string;
  say(text: string): void;
  /** Names everything that the folder of values files lacks, at once. */
  checkValues(): Promise<void>;
  /** True where the site's folder of values files holds a file that overrides values which are carried over. */
  hasValues(path: string): Promise<boolean>;
  loadValues(path: string): Promise<ValuesFile>;
  /** The values files that were loaded so far, by the path that they were asked for. */
  readonly loaded: ReadonlyMap<string, ValuesFile>;
  /** Where a file lies on this machine, which may have been adopted from another. */
  place(file: string): string;
  key(): Promise<KeyInfo | undefined>;
  keyJson(): Promise<string>;
}

/** Reads definition and site, merges the flags, and checks both against each other. */
export async function describeSite(flags: SiteFlags, environment: Environment): Promise<Described> {
  const loaded = flags.file === undefined ? undefined : await loadSite(flags.file);
  const name = flags.platform ?? loaded?.site.platform;
  if (name === undefined) {
    throw new Problem('NO_PLATFORM', 'Which platform? Name one, or give a site file with -f.', {
      exitCode: exitCodes.usage,
      advice: ['liftlock platform list', 'liftlock plan codemie --cloud aws --version 2.2.5'],
    });
  }
  const { platform, digest, file } = await loadPlatform(name);
  const given = { ...loaded?.site.options, ...flags.options };
  const options = resolveOptions(platform, given);
  const base =
    loaded?.site ??
    Site.parse({
      apiVersion: 'liftlock.dev/v1alpha1',
      kind: 'Site',
      metadata: { name: platform.metadata.name },
      platform: platform.metadata.name,
    });
  const registry = {
    ...base.credentials.registry,
    ...definedOnly({
      keyFile: absolute(flags.keyFile),
      keyCreated: flags.keyCreated,
      passwordFile: absolute(flags.passwordFile),
      caFile: absolute(flags.caFile),
    }),
  };
  checkInputs(platform, flags.inputs ?? {});
  checkAnswers(platform, flags.answers ?? {});
  const site: Site = {
    ...base,
    options,
    inputs: {
      ...base.inputs,
      ...withAbsoluteInputs({ ...base, inputs: flags.inputs ?? {} }, platform, process.cwd()).inputs,
    },
    answers: { ...base.answers, ...flags.answers },
    cluster: { ...base.cluster, ...definedOnly({ kubeconfig: absolute(flags.kubeconfig), context: flags.context }) },
    ...definedOnly({
      namespace: flags.namespace ?? base.namespace,
      valuesFrom: absolute(flags.valuesFrom) ?? base.valuesFrom,
      charts: absolute(flags.charts) ?? base.charts,
    }),
    proveImages: flags.proveImages ?? base.proveImages ?? provenWhere(flags.charts ?? base.charts),
    credentials: { registry },
  };
  return {
    platform: withReleases(platform, site.releases),
    platformDigest: digest,
    platformFile: file,
    site,
    // Affirmations and windows may come later than the plan without making it another plan.
    siteDigest: digestOfJson({ ...site, affirmations: {}, window: undefined }),
    namespace: site.namespace ?? platform.namespace,
    folder: siteFolder(environment, site.metadata.name),
  };
}

/** Without a vendor's registry at hand, whether an image can be pulled is for the nodes to show (O25). */
function provenWhere(charts: string | undefined): NonNullable<Site['proveImages']> {
  return charts === undefined ? 'local' : 'cluster';
}

export interface OpenParts {
  /** Tells the person who waits what is waited for. */
  readonly say?: ((text: string) => void) | undefined;
  readonly environment: Environment;
  readonly redactor: Redactor;
  /** Where charts are but looked up for information: one attempt for each request, and none goes on after the signal. */
  readonly lookingUp?: AbortSignal | undefined;
}

/** Opens the site: cluster, helm, registry, gate. Nothing is written. */
export async function openSite(described: Described, flags: SiteFlags, parts: OpenParts): Promise<OpenSite> {
  const { site } = described;
  const { redactor, environment } = parts;
  const clock = systemClock;
  const { charts } = site;
  const beside = charts === undefined ? undefined : () => helmBeside(charts);
  const helm = await findHelm({ flag: flags.helm, env: environment, beside });
  const connection = await connectCluster({
    kubeconfig: site.cluster.kubeconfig,
    context: site.cluster.context,
    env: environment,
    redactor,
  });
  const opened = openRegistry(described, parts);
  const { credentials, ages } = opened;
  const registry = asSiteAsks(opened.registry, described, helm);
  for (const warning of connection.warnings) parts.say?.(warning);
  const osUser = userInfo().username;
  const checkout = site.valuesFrom ?? process.cwd();
  const { keyFile, keyCreated } = site.credentials.registry ?? {};
  const loaded = new Map<string, ValuesFile>();
  const place = placeOf(described);
  return {
    ...described,
    flags,
    loaded,
    place,
    reader: connection.reader,
    writer: connection.writer,
    connection,
    helm,
    registry,
    repositories: makeHelmRepositories({
      helm,
      env: environment,
      redactor,
      caFile: site.credentials.registry?.caFile,
      loginFor: (host) => credentials.loginFor(host),
    }),
    gate: makeGate(connection, { folder: join(described.folder, 'gate') }),
    memory: await readSiteMemory(described.folder),
    redactor,
    clock,
    osUser,
    holder: `${osUser}@${hostname()} pid ${process.pid}`,
    say: parts.say ?? (() => undefined),
    checkValues: () => {
      const files = described.platform.components.flatMap((component) => component.values.files ?? []);
      if (files.length === 0) return Promise.resolve();
      return checkCheckout(
        checkout,
        files.map((path) => expand(path, site.options)),
      );
    },
    // Only where the site names a folder: a file that happens to lie where one stands is no decision.
    hasValues: async (path) => site.valuesFrom !== undefined && hasValuesFile(site.valuesFrom, path),
    loadValues: async (path) => {
      const component = componentOfCommand(described.platform, site, path);
      const file =
        component === undefined
          ? await loadValuesFile(checkout, expand(path, site.options))
          : await loadCommand(place(path), component, { namespace: described.namespace, redactor });
      loaded.set(path, file);
      return component === undefined ? file : { ...file, path };
    },
    key: async () => (keyFile === undefined ? undefined : ages.ageOf(readKeyFile(keyFile, redactor).keyId, keyCreated)),
    keyJson: async () => {
      if (keyFile === undefined)
        throw new Problem('KEY_FILE_MISSING', 'The site names no key file.', {
          advice: ['Add credentials.registry.keyFile to the site, or give --key-file.'],
        });
      return readKeyFile(keyFile, redactor).text;
    },
  };
}

/** The registry of the platform, or the mirrors that stand in for it, with the site's credentials. */
export function openRegistry(described: Described, parts: OpenParts) {
  const { platform, site } = described;
  const addresses = [...site.mirrors.map(({ to }) => to), ...platform.components.map(({ chart }) => chart.repo ?? '')];
  for (const address of addresses) parts.redactor.learnAddress(address);
  const wanted = site.credentials.registry ?? {};
  const credentials = registryCredentials({
    site: wanted,
    platform: platform.registry ?? { host: repositoryHost(platform) },
    mirrors: site.mirrors,
    clock: systemClock,
    redactor: parts.redactor,
    request,
    env: parts.environment,
  });
  const registry = makeRegistry({
    credentials,
    mirrors: site.mirrors,
    cacheFolder: cacheHome(parts.environment),
    caFile: wanted.caFile,
    plainHttp: wanted.plainHttp ?? false,
    ...(parts.lookingUp === undefined ? {} : { attempts: 1, signal: parts.lookingUp }),
    request,
    clock: systemClock,
    redactor: parts.redactor,
  });
  const ages = keyAges(join(stateHome(parts.environment), 'keys.json'), systemClock);
  if (site.charts === undefined) return { registry, credentials, ages };
  return { registry: { ...registry, ...makeChartFolder(site.charts) }, credentials, ages };
}

/** Where a platform without a registry keeps its charts: the host that the site's credentials are for. */
function repositoryHost(platform: Platform): string {
  const repo = platform.components.find(({ chart }) => chart.repo !== undefined)?.chart.repo;
  return repo === undefined ? '' : new URL(repo).host;
}

/** Releases that this site calls otherwise than the guide. */
function withReleases(platform: Platform, releases: Site['releases']): Platform {
  const components = platform.components.map((component) => ({
    ...component,
    release: releases[component.name] ?? component.release,
  }));
  return { ...platform, components };
}

/**
 * The flags as the journal keeps them: absolute paths, no secrets.
 * @param site what they were read for: it knows which inputs are files
 */
export function inputsOf(flags: SiteFlags, { inputs }: Pick<Site, 'inputs'>): JsonObject {
  const own = Object.keys(flags.inputs ?? {}).map((name) => [name, inputs[name] ?? '']);
  return definedOnly({
    ...flags,
    inputs: own.length === 0 ? undefined : Object.fromEntries(own),
    file: absolute(flags.file),
    kubeconfig: absolute(flags.kubeconfig),
    valuesFrom: absolute(flags.valuesFrom),
    keyFile: absolute(flags.keyFile),
    caFile: absolute(flags.caFile),
    charts: absolute(flags.charts),
  });
}

function absolute(path: string | undefined): string | undefined {
  return path === undefined ? undefined : resolve(path);
}

function definedOnly<T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as never;
}
