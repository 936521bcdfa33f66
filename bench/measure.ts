/** One number that is measured several times. */
export interface Measured {
  readonly what: string;
  readonly unit: 's' | 'ms' | 'x';
  readonly median: number;
  readonly smallest: number;
  readonly largest: number;
  readonly samples: readonly number[];
  /** The most that it should be, in the same unit. */
  readonly goal?: number | undefined;
}

/** What one benchmark found. */
export interface Finding {
  readonly rows: readonly Measured[];
  /** What a reader must know to judge the numbers. */
  readonly notes: readonly string[];
}

/** The middle of the sorted samples; of an even number, the mean of the two in the middle. Throws for none. */
export function median(samples: readonly number[]): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  if (upper === undefined || lower === undefined) throw new Error('no samples');
  return (upper + lower) / 2;
}

/** Samples with their median and range, rounded to what a clock on a busy machine can tell. */
export function measured(what: string, unit: Measured['unit'], samples: readonly number[], goal?: number): Measured {
  const rounded = samples.map((sample) => round(sample));
  return {
    what,
    unit,
    median: round(median(samples)),
    smallest: Math.min(...rounded),
    largest: Math.max(...rounded),
    samples: rounded,
    ...(goal === undefined ? {} : { goal }),
  };
}

/** A ratio of two medians of the same run. */
export function ratio(what: string, ours: readonly number[], theirs: readonly number[], goal?: number): Measured {
  return measured(what, 'x', [median(ours) / median(theirs)], goal);
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
