import type { Decision } from '../model/finding.ts';
import type { KubeObject } from '../model/kube.ts';
import type { CarriedValue } from '../model/plan.ts';
import type { Component, Platform } from '../model/platform.ts';
import type { Site } from '../model/site.ts';
import type { ComponentSnapshot, Snapshot } from '../model/snapshot.ts';
import type { CarryOver, Step } from '../model/step.ts';

/** What the preflight rules judge. Rules read nothing else: no clock, no file, no cluster. */
export interface PreflightEvidence {
  readonly platform: Platform;
  readonly site: Site;
  readonly snapshot: Snapshot;
  /** Where the hop begins; the steps of the plan are about it. */
  readonly from?: string | undefined;
  readonly steps?: readonly Step[] | undefined;
  /** Where the hop leads to. */
  readonly target: string;
  /** The end of the whole route, where hops come after this one: what people affirm something for. */
  readonly finalTarget?: string | undefined;
  /** A plan alone: what only the run needs stops nobody from making it. */
  readonly isOnlyPlanned?: boolean | undefined;
  /** Nobody named the target: it is the newest that there is. */
  readonly isLatestTarget?: boolean | undefined;
  readonly decisions: readonly Decision[];
  readonly now: Date;
  /** Names of the components that the plan upgrades. */
  readonly selected: readonly string[];
  /** Worst-case duration of the whole plan. */
  readonly worstSeconds: number;
  /** By component, where the plan carries values over to a chart that takes them otherwise. */
  readonly carried?: Readonly<Record<string, CarriedValues>> | undefined;
  /** Workloads as they would be, by component, where a forecast knows them; else the live ones are taken. */
  readonly forecastWorkloads?: Readonly<Record<string, readonly KubeObject[]>> | undefined;
}

/** How a component's values are carried over, and what becomes of each. */
export interface CarriedValues {
  readonly carryOver: CarryOver;
  readonly values: readonly CarriedValue[];
}

/** A component that the plan upgrades, with what was read about it. */
export interface SelectedComponent {
  readonly component: Component;
  readonly read: ComponentSnapshot | undefined;
}

/** The selected components in the platform's order. */
export function selectedComponents(
  evidence: Pick<PreflightEvidence, 'platform' | 'selected' | 'snapshot'>,
): readonly SelectedComponent[] {
  return evidence.platform.components
    .filter((component) => evidence.selected.includes(component.name))
    .map((component) => ({
      component,
      read: evidence.snapshot.components.find((item) => item.name === component.name),
    }));
}
