import type { Finding, Remedy } from '../model/finding.ts';
import type { KubeObject } from '../model/kube.ts';
import type { ObjectChange } from '../model/plan.ts';
import type { ClusterReader, ClusterWriter, ImageQuestion, ImageStatus, ShadowAnswer } from '../model/ports.ts';
import type { Redactor } from '../model/redaction.ts';
import type { ChartInfo, Release, Snapshot, Unread } from '../model/snapshot.ts';
import type { HelmRollbackStep, HelmUpgradeStep, Step } from '../model/step.ts';
import type { ReleaseRecord } from '../release/release-record.ts';

export type HelmStep = HelmUpgradeStep | HelmRollbackStep;

/** One release as it would be after its helm step: what the shadow answered, and what helm made of it. */
export interface ForeseenRelease {
  readonly step: HelmStep;
  /** In helm's order, without helm's own records. */
  readonly answers: readonly ShadowAnswer[];
  readonly changes: readonly ObjectChange[];
  /** How helm ended in the shadow; its words are redacted. */
  readonly helm: { readonly major: 3 | 4; readonly code: number | undefined; readonly words: string };
  /** The release as it is. */
  readonly release?: Release | undefined;
  /** The chart that is to be installed; undefined in a rollback. */
  readonly chart?: ChartInfo | undefined;
  /** helm's record of the new revision, which exists in the shadow alone; undefined where helm refused before writing one. */
  readonly record?: ReleaseRecord | undefined;
  /** What that record takes of the Secret that holds it. */
  readonly recordBytes?: number | undefined;
  /** The same asked a second time, where a release is reinstalled or its chart may make things up: what differs is made up. */
  readonly again?: ReleaseRecord | undefined;
  /** The new revision's objects as the manifest has them, and its hooks: an object without a namespace is in the release's. */
  readonly objects: readonly KubeObject[];
  readonly hooks: readonly KubeObject[];
}

/** What looks at a forecast ask the cluster with; nothing here can write. */
export interface LookParts {
  readonly reader: ClusterReader;
  readonly writer: Pick<ClusterWriter, 'dryRunCreate' | 'dryRunPatch'>;
  readonly redactor: Redactor;
  readonly snapshot: Snapshot;
  /** Every step of the plan: what others than helm's make of the cluster. */
  readonly steps?: readonly Step[] | undefined;
  /** The last rung of a ladder, for components that may be uninstalled and installed again. */
  readonly mayReinstall?: ((component: string) => Remedy | undefined) | undefined;
  /** The site says that no node comes by itself. */
  readonly fixedNodes?: boolean | undefined;
  /** Asks registries whether images exist; absent where the site turned that off. */
  readonly images?:
    | {
        readonly statusOf: (image: string, question: ImageQuestion) => Promise<ImageStatus>;
        /** A step of the plan lets the nodes pull them. */
        readonly areProvenInCluster: boolean;
      }
    | undefined;
}

/** What one look finds, and what it could not judge. */
export interface Judgement {
  readonly findings: readonly Finding[];
  readonly unforeseen: readonly Unread[];
}

/** Looks at one release as it would be. */
export type ReleaseLook = (foreseen: ForeseenRelease, parts: LookParts) => Promise<Judgement>;
/** Looks at all releases of a hop together: what each fits and all together exceed. */
export type HopLook = (foreseen: readonly ForeseenRelease[], parts: LookParts) => Promise<Judgement>;
