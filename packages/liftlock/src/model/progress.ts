import type { Fault } from './journal.ts';

/** How far the rollout of one workload is, in pods. */
export interface WorkloadProgress {
  readonly kind: string;
  readonly name: string;
  readonly desired: number;
  /** Pods of the new revision. */
  readonly updated: number;
  /** Pods of the new revision that are ready. */
  readonly ready: number;
  /** What it waits for; empty when it waits for nothing. */
  readonly message: string;
}

/** What a running step looks like now. Told several times a second; never journaled. */
export interface Progress {
  readonly step: string;
  readonly component?: string | undefined;
  /** The last line that helm wrote. */
  readonly helmLine?: string | undefined;
  readonly workloads: readonly WorkloadProgress[];
  readonly elapsedSeconds: number;
  /** 0 where the step has no timeout. */
  readonly timeoutSeconds: number;
  /** Everything that looks wrong now, certain or not. */
  readonly faults: readonly Fault[];
}
