import type { ChartContent } from './chart-content.ts';
import type { Facts } from './fact.ts';
import type { GitOpsOwner } from './gitops.ts';
import type { Json, JsonObject } from './json.ts';
import type { KubeObject, ObjectRef } from './kube.ts';
import type { Lack, Purpose } from './permission.ts';
import type { ReceiptReadings } from './receipt.ts';
import type { KeptClaim, KeptObject, KnownAddress } from './step.ts';

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
  /** What the installed revision's chart does with its values, as far as helm's record holds it: no subcharts. */
  readonly chartContent?: ChartContent | undefined;
  readonly manifest: string;
  readonly hooks: readonly { readonly name: string; readonly kind: string; readonly events: readonly string[] }[];
  /**
   * Manifests of the revisions that failed since the installed one, newest first (O31): helm compares with the installed
   * one alone, so what these have set stays.
   */
  readonly failedManifests?: readonly string[] | undefined;
  /**
   * What the newest record that can be read says, whatever its status: `helm uninstall` deletes these objects and runs these
   * hooks. Source: helm pkg/action/uninstall.go.
   */
  readonly newestRecord?: Pick<Release, 'manifest' | 'hooks'> | undefined;
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
  /** Its templates and schema, to tell which values it reads. Not part of a plan. */
  readonly content?: ChartContent | undefined;
  /** Of a chart from a repository: the index that it was found in. */
  readonly index?: ChartIndex | undefined;
}

/** The index of a chart repository as it was read. */
export interface ChartIndex {
  /** sha256:… of index.yaml. */
  readonly digest: string;
  /** When the repository made it, as it says itself. */
  readonly generated?: string | undefined;
  /** The newest version of the chart that is no pre-release. */
  readonly newest?: string | undefined;
}

/** A chart repository that the operator's own helm knows. */
export interface HelmRepository {
  readonly name: string;
  readonly url: string;
}

export interface ValuesFile {
  /** As the guide writes it, below the checkout. */
  readonly path: string;
  readonly file: string;
  readonly digest: string;
  readonly values: JsonObject;
  /** True where it is no file but the live release's own values: `file` is then empty. */
  readonly isCarried?: boolean | undefined;
  /** True where it is the command that a vendor's console shows; the digest is then that of its values. */
  readonly isCommand?: boolean | undefined;
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
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly taints?: readonly { readonly key: string; readonly value: string; readonly effect: string }[] | undefined;
  /** Cores. */
  readonly cpuAllocatable: number;
  readonly cpuUsed: number;
  /** Bytes. */
  readonly memoryAllocatable: number;
  readonly memoryUsed: number;
  readonly podsAllocatable: number;
  readonly podsUsed: number;
}

/** What a release holds that an uninstall would take or endanger. Read where someone decided for a reinstall. */
export interface Holdings {
  /** Revision whose manifest helm would take away: the newest. */
  readonly revision: number;
  /** Live objects of the release that an uninstall deletes. */
  readonly objects: readonly ObjectRef[];
  readonly kept: readonly KeptObject[];
  readonly claims: readonly HeldClaim[];
  /** StatefulSets that would delete their claims. */
  readonly deletesClaims: readonly ObjectRef[];
  readonly deleteHooks: readonly { readonly name: string; readonly kind: string; readonly events: readonly string[] }[];
  readonly addresses: readonly KnownAddress[];
  readonly mayPatchVolumes: boolean;
}

/** A claim of a release, and why it would not outlive an uninstall. */
export interface HeldClaim extends Omit<KeptClaim, 'isRebound'> {
  /** It is an object of the chart, or hangs from one that goes. */
  readonly goesBecause?: string | undefined;
}

export interface ComponentSnapshot {
  readonly name: string;
  readonly release?: Release | undefined;
  readonly chart?: ChartInfo | undefined;
  readonly valuesFiles: readonly ValuesFile[];
  /** The live workloads of the installed revision, for requests and rollout settings. */
  readonly workloads: readonly KubeObject[];
  /** Only where a reinstall was decided for. */
  readonly holdings?: Holdings | undefined;
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

/** A certificate of a PEM file: nothing of its key. */
export interface CertificateInfo {
  readonly names: readonly string[];
  /** ISO 8601. */
  readonly notBefore: string;
  readonly notAfter: string;
  /** sha256 of the public key, to tell whether a private key belongs to it; of a key file alone as well. */
  readonly publicKey: string;
}

/** A PersistentVolumeClaim as it is. */
export interface ClaimInfo {
  readonly name: string;
  readonly uid: string;
  /** `Bound`, `Pending` or `Lost`; `Terminating` for one that was deleted and stays as long as a pod uses it. */
  readonly phase: string;
  /** Name of its PersistentVolume; empty where none is bound. */
  readonly volume: string;
  /** Reclaim policy of the volume; absent where it may not be read. */
  readonly policy?: string | undefined;
}

/** A Secret of type kubernetes.io/tls as it is: what its certificate says, and whose its key is. */
export interface TlsSecret {
  readonly type: string;
  readonly certificate: CertificateInfo | undefined;
  readonly key: CertificateInfo | undefined;
}

/** A verb that the API server does not let this user use. */
export interface MissingPermission {
  readonly verb: string;
  /** With its group, as kubectl names it: `deployments.apps`. */
  readonly resource: string;
  /** Empty: in the whole cluster. */
  readonly namespace: string;
  readonly purpose: Purpose;
  readonly lack: Lack;
}

/** What was read before deciding: decisions see this, never the cluster. */
export interface Snapshot {
  readonly readAt: string;
  /** ISO 8601: the API server's clock when it was read; undefined where it does not tell. */
  readonly serverTime?: string | undefined;
  /** By the id of the checklist item, where platform or site name what proves a backup. */
  readonly receipts?: Readonly<Record<string, ReceiptReadings>> | undefined;
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
  /** Those of the platform that somebody has deleted, as far as they may be read. */
  readonly endingNamespaces?: readonly string[] | undefined;
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
  readonly missingPermissions: readonly MissingPermission[];
  /** Every claim of the platform's namespace; undefined where no migration is about claims. */
  readonly claims?: readonly ClaimInfo[] | undefined;
  /** Answers to the definition's questions; those that nobody answered are absent. */
  readonly facts: Facts;
  /** What the certificates among the site's inputs say, by the name of the input. */
  readonly certificates?: Readonly<Record<string, CertificateInfo>> | undefined;
  /** Those that a migration would make and that are there already, by name. */
  readonly tlsSecrets?: Readonly<Record<string, TlsSecret>> | undefined;
  readonly key?: KeyInfo | undefined;
  readonly pullSecret?: { readonly exists: boolean; readonly keyId?: string | undefined } | undefined;
  /** What `helm repo list` tells on this machine; undefined where no chart comes from a repository. */
  readonly repositories?: readonly HelmRepository[] | undefined;
  /** Controllers that write a release by themselves. */
  readonly gitOps?: readonly GitOpsOwner[] | undefined;
  readonly unread: readonly Unread[];
}

/** One difference between two values trees; `path` is helm's dotted form. */
export interface ValueChange {
  readonly path: string;
  readonly before: Json | undefined;
  readonly after: Json | undefined;
}
