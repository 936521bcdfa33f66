import type { Entry } from './journal.ts';
import type { JsonObject } from './json.ts';
import type { Problem } from './problem.ts';

/** Of what is written to the cluster; a newer one is refused. */
export const replicaFormat = 1;

/**
 * What a run was started from, by where it comes from: `site`, `definition` and `file` are named by their path on the machine
 * that wrote them, `values` as the definition writes them, `run` inside the run's folder; `memory` is what persons affirmed.
 */
export type ReplicaFileKind = (typeof replicaFileKinds)[number];

export const replicaFileKinds = ['site', 'definition', 'values', 'file', 'run', 'memory'] as const;

/** One file of a run's inputs. */
export interface ReplicaFile {
  readonly kind: ReplicaFileKind;
  readonly name: string;
  /** sha256 of its bytes. */
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
}

/** Something that does not travel: a credential, or what is too large. Who goes on elsewhere gives it anew. */
export interface LeftBehind {
  /** `the registry key`, as a sentence names it. */
  readonly what: string;
  /** Where it lay. */
  readonly path: string;
  /** sha256, where that gives nothing away. */
  readonly digest?: string | undefined;
  /** `--key-file key.json`: how it is given anew. */
  readonly flag: string;
}

/** What a later resume reads of a run's folder, by the name there: not the values that helm reads, nor evidence. */
export function isReplicated(name: string): boolean {
  return !/^(values|adopted)\/|^adopted\.(json|unseen)$|\.tar\.gz$|\.draft$/i.test(name);
}

/** What a run was started from, without the contents. */
export interface ReplicaInputs {
  /** The flags as the run's plan keeps them. */
  readonly flags: JsonObject;
  readonly files: readonly ReplicaFile[];
  readonly leftBehind: readonly LeftBehind[];
}

/** Whose replica it is. */
export interface ReplicaKey {
  readonly namespace: string;
  readonly platform: string;
  readonly site: string;
  readonly run: string;
}

/** A run as the cluster knows it. */
export interface ReplicaRun extends ReplicaKey {
  /** When the cluster has got it, ISO 8601 in seconds: runs of several machines in the order of one clock. */
  readonly keptSince: string;
  /** The journal up to its last whole entry. */
  readonly entries: readonly Entry[];
  /** Why it cannot be read: REPLICA_TOO_NEW, REPLICA_DAMAGED. */
  readonly unreadable?: Problem | undefined;
}

/** Which replicas are meant; what is absent is not asked about. */
export interface ReplicaQuestion {
  /** Absent: every namespace that may be listed. */
  readonly namespace?: string | undefined;
  readonly platform?: string | undefined;
  readonly site?: string | undefined;
  readonly run?: string | undefined;
}

/** Reads what runs have left in the cluster. */
export interface ReplicaReader {
  /** The newest first. Namespaces that may not be read are left out; where one is asked for, that is a Problem. */
  runs(question: ReplicaQuestion): Promise<readonly ReplicaRun[]>;
  /** Undefined where the inputs have been removed. Problems: REPLICA_TOO_NEW, REPLICA_DAMAGED. */
  inputs(key: ReplicaKey): Promise<ReplicaInputs | undefined>;
  /** Contents by digest, each proven. Problems: REPLICA_DAMAGED. */
  contents(key: ReplicaKey): Promise<ReadonlyMap<string, Uint8Array>>;
}

/** Writes the replica of one run. */
export interface ReplicaWriter {
  /** Adds contents; those that are there already are not written again. */
  addContents(contents: readonly Uint8Array[]): Promise<void>;
  writeInputs(inputs: ReplicaInputs): Promise<void>;
  /** The whole journal; what has not changed since the last call is not written again. */
  writeEntries(entries: readonly Entry[]): Promise<void>;
  removeInputs(): Promise<void>;
  /** Removes everything of the run. */
  removeAll(): Promise<void>;
}
