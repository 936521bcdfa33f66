/** How one component stands against a target version. */
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
  /** `installed`: no target was given to compare with. */
  readonly state: 'installed' | 'behind' | 'current' | 'ahead' | 'partly' | 'absent';
}

export interface SiteStatus {
  readonly platform: string;
  readonly site: string;
  readonly server: string;
  readonly namespace: string;
  readonly target?: string | undefined;
  readonly components: readonly ComponentStatus[];
  readonly lastRun?:
    | {
        readonly run: string;
        readonly status: string;
        readonly startedAt: string;
        readonly reason?: string | undefined;
      }
    | undefined;
}
