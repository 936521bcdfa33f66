import type { Failure, Reliability } from './reliability.ts';

/** What every part of the torture is told. */
export interface TortureOptions {
  readonly seed: number;
  readonly goals: {
    readonly kills: number;
    /** Whether the small platforms go on until every boundary of their journals was met. */
    readonly everyBoundary: boolean;
    readonly platformKills: number;
  };
  /** Cases at a time, each in a namespace and with an operator of its own. */
  readonly workers: number;
  /** Only these; all where undefined. */
  readonly scenarios: readonly string[] | undefined;
  /** One case alone, told in full. */
  readonly number: number | undefined;
  readonly say: (text: string) => void;
  /** Whether no new case is to begin. */
  readonly isOver: () => boolean;
  readonly record: () => Reliability;
  readonly keep: (record: Reliability) => void;
}

/** Adds a case that ended otherwise than it should. */
export function keepFailure(failure: Failure, { record, keep }: Pick<TortureOptions, 'record' | 'keep'>): void {
  keep({ ...record(), failures: [...record().failures, failure] });
}
