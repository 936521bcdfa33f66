import { holds, type ConditionScope } from '../facts/condition.ts';
import { routeFindings } from '../findings/rules/routes.ts';
import type { Facts } from '../model/fact.ts';
import type { Finding } from '../model/finding.ts';
import { exitCodes, isProblem, Problem } from '../model/problem.ts';
import type { Hop } from '../model/route.ts';
import { compareVersions, isVersion } from '../model/version.ts';
import type { RouteAnswer } from '../route/question.ts';
import { makeSolver } from '../route/solve.ts';
import { availableVersions, type AvailableVersions } from './available-versions.ts';
import type { OpenSite } from './open-site.ts';

/** The way from what is installed to the target. */
export interface FoundRoute {
  /** Empty where there is nothing to cross. */
  readonly hops: readonly Hop[];
  /** What a person should know of it, or has to decide. */
  readonly findings: readonly Finding[];
}

type RouteSite = Pick<OpenSite, 'platform' | 'site' | 'registry'>;

/**
 * The route from the lowest installed version. Charts are looked up only where the definition or the site has something to say of the
 * way: else every version is one hop away. Going back is one hop as well, of which the finding DOWNGRADE speaks.
 * @param installed versions by component, as `originsOf` has them; without any, the first installation is one hop
 * @throws Problem with the code of the refusal (exit 3) where there is no route: see RouteRefusal
 */
export async function findRoute(
  { platform, site, registry }: RouteSite,
  installed: Readonly<Record<string, string>>,
  target: string,
  facts: Facts,
): Promise<FoundRoute> {
  const from = lowestVersion(Object.values(installed));
  if (from === undefined) return oneHop('nothing', target);
  const isFree = platform.routes.length === 0 && site.stops.length === 0;
  if (isFree && isVersion(from) && compareVersions(from, target) === 0) return { hops: [], findings: [] };
  if (isFree || (isVersion(from) && compareVersions(from, target) > 0)) return oneHop(from, target);
  const available = await availableVersions({ platform, site }, registry);
  const answer = routesFrom({ platform, site, installed, facts, from }, available, target)(target);
  if ('refusal' in answer) throw refused(answer.refusal);
  return { hops: answer.hops, findings: routeFindings(answer.notices) };
}

function oneHop(from: string, to: string): FoundRoute {
  return { hops: [{ from, to, because: [] }], findings: [] };
}

/** The version that a route has to begin at: what is behind has to come along. Undefined where nothing is installed. */
export function lowestVersion(versions: readonly string[]): string | undefined {
  return versions.toSorted(compareVersions)[0];
}

/** What routes of one site begin from. */
interface RouteOrigin extends Pick<OpenSite, 'platform' | 'site'> {
  readonly installed: Readonly<Record<string, string>>;
  readonly facts: Facts;
  readonly from: string;
}

/**
 * The routes of one site. Where nothing tells which versions there are, those are taken for there that somebody has named: the target
 * and the stops of the site.
 */
export function routesFrom(
  { platform, site, installed, facts, from }: RouteOrigin,
  available: AvailableVersions | undefined,
  target?: string,
): (to: string) => RouteAnswer {
  const named = [...site.stops, target ?? ''].filter(isVersion);
  const solve = makeSolver({
    available: available?.versions ?? named,
    published: available?.published,
    isPartial: available?.isPartial ?? true,
    rules: platform.routes,
  });
  return (to) => {
    const scope: ConditionScope = { facts, options: site.options, inputs: site.inputs, installed, from, to };
    return solve({ from, to, stops: site.stops, holds: (condition) => holdsIfKnown(condition, scope) });
  };
}

/** A fact that nobody has answered is no `false`. */
function holdsIfKnown(condition: string, scope: ConditionScope): boolean | undefined {
  try {
    return holds(condition, scope);
  } catch (error) {
    if (isProblem(error) && error.code === 'FACT_UNANSWERED') return undefined;
    throw error;
  }
}

function refused({ code, message, advice }: Extract<RouteAnswer, { refusal: unknown }>['refusal']): Problem {
  return new Problem(code, message, { advice, exitCode: exitCodes.blocked });
}
