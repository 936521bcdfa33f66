import type { Hop, RouteRule } from '../model/route.ts';

/** What a route is asked for. Plain data and one function: the solver reads nothing. */
export interface RouteQuestion {
  /** The installed version; see O12 for what counts as installed. */
  readonly from: string;
  readonly to: string;
  /** Versions that can be had, in any order; what is no version is passed over. */
  readonly available: readonly string[];
  /** Versions that the vendor has published, where that is more than can be had and is known: gaps are counted in them. */
  readonly published?: readonly string[] | undefined;
  /**
   * True where more versions were published than can be had, and nobody knows which, as with a folder of charts. Every number up to the
   * highest that is known then counts as published, so that a thin folder does not make a long way look short.
   */
  readonly isPartial?: boolean | undefined;
  readonly rules: readonly RouteRule[];
  /** Where the site wants to stop, besides the vendor's rules: versions or ranges. */
  readonly stops: readonly string[];
  /** Whether a condition holds; undefined where nobody knows. Asked only for stops that the way crosses. */
  readonly holds: (condition: string) => boolean | undefined;
}

/** What a person should know of a route that was found. */
export type RouteNotice =
  /** The vendor says nothing of this origin: someone has to decide for `origin:ID`. */
  | {
      readonly kind: 'silent-origin';
      readonly id: string;
      readonly version: string;
      readonly because: string;
      readonly source: string;
    }
  /** A conditional stop is on the route although nobody knows whether it is needed: one too many does no harm. */
  | {
      readonly kind: 'unknown-condition';
      readonly condition: string;
      readonly versions: string;
      readonly source: string;
    }
  /** A hop crosses a major version, and nobody knows how many minor versions lie between: it may climb further than it should. */
  | {
      readonly kind: 'unsure-gap';
      readonly from: string;
      readonly to: string;
      readonly count: number;
      readonly source: string;
    }
  /** The installed version was withdrawn. */
  | { readonly kind: 'withdrawn-origin'; readonly version: string; readonly because: string; readonly source: string }
  /** The site wants to stop beyond the target. */
  | { readonly kind: 'stop-beyond'; readonly stop: string };

/** Why there is no route. */
export interface RouteRefusal {
  readonly code:
    | 'ORIGIN_REFUSED'
    | 'ROUTE_ORIGIN_UNKNOWN'
    | 'ROUTE_DOWNGRADE'
    | 'TARGET_UNAVAILABLE'
    | 'TARGET_WITHDRAWN'
    | 'NO_ROUTE';
  readonly message: string;
  readonly advice: readonly string[];
}

export type RouteAnswer =
  | { readonly hops: readonly Hop[]; readonly notices: readonly RouteNotice[] }
  | { readonly refusal: RouteRefusal };
