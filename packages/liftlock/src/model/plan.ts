import type { Decision, Finding } from './finding.ts';
import type { JsonObject } from './json.ts';
import type { ObjectRef } from './kube.ts';
import type { ReleaseStatus, Unread, ValueChange } from './snapshot.ts';
import type { Hop } from './route.ts';
import type { PinnedChart, Step } from './step.ts';

/** Why a field changes (O21). Which of chart and values it is, is not told apart. */
export interface FieldAttribution {
  /** `live edit`: the installed revision sets the field, someone changed it since, and that is undone. */
  readonly because: 'chart or values' | 'live edit';
  /** The field manager of a live edit, where the API server knows it. */
  readonly manager?: string | undefined;
  /** ISO 8601: when that manager last wrote. */
  readonly at?: string | undefined;
}

/** One changed field, dotted and masked. Plans of earlier versions have no attribution. */
export interface FieldChange extends Partial<FieldAttribution> {
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

/** How one object of a release would change: what the API server answered in the shadow. */
export interface ObjectChange {
  readonly object: ObjectRef;
  /** `replaced`: a step of the plan deletes it, and helm makes it anew. */
  readonly change: 'created' | 'changed' | 'deleted' | 'replaced' | 'unchanged';
  /** For `changed`. */
  readonly fields: readonly FieldChange[];
  readonly restartsPods: boolean;
}

/** What becomes of one of the user's values on its way to the new chart: never what it holds. */
export interface CarriedValue {
  /** As `--allow` and the rules of a definition name it. */
  readonly path: string;
  /**
   * `default`: it says what the former chart says by itself, and the new one does not know it; `set`: the definition sets its
   * place; `undecided`: it blocks.
   */
  readonly becomes: 'kept' | 'moved' | 'retyped' | 'dropped' | 'default' | 'set' | 'undecided';
  readonly to?: string | undefined;
  /** Where the definition has it from, or why it could not be decided. */
  readonly why?: string | undefined;
  /** Another of the user's values that is in its way. */
  readonly other?: string | undefined;
  /** The remedy by which someone decided what the definition does not. */
  readonly decision?: string | undefined;
}

/** What the plan says of one component. */
export interface ComponentPlan {
  readonly name: string;
  readonly title: string;
  readonly release: string;
  readonly namespace: string;
  readonly action: 'upgrade' | 'install' | 'none' | 'skipped';
  readonly installed?:
    | { readonly version: string; readonly revision: number; readonly status: ReleaseStatus }
    | undefined;
  /** Set when a newer revision than the installed one failed or hangs (O12). */
  readonly partlyAt?:
    | { readonly version: string; readonly revision: number; readonly status: ReleaseStatus }
    | undefined;
  readonly target: string;
  readonly chart: PinnedChart;
  /** User values: live release against the files, masked. */
  readonly values: readonly ValueChange[];
  /** Where the definition says what becomes of the user's values. */
  readonly carried?: readonly CarriedValue[] | undefined;
  readonly outage: { readonly expected: boolean; readonly why: string };
  /** Seconds that earlier runs took; undefined before the first. */
  readonly expectedSeconds?: number | undefined;
  readonly worstSeconds: number;
  readonly rollback: string;
}

/** What the real API server said when the real helm ran the plan against the shadow. */
export interface Forecast {
  readonly madeAt: string;
  readonly complete: boolean;
  readonly unforeseen: readonly Unread[];
  readonly findings: readonly Finding[];
  /** By component. */
  readonly changes: Readonly<Record<string, readonly ObjectChange[]>>;
}

/** A later hop as it looks now. */
export interface HopAhead {
  readonly hop: Hop;
  readonly steps: readonly Step[];
  readonly findings: readonly Finding[];
  readonly unforeseen: readonly Unread[];
}

/** The ordered steps of an upgrade as data, made by a pure function. */
export interface Plan {
  readonly apiVersion: 'liftlock.dev/v1alpha1';
  readonly kind: 'Plan';
  readonly purpose: 'upgrade' | 'rollback' | 'rotation' | 'restore';
  readonly platform: { readonly name: string; readonly title: string; readonly digest: string };
  readonly site: {
    readonly name: string;
    readonly digest: string;
    readonly options: Readonly<Record<string, string>>;
    readonly namespace: string;
  };
  readonly cluster: { readonly server: string; readonly context: string; readonly uid: string };
  readonly helm: { readonly version: string };
  /** All hops from the installed version to the target. */
  readonly route: readonly Hop[];
  /** Index of the hop that the steps are about: a run is a list of plans, one a hop. */
  readonly hop: number;
  /** The hops after this one, as far as they can be known now; each is planned and forecast again when its time comes. */
  readonly ahead: readonly HopAhead[];
  readonly components: readonly ComponentPlan[];
  readonly steps: readonly Step[];
  readonly decisions: readonly Decision[];
  readonly affirmations: JsonObject;
  /** The state it was made from: revision, status and uid of what is in scope (O19). */
  readonly state: JsonObject;
  readonly forecast: Forecast;
  /** How the command was called: what apply PLAN.json and resume open the site with. Not covered by the digest. */
  readonly inputs?: JsonObject | undefined;
  /** sha256 over everything above but the forecast and the inputs. */
  readonly digest: string;
}
