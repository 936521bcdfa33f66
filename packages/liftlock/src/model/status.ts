import type { Distance } from './version.ts';

/** How one component stands against a target version, or the newest that there is. */
export interface ComponentStatus {
  readonly name: string;
  readonly title: string;
  readonly release: string;
  readonly installed?: string | undefined;
  /** When the installed revision was made, ISO 8601. */
  readonly updated?: string | undefined;
  /** A newer revision that failed or hangs (O12). */
  readonly partlyAt?: string | undefined;
  readonly partlyStatus?: string | undefined;
  /** How far it is behind the target, or the newest version where no target was given. */
  readonly behind?: Distance | undefined;
  /** `installed`: no target was given to compare with, and the newest version is not known. */
  readonly state: 'installed' | 'behind' | 'current' | 'ahead' | 'partly' | 'absent';
}

export interface SiteStatus {
  readonly platform: string;
  readonly site: string;
  readonly server: string;
  readonly namespace: string;
  readonly target?: string | undefined;
  /** The newest version that there is; where no target was given and an index tells it. */
  readonly newest?: string | undefined;
  /** Why the newest version is not known, where an index should have told it. */
  readonly newestUnknown?: string | undefined;
  readonly components: readonly ComponentStatus[];
  readonly lastRun?:
    | {
        readonly run: string;
        readonly status: string;
        readonly startedAt: string;
        readonly reason?: string | undefined;
        /** `hop 2 of 3, 2.13.0 → 2.19.0`: where a run of several hops is. */
        readonly hop?: string | undefined;
      }
    | undefined;
}
