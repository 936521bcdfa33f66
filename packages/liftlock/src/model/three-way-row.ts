import type { Json } from './json.ts';
import type { CarriedValue } from './plan.ts';

/** One key from three sides; a side that does not have it is absent. */
export interface ThreeWayRow {
  readonly path: string;
  /** What the chart that is installed has by itself. */
  readonly former?: Json | undefined;
  readonly yours?: Json | undefined;
  /** What the new chart has by itself, at the place where the value goes. */
  readonly now?: Json | undefined;
  readonly becomes?: CarriedValue['becomes'] | undefined;
  readonly to?: string | undefined;
}
