import type { Json, JsonObject } from './json.ts';
import type { ObjectRef } from './kube.ts';
import type { ValueRule } from './migration.ts';
import type {
  ApplyCrdsStep,
  AwaitConditionStep,
  CompareClaimsStep,
  CreateSecretStep,
  LocalCommandStep,
  RestartStep,
  RunJobStep,
  ScaleStep,
} from './work-steps.ts';

export type {
  ApplyCrdsStep,
  AwaitConditionStep,
  CompareClaimsStep,
  CreateSecretStep,
  LocalCommandStep,
  RestartStep,
  RunJobStep,
  ScaleStep,
} from './work-steps.ts';

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

/** True for a chart that is a file of a folder: it comes from nowhere else. */
export function isArchive({ source }: Pick<PinnedChart, 'source'>): boolean {
  return !source.includes('/') && source.endsWith('.tgz');
}

/** Workload containers that migrate data (O2, O18). */
export interface MigrationMark {
  readonly containers: readonly string[];
  readonly note: string;
}

/** What every step has. */
export interface StepBase {
  /** Addressable path, for example `ui/upgrade`. */
  readonly id: string;
  readonly title: string;
  readonly component?: string | undefined;
  /** The guide's command, argument by argument; absent where the guide has none. */
  readonly guideCommand?: readonly string[] | undefined;
  /** What liftlock runs, for people to read; absent where it is done through the API. */
  readonly command?: readonly string[] | undefined;
  readonly risk: 'none' | 'reversible' | 'irreversible';
  /** The migration that it is part of. */
  readonly migration?: StepMigration | undefined;
}

/** A migration as its steps name it: why they are there, and who says so. */
export interface StepMigration {
  readonly id: string;
  readonly title: string;
  readonly why?: string | undefined;
  readonly source: string;
  /** No way back once one of its steps was begun. */
  readonly isIrreversible?: boolean | undefined;
}

export interface BackupStep extends StepBase {
  readonly kind: 'backup';
  readonly releases: readonly { readonly name: string; readonly namespace: string }[];
  /** Live values that are exported and that upgrades of this plan are given. */
  readonly values?: readonly CarriedValues[] | undefined;
}

/** The live values of one release as a file of their own: frozen when the plan is made. */
export interface CarriedValues {
  readonly release: string;
  readonly namespace: string;
  /** As the guide names it, for example `current-values.yml`. */
  readonly path: string;
  readonly digest: string;
}

export interface PinnedValues {
  readonly path: string;
  readonly digest: string;
  /** The live release's own values as the backup keeps them, not a file of the operator's. */
  readonly isCarried?: boolean | undefined;
  /** A file with the command that the vendor's console shows; the digest is that of its values. */
  readonly isCommand?: boolean | undefined;
}

/** How values are carried over from one chart to the next. No secrets: what is set comes from definition and inputs. */
export interface CarryOver {
  readonly rules: readonly ValueRule[];
  /** Merged over everything else. */
  readonly set: JsonObject;
}

export interface HelmUpgradeStep extends StepBase {
  readonly kind: 'helm-upgrade';
  readonly component: string;
  readonly release: string;
  readonly namespace: string;
  readonly chart: PinnedChart;
  readonly install: boolean;
  /** Digests of the values files in order, and of the keys that are kept on top of them. */
  readonly values: readonly PinnedValues[];
  /** helm replaces objects (PUT) instead of patching them: only where the guide says so and the forecast finds it harmless. */
  readonly force?: boolean | undefined;
  /** Helm 4 is told to apply as Helm 3 does: `--server-side=false`. */
  readonly clientSide?: boolean | undefined;
  /** Live keys that someone decided to keep, merged over the files. No secrets: masked when shown. */
  readonly keep: readonly string[];
  /** What becomes of the values on their way to the new chart; what is given is then one file, in full (O11). */
  readonly carryOver?: CarryOver | undefined;
  /** Paths of live values that are not among what helm is given: it is told to forget the former values (O11). */
  readonly forgets?: readonly string[] | undefined;
  /** Who types the commands needs the values as a file of its own: they are neither the operator's files nor the live values. */
  readonly ownFile?: boolean | undefined;
  readonly timeoutSeconds: number;
  readonly migrates?: MigrationMark | undefined;
  readonly from?: { readonly revision: number; readonly version: string } | undefined;
  /** Where the command is not the guide's, and why. */
  readonly notes?: readonly string[] | undefined;
  /** Comes after an uninstall by the same plan: the release is absent when it begins. */
  readonly reinstalls?: boolean | undefined;
  /** Id of the upgrade of the same release, by the same plan and at the same version, that it comes after. */
  readonly follows?: string | undefined;
}

