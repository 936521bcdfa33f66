import type { Json, JsonObject } from './json.ts';
import type { ObjectRef } from './kube.ts';

/** A chart pinned by digest. */
export interface PinnedChart {
  readonly reference: string;
  readonly source: string;
  readonly name: string;
  readonly version: string;
  readonly digest: string;
  /** What a helm that pulls the chart by itself has to be told to reach its registry; absent where nothing. */
  readonly pullFlags?: readonly string[] | undefined;
}

/** Workload containers that migrate data (O2, O18). */
export interface MigrationMark {
  readonly containers: readonly string[];
  readonly note: string;
}

interface StepBase {
  /** Addressable path, for example `ui/upgrade`. */
  readonly id: string;
  readonly title: string;
  readonly component?: string | undefined;
  /** The guide's command, argument by argument; absent where the guide has none. */
  readonly guideCommand?: readonly string[] | undefined;
  /** What liftlock runs, for people to read; absent where it is done through the API. */
  readonly command?: readonly string[] | undefined;
  readonly risk: 'none' | 'reversible' | 'irreversible';
}

export interface BackupStep extends StepBase {
  readonly kind: 'backup';
  readonly releases: readonly { readonly name: string; readonly namespace: string }[];
}

export interface HelmUpgradeStep extends StepBase {
  readonly kind: 'helm-upgrade';
  readonly component: string;
  readonly release: string;
  readonly namespace: string;
  readonly chart: PinnedChart;
  readonly install: boolean;
  /** Digests of the values files in order, and of the keys that are kept on top of them. */
  readonly values: readonly { readonly path: string; readonly digest: string }[];
  /** helm replaces objects (PUT) instead of patching them: only where the guide says so and the forecast finds it harmless. */
  readonly force?: boolean | undefined;
  /** Live keys that someone decided to keep, merged over the files. No secrets: masked when shown. */
  readonly keep: readonly string[];
  readonly timeoutSeconds: number;
  readonly migrates?: MigrationMark | undefined;
  readonly from?: { readonly revision: number; readonly version: string } | undefined;
}

export interface HelmRollbackStep extends StepBase {
  readonly kind: 'helm-rollback';
  readonly component: string;
  readonly release: string;
  readonly namespace: string;
  /** Named always: without one helm goes back by one, even to a failed revision. */
  readonly revision: number;
  readonly version: string;
  readonly timeoutSeconds: number;
  /** What migrates data in this release: nothing is begun while it runs (O2). */
  readonly migrates?: MigrationMark | undefined;
}

export interface PullSecretStep extends StepBase {
  readonly kind: 'pull-secret';
  readonly name: string;
  readonly namespace: string;
  readonly server: string;
  readonly username: string;
  readonly keyId: string;
}

export interface RegistryLoginStep extends StepBase {
  readonly kind: 'registry-login';
  readonly host: string;
  readonly username: string;
}

export interface CheckStep extends StepBase {
  readonly kind: 'check';
  readonly check: string;
  readonly settings: JsonObject;
}

/**
 * Removes single fields of one live object, or sets them, without touching anything else of it. The patch is made from the
 * paths, so that what is shown and what is sent cannot differ.
 */
export interface PatchObjectStep extends StepBase {
  readonly kind: 'patch-object';
  readonly object: ObjectRef;
  /** Fields that go, as `spec.template.spec.nodeSelector.disk` or `spec.template.spec.containers[app].env[MODE]`. */
  readonly remove: readonly string[];
  readonly set: readonly { readonly path: string; readonly value: Json }[];
}

/** Puts one object back as a run's backup holds it, apart from what the server writes. */
export interface RestoreObjectStep extends StepBase {
  readonly kind: 'restore-object';
  readonly object: ObjectRef;
  /** The run that made the backup. */
  readonly run: string;
  /** Below that run's folder. */
  readonly file: string;
  readonly digest: string;
}

/** Deletes one object, which is backed up first, so that what follows makes it anew. */
export interface ReplaceObjectStep extends StepBase {
  readonly kind: 'replace-object';
  readonly component: string;
  readonly object: ObjectRef;
  /** Its pods stay and are adopted by the new object; else they go with it. */
  readonly orphansPods: boolean;
}

/** Every kind of step, by name: registries over it fail to compile when one is missing. */
export interface Steps {
  readonly backup: BackupStep;
  readonly 'helm-upgrade': HelmUpgradeStep;
  readonly 'helm-rollback': HelmRollbackStep;
  readonly 'pull-secret': PullSecretStep;
  readonly 'registry-login': RegistryLoginStep;
  readonly check: CheckStep;
  readonly 'patch-object': PatchObjectStep;
  readonly 'restore-object': RestoreObjectStep;
  readonly 'replace-object': ReplaceObjectStep;
}
export type StepKind = keyof Steps;

/** One thing done to one cluster. Plain data: printed, foreseen and journaled unchanged. */
export type Step<K extends StepKind = StepKind> = { readonly [P in K]: Steps[P] & { readonly kind: P } }[K];
