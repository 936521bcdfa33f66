import type { Json, JsonObject } from './json.ts';
import type { KubeObject, ObjectRef } from './kube.ts';

/** helm's own words for the state of a revision. */
export type ReleaseStatus =
  | 'unknown'
  | 'deployed'
  | 'uninstalled'
  | 'superseded'
  | 'failed'
  | 'uninstalling'
  | 'pending-install'
  | 'pending-upgrade'
  | 'pending-rollback';

/** One revision of a release, as its record says. */
export interface Revision {
  readonly revision: number;
  readonly status: ReleaseStatus;
  readonly chart: string;
  readonly version: string;
  readonly appVersion: string;
  /** ISO 8601. */
  readonly updated: string;
  readonly description: string;
}

/** A release's whole history and what its installed revision holds. Installed is defined by O12. */
export interface Release {
  readonly name: string;
  readonly namespace: string;
  /** Oldest first. */
  readonly revisions: readonly Revision[];
  readonly newest: Revision;
  /** The newest `deployed` revision, or the newest `superseded` one; undefined when there is neither. */
  readonly installed?: Revision | undefined;
  /** The values the user gave for the installed revision; `helm get values`. */
  readonly values: JsonObject;
  /** The defaults of the installed revision's chart. */
  readonly chartValues?: JsonObject | undefined;
  readonly manifest: string;
  readonly hooks: readonly { readonly name: string; readonly kind: string; readonly events: readonly string[] }[];
  /**
   * Manifests of the revisions that failed since the installed one, newest first (O31): helm compares with the installed
   * one alone, so what these have set stays.
   */
  readonly failedManifests?: readonly string[] | undefined;
  /** `ssa` for releases that Helm 4 applies server-side. */
  readonly applyMethod?: string | undefined;
}

/** A chart that was pulled and read. */
export interface ChartInfo {
  /** As the definition names it. */
  readonly reference: string;
  /** Where it was pulled from, after mirrors. */
  readonly source: string;
  readonly name: string;
  readonly version: string;
  readonly appVersion: string;
  /** sha256:… of the OCI manifest. */
  readonly digest: string;
  /** The pulled archive on this machine. Not part of a plan. */
  readonly file: string;
  readonly kubeVersion?: string | undefined;
  readonly values: JsonObject;
}

export interface ValuesFile {
  /** As the guide writes it, below the checkout. */
  readonly path: string;
  readonly file: string;
  readonly digest: string;
  readonly values: JsonObject;
}

/** Health of one thing in scope, before the first write or after the last (O14). */
export interface HealthItem {
  readonly object: ObjectRef;
  readonly component?: string | undefined;
  /** The release whose object it is, by helm's annotation and the chain of owners. */
  readonly release?: string | undefined;
  /** For a pod: the object that made it. */
  readonly owner?: ObjectRef | undefined;
  readonly state: 'healthy' | 'unhealthy' | 'progressing' | 'done';
  readonly reason: string;
  readonly message: string;
  readonly restarts: number;
  readonly uid?: string | undefined;
}

export interface NodeRoom {
  readonly name: string;
  readonly isSchedulable: boolean;
  /** Cores. */
  readonly cpuAllocatable: number;
  readonly cpuUsed: number;
  /** Bytes. */
  readonly memoryAllocatable: number;
  readonly memoryUsed: number;
  readonly podsAllocatable: number;
  readonly podsUsed: number;
}

export interface ComponentSnapshot {
  readonly name: string;
  readonly release?: Release | undefined;
  readonly chart?: ChartInfo | undefined;
  readonly valuesFiles: readonly ValuesFile[];
  /** The live workloads of the installed revision, for requests and rollout settings. */
  readonly workloads: readonly KubeObject[];
}

/** A read that was refused or failed: its check becomes `unforeseen`. */
export interface Unread {
  readonly what: string;
  readonly why: string;
}

export interface KeyInfo {
  readonly id: string;
  readonly ageDays?: number | undefined;
  readonly since?: string | undefined;
  readonly sinceIs?: 'stated' | 'first seen' | undefined;
}

/** What was read before deciding: decisions see this, never the cluster. */
export interface Snapshot {
  readonly readAt: string;
  readonly helm: { readonly version: string; readonly path: string };
  readonly cluster: {
    readonly server: string;
    readonly context: string;
    readonly uid: string;
    readonly version: string;
  };
  /** The UID that the site remembers, if this is not the first use. */
  readonly rememberedUid?: string | undefined;
  readonly who: { readonly user: string; readonly groups: readonly string[]; readonly osUser: string };
  readonly namespace: string;
  readonly components: readonly ComponentSnapshot[];
  /** Releases in the cluster that the platform does not own, for O20's advice and as decoys to leave alone. */
  readonly otherReleases: readonly {
    readonly name: string;
    readonly namespace: string;
    readonly chart: string;
    readonly status: ReleaseStatus;
    readonly revision: number;
  }[];
  readonly health: readonly HealthItem[];
  readonly nodes: readonly NodeRoom[];
  readonly storageClasses: readonly { readonly name: string; readonly isDefault: boolean }[];
  readonly missingPermissions: readonly {
    readonly verb: string;
    readonly resource: string;
    readonly namespace: string;
  }[];
  readonly key?: KeyInfo | undefined;
  readonly pullSecret?: { readonly exists: boolean; readonly keyId?: string | undefined } | undefined;
  readonly unread: readonly Unread[];
}

/** One difference between two values trees; `path` is helm's dotted form. */
export interface ValueChange {
  readonly path: string;
  readonly before: Json | undefined;
  readonly after: Json | undefined;
}