export interface HelmRollbackStep extends StepBase {
  readonly kind: 'helm-rollback';
  readonly component: string;
  readonly release: string;
  readonly namespace: string;
  /** Named always: without one helm goes back by one, even to a failed revision. */
  readonly revision: number;
  readonly version: string;
  /** The id of the step that it undoes: it is taken only when that one fails (O3), and never asked otherwise. */
  readonly undoes?: string | undefined;
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
  /** Id of the step whose former values this one puts back; see isPairedUndo. */
  readonly undoes?: string | undefined;
  readonly undoWhen?: 'on-failure' | 'always' | undefined;
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

/** Makes the operator's own helm know a chart repository, as the guide has it. liftlock's own pulls do not need it. */
export interface HelmRepoStep extends StepBase {
  readonly kind: 'helm-repo';
  /** The name that helm knows it by. */
  readonly name: string;
  /** The guide's address, and where this site's mirror stands in for it. */
  readonly url: string;
  readonly source: string;
  /** Another address under this name is replaced: someone named it. */
  readonly replaces: boolean;
  readonly caFile?: string | undefined;
}

/** Deletes one object, which is backed up first, so that what follows makes it anew. */
export interface ReplaceObjectStep extends StepBase {
  readonly kind: 'replace-object';
  readonly component: string;
  readonly object: ObjectRef;
  /** Its pods stay and are adopted by the new object; else they go with it. */
  readonly orphansPods: boolean;
}

/** Rewrites API versions that the cluster no longer serves in one record of helm's; no object is changed. */
export interface RewriteRecordStep extends StepBase {
  readonly kind: 'rewrite-record';
  readonly component: string;
  readonly release: string;
  readonly namespace: string;
  readonly revision: number;
  /** Without `to` the kind is gone, and its objects are left out of the record. */
  readonly changes: readonly { readonly kind: string; readonly from: string; readonly to?: string | undefined }[];
}

/** A claim and the volume behind it, as they were before an uninstall. */
export interface KeptClaim {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** Name of its PersistentVolume; empty where none was bound. */
  readonly volume: string;
  /** The former reclaim policy of the volume; undefined where it may not be read. */
  readonly policy?: string | undefined;
  /** The uninstall takes the claim away: it is made again, and bound to the same volume. */
  readonly isRebound: boolean;
}

/** An object whose content an installation would not make again as it was. */
export interface KeptObject {
  readonly object: ObjectRef;
  /** It goes with the release and is put back before the chart is installed again. */
  readonly isPutBack: boolean;
}

/** An address of a release, and the names that people reach it by. */
export interface KnownAddress {
  readonly object: ObjectRef;
  /** IP addresses and host names of the load balancer. */
  readonly addresses: readonly string[];
  /** Names that lead to it. */
  readonly hosts: readonly string[];
}

interface ReinstallStepBase extends StepBase {
  readonly component: string;
  readonly release: string;
  readonly namespace: string;
}

/** Copies what must survive an uninstall: to the run's folder and, for Secrets and ConfigMaps, beside the release (O4, O9). */
export interface PutAsideStep extends ReinstallStepBase {
  readonly kind: 'put-aside';
  readonly objects: readonly ObjectRef[];
  readonly kept: readonly KeptObject[];
  readonly claims: readonly KeptClaim[];
}

/** Sets the reclaim policy of volumes to Retain (O5). */
export interface RetainVolumesStep extends ReinstallStepBase {
  readonly kind: 'retain-volumes';
  readonly claims: readonly KeptClaim[];
}

/** One `helm uninstall`, and the wait until every object of the release is gone. */
export interface HelmUninstallStep extends ReinstallStepBase {
  readonly kind: 'helm-uninstall';
  /** The newest revision, which helm takes the objects from. */
  readonly revision: number;
  /** What goes with it. */
  readonly objects: readonly ObjectRef[];
  readonly claims: readonly KeptClaim[];
  /** Delete hooks are left out. */
  readonly noHooks: boolean;
  readonly timeoutSeconds: number;
  readonly migrates?: MigrationMark | undefined;
}

/** Puts kept objects and claims back as the release's own, before the chart is installed again (O4, O5). */
export interface PutBackStep extends ReinstallStepBase {
  readonly kind: 'put-back';
  readonly kept: readonly KeptObject[];
  readonly claims: readonly KeptClaim[];
  readonly timeoutSeconds: number;
}

/** Proves that what was kept is as before; then puts reclaim policies back where that is safe, and removes the copies. */
export interface CompareKeptStep extends ReinstallStepBase {
  readonly kind: 'compare-kept';
  readonly kept: readonly KeptObject[];
  readonly claims: readonly KeptClaim[];
}

/** Compares addresses with those before; open until the names lead to the new ones (D16, D19). */
export interface CompareAddressesStep extends ReinstallStepBase {
  readonly kind: 'compare-addresses';
  readonly addresses: readonly KnownAddress[];
  readonly timeoutSeconds: number;
}

/** An image, and how the pods that need it would pull it. */
export interface ImageToProve {
  readonly image: string;
  readonly component: string;
  readonly namespace: string;
  readonly pullSecrets: readonly string[];
  readonly serviceAccount: string;
  readonly nodeSelector?: JsonObject | undefined;
  readonly tolerations?: readonly Json[] | undefined;
}

/** Lets the nodes pull every image in a pod of its own, before anything else is changed (O25). */
export interface ProveImagesStep extends StepBase {
  readonly kind: 'prove-images';
  readonly images: readonly ImageToProve[];
  readonly timeoutSeconds: number;
}

/** Every kind of step, by name: registries over it fail to compile when one is missing. */
export interface Steps {
  readonly backup: BackupStep;
  readonly 'helm-upgrade': HelmUpgradeStep;
  readonly 'helm-rollback': HelmRollbackStep;
  readonly 'helm-repo': HelmRepoStep;
  readonly 'pull-secret': PullSecretStep;
  readonly 'registry-login': RegistryLoginStep;
  readonly check: CheckStep;
  readonly 'patch-object': PatchObjectStep;
  readonly 'restore-object': RestoreObjectStep;
  readonly 'replace-object': ReplaceObjectStep;
  readonly 'rewrite-record': RewriteRecordStep;
  readonly 'put-aside': PutAsideStep;
  readonly 'retain-volumes': RetainVolumesStep;
  readonly 'helm-uninstall': HelmUninstallStep;
  readonly 'put-back': PutBackStep;
  readonly 'compare-kept': CompareKeptStep;
  readonly 'compare-addresses': CompareAddressesStep;
  readonly 'prove-images': ProveImagesStep;
  readonly 'create-secret': CreateSecretStep;
  readonly 'await-condition': AwaitConditionStep;
  readonly 'run-job': RunJobStep;
  readonly 'apply-crds': ApplyCrdsStep;
  readonly scale: ScaleStep;
  readonly restart: RestartStep;
  readonly 'local-command': LocalCommandStep;
  readonly 'compare-claims': CompareClaimsStep;
}
export type StepKind = keyof Steps;

/** True for a step that is taken only when something has failed: the step that it undoes, or any after that. */
export function isUndo(step: Step): step is Step<'helm-rollback' | PairedKind> & { readonly undoes: string } {
  if (step.kind === 'helm-rollback') return step.undoes !== undefined;
  return isPairedUndo(step) && step.undoWhen === 'on-failure';
}

type PairedKind = 'patch-object' | 'scale';

/**
 * True for a step that puts back what an earlier one has changed: at its place (`undoWhen: always`) or not (`on-failure`), and
 * either way when a step in between fails and the run stops (O26).
 */
export function isPairedUndo(step: Step): step is Step<PairedKind> & { readonly undoes: string } {
  return (step.kind === 'patch-object' || step.kind === 'scale') && step.undoes !== undefined;
}

/** One thing done to one cluster. Plain data: printed, foreseen and journaled unchanged. */
export type Step<K extends StepKind = StepKind> = { readonly [P in K]: Steps[P] & { readonly kind: P } }[K];
