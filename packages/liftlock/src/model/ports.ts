import type { Entry, EntryBody } from './journal.ts';
import type { JsonObject } from './json.ts';
import type { KubeObject, ObjectRef } from './kube.ts';
import type { Problem } from './problem.ts';
import type { ChartIndex, HelmRepository } from './snapshot.ts';

/** Time, so that tests can hold it still. */
export interface Clock {
  now(): Date;
  /** Resolves after the time or as soon as the signal aborts. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: KubeObject;
}

export interface ListOptions {
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

/**
 * Reads the cluster. Paths are the API server's own (`/apis/apps/v1/namespaces/x/deployments`).
 * Errors are Problems: CLUSTER_UNREACHABLE, CLUSTER_REFUSED (401, 403; details.status), OBJECT_ABSENT (404).
 */
export interface ClusterReader {
  readonly server: string;
  readonly context: string;
  get(path: string): Promise<KubeObject>;
  /** As get, but undefined for 404. */
  find(path: string): Promise<KubeObject | undefined>;
  list(path: string, options?: ListOptions): Promise<readonly KubeObject[]>;
  /** Plain text, for logs. */
  text(path: string): Promise<string>;
  /**
   * Lists, then follows; re-lists by itself after 410, closed watches and network errors, and reports the objects
   * that vanished meanwhile as DELETED. Ends when the signal aborts.
   */
  watch(path: string, options: ListOptions, onEvent: (event: WatchEvent) => void, signal: AbortSignal): Promise<void>;
  version(): Promise<string>;
  /** `at`: the API server's own time, ISO 8601, where it tells. */
  whoAmI(): Promise<{ user: string; groups: string[]; at?: string | undefined }>;
  canI(verb: string, group: string, resource: string, namespace: string): Promise<boolean>;
}

/** How a run waits for an API server that does not answer. */
export interface PatienceAsked {
  /** How long an absence is waited for, in milliseconds. */
  readonly milliseconds: number;
  /** Told once an absence, when it is long enough to be noticed; in seconds since the first failure, and with the last one. */
  readonly onAway: (seconds: number, failure: Problem) => void;
  /** Told when the API server is back, where its absence was told; in seconds. */
  readonly onBack: (seconds: number) => void;
  /** Ends the waiting: a person wants the run to stop. */
  readonly signal: AbortSignal;
}

/** Whether those who speak to one API server wait for it. Nobody does until someone begins to. */
export interface Patience {
  /** From here on reads, and writes that are safe to repeat, wait; until the function that is given back is called. */
  begin(asked: PatienceAsked): () => void;
}

/** How a patch is merged. `strategic` knows the keys of Kubernetes' own lists; custom resources take `merge` alone. */
export type PatchType = 'merge' | 'strategic';

export interface ApplyOptions {
  readonly dryRun?: boolean | undefined;
  readonly force?: boolean | undefined;
}

export interface DeleteOptions {
  readonly uid?: string | undefined;
  /** What becomes of the objects that it owns; the kind's own default where absent. */
  readonly propagation?: 'Orphan' | 'Background' | 'Foreground' | undefined;
}

/** Writes to the cluster; every accepted write is counted. */
export interface ClusterWriter {
  create(path: string, object: KubeObject): Promise<KubeObject>;
  replace(path: string, object: KubeObject): Promise<KubeObject>;
  /** JSON merge patch. */
  patch(path: string, patch: JsonObject): Promise<KubeObject>;
  /** Strategic merge patch: `null` removes a field, `$patch: delete` an item of a list. */
  strategicPatch(path: string, patch: JsonObject): Promise<KubeObject>;
  /**
   * Server-side apply, which also makes what does not exist. Without `force` a field that another program has written is refused
   * as OBJECT_CONFLICT, which names it. A dry run writes nothing and gives the object as it would be.
   */
  apply(path: string, object: KubeObject, options?: ApplyOptions): Promise<KubeObject>;
  /** The object as it would be after a patch. Writes nothing: the request is a dry run, whatever the path says. */
  dryRunPatch(path: string, patch: JsonObject, type: PatchType): Promise<KubeObject>;
  /** What the API server says of a new object. Writes nothing, and refusals are answers: nothing is thrown for them. */
  dryRunCreate(path: string, object: KubeObject): Promise<DryRunAnswer>;
  /** Deletes an object; with a `uid` only that very one: another of the same name is refused as OBJECT_CONFLICT. */
  delete(path: string, options?: DeleteOptions): Promise<void>;
  writes(): number;
}

/** The API server's answer to a dry run. */
export interface DryRunAnswer {
  readonly status: number;
  /** The object as it would be, after defaulting and webhooks; undefined when refused. */
  readonly object?: KubeObject | undefined;
  /** The API server's words and their class (`Forbidden`, `Invalid`), when it refused. */
  readonly message?: string | undefined;
  readonly reason?: string | undefined;
  /** `Warning` headers. */
  readonly warnings: readonly string[];
}

/** What the shadow answered to one write of helm. */
export interface ShadowAnswer {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** What helm sent, where it is an object: undefined for a patch and for protobuf. */
  readonly asked?: KubeObject | undefined;
  /** The object before, undefined when it did not exist. */
  readonly before?: KubeObject | undefined;
  /** The object as it would be, undefined when refused or deleted. */
  readonly after?: KubeObject | undefined;
  /** The API server's words, when it refused. */
  readonly message?: string | undefined;
  readonly reason?: string | undefined;
  readonly warnings: readonly string[];
  /** Not sent, and why (O7). */
  readonly unforeseen?: string | undefined;
}

/** What helm read in a shadow. */
export interface ShadowRead {
  /** With its query. */
  readonly path: string;
  /** True when helm was told that there is no such object. */
  readonly isAbsent: boolean;
}

/** One open gate: helm reaches the API server through it and through nothing else. */
export interface GateSession {
  /** Path of a kubeconfig, 0600 in a folder 0700, with the gate's loopback address and a one-time token. */
  readonly kubeconfig: string;
  /** Writes that the API server accepted through this session. */
  writes(): number;
  /** Writes that were sent, and of which nobody knows whether they were done: not answered yet, or never. */
  unsure(): number;
  /** Why the last write was not sent by the gate itself: the lease is lost, or what comes before a write failed. */
  heldBack(): Problem | undefined;
  /** Seconds of this session in which the API server did not answer, as far as it was waited for. */
  awaySeconds(): number;
  /** In a shadow: the answers so far. */
  answers(): readonly ShadowAnswer[];
  /** In a shadow: what helm has read so far, discovery left out; each path once. */
  reads(): readonly ShadowRead[];
  close(): Promise<void>;
}

/** The cluster as it will be when helm runs in earnest, where earlier steps of the plan change it before. */
export interface ForeseenWorld {
  /** helm's records, in place of the cluster's. */
  readonly records?: readonly KubeObject[] | undefined;
  /** Releases all of whose records will be gone. */
  readonly withoutReleases?: readonly { readonly name: string; readonly namespace: string }[] | undefined;
  /** Objects as they will be; served instead of the live ones. */
  readonly objects?: readonly KubeObject[] | undefined;
  /** Objects that will be gone: reads find nothing, and a create of their name is judged under a stand-in's. */
  readonly absent?: readonly ObjectRef[] | undefined;
}

export interface Gate {
  /** Lets nothing be written: every write becomes a dry run. */
  openShadow(world?: ForeseenWorld): Promise<GateSession>;
  /** Passes a write only while `mayWrite` says so, asked for each write. */
  openRun(mayWrite: () => Promise<boolean>): Promise<GateSession>;
}

export interface HelmCall {
  /** Everything after `helm`, without kubeconfig and secrets. */
  readonly args: readonly string[];
  /** Path of the kubeconfig (a gate session's). */
  readonly kubeconfig: string;
  readonly onLine?: ((line: string) => void) | undefined;
}

export interface HelmExit {
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** True when `end` was called. */
  readonly wasEnded: boolean;
  readonly seconds: number;
}

export interface HelmProcess {
  readonly done: Promise<HelmExit>;
  /** SIGTERM, then waits until helm has recorded `failed` and left. Never SIGKILL. */
  end(): Promise<HelmExit>;
}

/** The real helm binary, with private HELM_* folders, in its own process group. */
export interface HelmRunner {
  readonly path: string;
  /** x.y.z. */
  readonly version: string;
  readonly major: 3 | 4;
  start(call: HelmCall): HelmProcess;
}

/** What a registry asks for. */
export interface RegistryLogin {
  readonly username: string;
  readonly password: string;
}

/** Knows what to say to which registry. */
export interface CredentialSource {
  /** Undefined where the site has no credentials for that host (`host` or `host:port`). */
  loginFor(host: string): Promise<RegistryLogin | undefined>;
}

export interface PulledChart {
  readonly digest: string;
  readonly file: string;
  /** The archive's own name, where charts come from a folder. */
  readonly source?: string | undefined;
}

/** What a chart repository has of one chart. */
export interface ChartListing {
  readonly index: ChartIndex;
  /** The newest first, pre-releases among them. */
  readonly versions: readonly string[];
  /** Of a folder of charts: the versions that the vendor had published when it was made, where the folder tells. */
  readonly published?: readonly string[] | undefined;
}

/** What a registry says of an image. */
export type ImageStatus = 'found' | 'not-found' | 'refused' | 'unreachable';

export interface ImageQuestion {
  /** Of the pull secrets that fit the image. */
  readonly logins?: readonly RegistryLogin[] | undefined;
  /** Ends the question as `unreachable`. */
  readonly signal?: AbortSignal | undefined;
}

export interface Registry {
  /**
   * The digest of a chart's OCI manifest, or of its archive where it lies in a repository (`https://HOST/PATH/CHART`).
   * Problems: CHART_NOT_FOUND, REGISTRY_REFUSED (401, 403), REGISTRY_UNREACHABLE; the message names the chart and the
   * status.
   */
  resolve(reference: string, version: string): Promise<string>;
  /** What the repository's index says of a chart, read once by this process; undefined for `oci://`. Problems as above. */
  listing(reference: string): Promise<ChartListing | undefined>;
  /**
   * The versions of an `oci://` chart that the registry has tags for, the newest first; undefined where it does not tell them, and for
   * chart repositories. Problems: REGISTRY_UNREACHABLE.
   */
  tags(reference: string): Promise<readonly string[] | undefined>;
  /** Pulls the archive by digest into the cache and returns it; verifies every digest. */
  pull(reference: string, digest: string): Promise<PulledChart>;
  /** The chart's provenance file, signed by whoever has packed it; undefined where there is none. Nothing is verified. */
  provenance(reference: string, digest: string): Promise<string | undefined>;
  /** Proves that the credentials are accepted. */
  login(host: string): Promise<{ username: string }>;
  /**
   * Evidence only (O25): nodes may see other things than this machine does. `not-found` is certain: whoever asked may read
   * the repository. Asks with each of the logins, then with the site's own, or anonymously.
   */
  imageStatus(image: string, options?: ImageQuestion): Promise<ImageStatus>;
}

/** The chart repositories that the operator's own helm knows: of this machine, not of the cluster. */
export interface HelmRepositories {
  /** `helm repo list`, without the credentials that may stand in an address. */
  list(): Promise<readonly HelmRepository[]>;
  /** True where the site logs in to the host of an address. */
  needsLogin(url: string): Promise<boolean>;
  /** What helm has written of a repository, as YAML and with its login: for a backup alone. */
  entry(name: string): Promise<string | undefined>;
  /**
   * `helm repo add` without a login, which helm would write into its file in the clear; `replaces` lets another address go.
   * Problems: REPO_NOT_ADDED with what helm says; REPO_WANTS_LOGIN where the repository lets nobody in unknown.
   */
  add(repository: HelmRepository, options: { readonly replaces: boolean }): Promise<void>;
}

/** Append-only store of the entries of one site's runs. */
export interface JournalStore {
  /**
   * Writes and syncs; returns the entry with its number.
   * @param after number of the last entry that the writer knows: where another process has written since, that is LEASE_LOST
   */
  append(run: string, body: EntryBody, at: Date, after?: number): Entry;
  /** Writes what another machine's journal has more of a run, unchanged; all of it or nothing. */
  adopt(entries: readonly Entry[]): void;
  entries(run: string): readonly Entry[];
  /** Newest first. */
  runs(): readonly { readonly run: string; readonly startedAt: string; readonly entries: number }[];
  close(): void;
}

/** Asks a name server. */
export interface NameResolver {
  /** IP addresses of a host name, sorted; empty where it has none. Throws NAME_SERVER_SILENT where nobody answers. */
  addressesOf(host: string): Promise<readonly string[]>;
}

/** One writer a site: a Lease, renewed, fenced by its transition count. */
export interface WriterLease {
  /** Throws LEASE_HELD (exit 3) naming the holder, since when and from where. */
  acquire(): Promise<void>;
  /** True while this process may write; re-reads the lease when the last renewal is old (O8). */
  mayWrite(): Promise<boolean>;
  /**
   * True once another process has taken it, for which the cluster is asked where the last renewal is old; an API server that
   * does not answer says nothing.
   */
  isLost(): Promise<boolean>;
  /** False where another may have taken it: this process was paused, or could not renew it in time. Asks nobody. */
  isSure(): boolean;
  release(): Promise<void>;
}

/** Runs commands on this machine, without a shell. */
export interface LocalCommands {
  run(
    argv: readonly string[],
    options: { readonly timeoutSeconds: number; readonly signal: AbortSignal },
  ): Promise<{
    readonly how: 'ended' | 'not started' | 'timed out' | 'stopped';
    /** Undefined where a signal ended it, or nothing was started. */
    readonly exitCode: number | undefined;
    /** The end of what it printed to both streams, not masked. */
    readonly output: string;
  }>;
}
