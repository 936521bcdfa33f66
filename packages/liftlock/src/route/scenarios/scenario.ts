import type { Json } from '../../model/json.ts';
import type { RouteRule } from '../../model/route.ts';
import type { RouteRefusal } from '../question.ts';

/** One route as the vendor's table has it: typed by hand, never made by the solver. */
export interface ExpectedRoute {
  readonly from: string;
  readonly to: string;
  /** Answers to the facts that the conditions ask for; one that is left out is not known. */
  readonly facts?: Readonly<Record<string, Json>>;
  /** Where the site wants to stop besides. */
  readonly stops?: readonly string[];
  /** Only these releases can be had. */
  readonly only?: readonly string[];
  /** The versions that the route lands on, the target last. */
  readonly lands?: readonly string[];
  readonly refused?: RouteRefusal['code'];
  /** Ids of the decisions that the route waits for. */
  readonly decisions?: readonly string[];
  /** The line of the vendor's page that says so. */
  readonly source: string;
}

/** A vendor's published rules with routes that follow from its tables. The releases need not be installable. */
export interface Scenario {
  readonly vendor: string;
  /** With `source` of each rule as a line of this page, where it names no page itself. */
  readonly page: string;
  readonly rules: readonly RouteRule[];
  /** Stops have the patches that the vendor names; between them stand releases that a route must not land on. */
  readonly releases: readonly string[];
  readonly routes: readonly ExpectedRoute[];
}
