import { nameWithin, type ObjectRef } from '../model/kube.ts';
import type { Holdings } from '../model/snapshot.ts';
import type { KeptClaim, MigrationMark } from '../model/step.ts';

/** What the steps of a reinstall are made from. */
export interface ReinstallFacts {
  readonly component: string;
  readonly release: string;
  readonly namespace: string;
  readonly holdings: Holdings;
  /** The claims, with what was decided about those that go. */
  readonly claims: readonly KeptClaim[];
  readonly noHooks: boolean;
  readonly timeoutSeconds: number;
  readonly migrates?: MigrationMark | undefined;
}

/** The last remedy: uninstall and install again. It must be named. */
export function reinstallRemedy(component: string): string {
  return `reinstall:${component}`;
}

/** Consent that the uninstall takes a claim, which is made again and bound to its volume. */
export function rebindRemedy(claim: Pick<ObjectRef, 'namespace' | 'name'>, home: string): string {
  return `rebind:pvc/${nameWithin(claim, home)}`;
}

/** A StatefulSet is told to keep its claims. */
export function retainRemedy(set: ObjectRef, home: string): string {
  return `retain:statefulset/${nameWithin(set, home)}`;
}

/** No hook runs when the release is uninstalled. */
export function noHooksRemedy(component: string): string {
  return `no-hooks:${component}`;
}
