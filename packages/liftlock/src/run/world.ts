import type { ChartContent } from '../model/chart-content.ts';
import type { Decision } from '../model/finding.ts';
import type { EntryBody, Observation } from '../model/journal.ts';
import type { JsonObject } from '../model/json.ts';
import type { Plan } from '../model/plan.ts';
import type { Graces, Platform } from '../model/platform.ts';
import type {
  Clock,
  ClusterReader,
  ClusterWriter,
  Gate,
  HelmRepositories,
  HelmRunner,
  LocalCommands,
  NameResolver,
  Registry,
  WriterLease,
} from '../model/ports.ts';
import type { Touched } from '../model/problem.ts';
import type { Progress } from '../model/progress.ts';
import type { Redactor } from '../model/redaction.ts';
import type { Site } from '../model/site.ts';
import type { HealthItem, ValuesFile } from '../model/snapshot.ts';
import type { PinnedChart, Step, StepKind } from '../model/step.ts';
import type { StepState } from '../journal/fold.ts';

/** The folder of one run on this machine: 0700, its files 0600. */
export interface RunFolder {
  readonly path: string;
  /** Writes a file through the redactor, making folders as needed; returns its path. */
  write(name: string, text: string): Promise<string>;
  /** Writes a file as it is: for backups and for values that helm reads; returns its path. */
  writeSecret(name: string, text: string): Promise<string>;
  /** Writes bytes that were redacted before; returns the path. */
  writeBytes(name: string, bytes: Uint8Array): Promise<string>;
  read(name: string): Promise<string | undefined>;
  remove(name: string): Promise<void>;
}

/** A probe of something outside the cluster's API: a page, a login, an API of the platform. */
export interface WebProbe {
  fetch(request: {
    readonly url: string;
    readonly method?: string | undefined;
    readonly headers?: Readonly<Record<string, string>> | undefined;
    readonly body?: string | undefined;
  }): Promise<{ readonly status: number; readonly body: string }>;
}

/** How a person ends a run early: the first Ctrl-C begins no new step, the second ends helm politely. */
export interface StopRequest {
  readonly level: 'none' | 'after-step' | 'now';
  /** Aborts at level `now`. */
  readonly signal: AbortSignal;
  /** No component is begun after this. Only where someone asked for it: half an upgrade is worse than a late one (O24). */
  readonly notAfter?: Date | undefined;
}

/** Key material for the image pull secret; read when needed, never kept. */
export interface KeySource {
  readonly keyId: () => Promise<string>;
  readonly keyJson: () => Promise<string>;
}

/** What step handlers work with: ports and the run's inputs. */
export interface World {
  readonly platform: Platform;
  readonly site: Site;
  readonly plan: Plan;
  readonly decisions: readonly Decision[];
  readonly graces: Graces;
  readonly baseline: readonly HealthItem[];
  readonly reader: ClusterReader;
  readonly writer: ClusterWriter;
  readonly gate: Gate;
  readonly helm: HelmRunner;
  readonly registry: Registry;
  /** Of the operator's own helm, on this machine. */
  readonly repositories: HelmRepositories;
  readonly lease: WriterLease;
  readonly clock: Clock;
  readonly redactor: Redactor;
  /** Why the values in the cluster are not known to the redactor, where they are not: then no line of a log is shown. */
  readonly unlearned?: string | undefined;
  readonly folder: RunFolder;
  readonly web: WebProbe;
  readonly names: NameResolver;
  readonly commands: LocalCommands;
  readonly key: KeySource;
  readonly stop: StopRequest;
  /** No further hop is begun after this (O24); undefined without a window, and where the run was allowed outside of it. */
  readonly windowCloses?: Date | undefined;
  /** When the run began, ISO 8601. */
  readonly startedAt: string;
  /** When a person last saw what the run would do, by this machine's clock; undefined where no forecast tells it. */
  readonly lookedAt?: Date | undefined;
  /** A time of this machine as the API server's clock has it: clocks differ. */
  readonly serverTime?: ((local: Date) => Date) | undefined;
  loadValues(path: string): Promise<ValuesFile>;
  readSecretFile(file: string): Promise<string>;
  /** What a pinned chart holds; it is pulled by its digest. */
  chartContent(chart: PinnedChart): Promise<ChartContent>;
  /** Writes to the journal and to whoever looks on. */
  emit(body: EntryBody): void;
  /** Brings journal and inputs to where a colleague finds them. Problems: REPLICA_UNWRITABLE, REPLICA_DIFFERS, LEASE_LOST. */
  save(): Promise<void>;
  progress(progress: Progress): void;
}

export interface Observed {
  readonly observation: Observation;
  readonly note: string;
  /** Newest revision of the release, where the step is about one: our helm makes the next. */
  readonly revision?: number | undefined;
}

/**
 * What helm wrote through the gate during an act; liftlock's own writes are counted by the engine. Failures are thrown as
 * Problems; `touched` on them says what the gate counted.
 */
export interface Acted {
  readonly touched: Touched;
  readonly writes: number;
  /** Of helm: writes that were sent, and whose outcome nobody knows. */
  readonly unsure?: number | undefined;
}

export interface Confirmed {
  readonly note: string;
  readonly details?: JsonObject | undefined;
}

/** Observe, act, confirm: a step is idempotent, and its outcome is proven before the next begins. */
export interface Handler<K extends StepKind> {
  observe(step: Step<K>, world: World, state: StepState): Promise<Observed>;
  act(step: Step<K>, world: World, state: StepState): Promise<Acted>;
  confirm(step: Step<K>, world: World, state: StepState): Promise<Confirmed>;
}

/** One handler for every kind of step. */
export type Handlers = { readonly [K in StepKind]: Handler<K> };

/** Picks the handler of a step's kind without a cast at the call. */
export function handlerOf<K extends StepKind>(handlers: Handlers, step: Step<K>): Handler<K> {
  return handlers[step.kind];
}
