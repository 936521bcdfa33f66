import type { Decision } from '../model/finding.ts';
import { canonicalJson } from '../model/json.ts';
import type { Plan } from '../model/plan.ts';
import type { Release } from '../model/snapshot.ts';
import type { HelmUpgradeStep } from '../model/step.ts';
import { mayBeOwn, type Tried } from './own-revision.ts';

/** How a release is otherwise than a run knows it. */
export interface MovedRelease {
  /** In words, such as `deployed at 2.2.4 (revision 3)`. */
  readonly was: string;
  readonly is: string;
  /** 0 where there is no release any more. */
  readonly revision: number;
}

/** The consent to go on over one revision that somebody else has made: a later one needs its own. */
export function movedRemedy(component: string, revision: number): string {
  return `moved:${component}:${revision}`;
}

/**
 * O19: the release is another than the plan was made for, and this run did not make it so. Before the first try that is told by the
 * plan; after one by the revision that it began from: helm then makes the next, of the step's own chart. Undefined where
 * nobody else was at it, or where somebody has said that it is well so.
 */
export function movedRelease(
  step: HelmUpgradeStep,
  { state, decisions }: { readonly state: Plan['state']; readonly decisions: readonly Decision[] },
  tried: Tried,
  release: Pick<Release, 'newest'> | undefined,
): MovedRelease | undefined {
  const newest = release?.newest;
  const revision = newest?.revision ?? 0;
  const now = newest === undefined ? null : `${newest.revision} ${newest.status} ${newest.version}`;
  const isAllowed = decisions.some(({ remedy }) => remedy === movedRemedy(step.component, revision));
  if (revision > 0 && isAllowed) return undefined;
  if (tried.wasTried) {
    if (isOurDoing(step, tried, newest)) return undefined;
    return { was: `at revision ${tried.triedFrom ?? 0} when this run tried`, is: describe(now), revision };
  }
  // The plan saw it before its own uninstall.
  const planned = step.reinstalls === true ? null : (state[step.component] ?? null);
  // The upgrade that it follows has made the release what it is.
  const isAsLeft = step.follows !== undefined && newest?.status === 'deployed' && newest.version === step.chart.version;
  if (isAsLeft || canonicalJson(planned) === canonicalJson(now)) return undefined;
  return { was: describe(planned), is: describe(now), revision };
}

function isOurDoing(step: HelmUpgradeStep, tried: Tried, newest: Release['newest'] | undefined): boolean {
  // Journals of older versions do not say what a try began from.
  if (tried.triedFrom === undefined) return true;
  // Decided for since: this run's own uninstall goes before it.
  if (newest === undefined) return tried.triedFrom === 0 || step.reinstalls === true;
  return newest.revision === tried.triedFrom || mayBeOwn(step, tried, newest);
}

function describe(state: unknown): string {
  if (typeof state !== 'string') return 'absent';
  const [revision, status, version] = state.split(' ');
  return `${status} at ${version} (revision ${revision})`;
}
