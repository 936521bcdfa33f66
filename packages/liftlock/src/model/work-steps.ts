import type { ObjectQuery } from './fact.ts';
import type { KubeObject, ObjectRef } from './kube.ts';
import type { PinnedChart, StepBase } from './step.ts';

/** Makes a Secret from files of the site. What it holds is read when the step acts, and never part of a plan. */
export interface CreateSecretStep extends StepBase {
  readonly kind: 'create-secret';
  readonly name: string;
  readonly namespace: string;
  readonly type: string;
  /** Key of the Secret to the path of a file. */
  readonly files: Readonly<Record<string, string>>;
  /** A host that the certificate must be for. */
  readonly covers?: string | undefined;
}

/** Waits until something holds: of objects of the cluster, or of what an address answers. Nothing is written. */
export interface AwaitConditionStep extends StepBase {
  readonly kind: 'await-condition';
  readonly objects?: ObjectQuery | undefined;
  readonly url?: string | undefined;
  /** In CEL, over `objects` and `object`, or `response.status` and `response.body`. */
  readonly until: string;
  readonly timeoutSeconds: number;
  /** How long it must have held without a break. */
  readonly minimumSeconds: number;
}

/** Runs one Job to its end, and looks at how it ended. */
export interface RunJobStep extends StepBase {
  readonly kind: 'run-job';
  readonly namespace: string;
  readonly job: KubeObject;
  readonly timeoutSeconds: number;
}

/** Applies the CRDs of a chart and its subcharts on the server; deletes none, and keeps versions that hold objects (O26). */
export interface ApplyCrdsStep extends StepBase {
  readonly kind: 'apply-crds';
  readonly component: string;
  readonly chart: PinnedChart;
  /** Names of the CRDs. */
  readonly names: readonly string[];
}

/** Sets the number of replicas. */
export interface ScaleStep extends StepBase {
  readonly kind: 'scale';
  readonly object: ObjectRef;
  /** `former`: as the step that this one undoes has found it. */
  readonly replicas: number | 'former';
  readonly undoes?: string | undefined;
  readonly undoWhen?: 'on-failure' | 'always' | undefined;
}

/** Restarts the pods of a workload, as `kubectl rollout restart` does. */
export interface RestartStep extends StepBase {
  readonly kind: 'restart';
  readonly object: ObjectRef;
  readonly timeoutSeconds: number;
}

/** Runs a command on this machine: only where the site allows the step by its id. */
export interface LocalCommandStep extends StepBase {
  readonly kind: 'local-command';
  readonly argv: readonly string[];
  readonly timeoutSeconds: number;
}

/** Proves that claims are what they were before the upgrade, and that it made no others. */
export interface CompareClaimsStep extends StepBase {
  readonly kind: 'compare-claims';
  readonly namespace: string;
  readonly claims: readonly { readonly name: string; readonly uid: string; readonly volume: string }[];
  /** Every claim of the namespace before: what is not among them afterwards is unexpected. */
  readonly known: readonly string[];
}
