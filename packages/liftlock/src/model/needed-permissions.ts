import type { GrantedRule, Permission, Purpose } from './permission.ts';

/** Everything that one purpose needs on one site. */
export interface NeededPermissions {
  readonly purpose: Purpose;
  /** Title of the platform. */
  readonly platform: string;
  /** The platform's own. */
  readonly namespace: string;
  readonly permissions: readonly Permission[];
  readonly granted: readonly GrantedRule[];
  /** What whoever grants this should know, a sentence each. */
  readonly notes: readonly string[];
}
