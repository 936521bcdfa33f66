import { affirmationsOf, decisionsOf } from '../main/decisions.ts';
import { describeSite, inputsOf, openSite, type Described, type OpenSite, type SiteFlags } from '../main/open-site.ts';
import { targetVersion } from '../main/target-version.ts';
import { planUpgrade, type Planned } from '../main/plan-upgrade.ts';
import { readSiteMemory } from '../adapters/files/site-memory.ts';
import type { Affirmation } from '../model/site.ts';
import type { Selection } from '../plan/select.ts';
import { openParts } from './open-parts.ts';

export interface PlanningRequest {
  /** A version or a constraint; undefined: the latest, where a chart repository tells it. */
  readonly target: string | undefined;
  readonly selection: Selection;
  readonly allow: readonly string[];
  readonly affirm: readonly string[];
  readonly withForecast: boolean;
  /** See PreflightEvidence. */
  readonly isOnlyPlanned?: boolean | undefined;
  /** See UpgradeRequest. */
  readonly mayReuse?: boolean | undefined;
}

export interface PlannedSite extends Planned {
  readonly site: OpenSite;
}

/** From flags to a plan with its forecast. */
export async function planFromFlags(flags: SiteFlags, request: PlanningRequest): Promise<PlannedSite> {
  const asked = await describeSite(flags, process.env);
  const parts = openParts();
  const target = await targetVersion(asked, parts, request.target);
  const described = await withAffirmations(asked, request.affirm, target);
  const site = await openSite(described, flags, parts);
  const planned = await planUpgrade(site, {
    target,
    isLatest: request.target === undefined,
    selection: request.selection,
    decisions: decisionsOf(request.allow, site.osUser, site.clock.now()),
    withForecast: request.withForecast,
    mayReuse: request.mayReuse,
    isOnlyPlanned: request.isOnlyPlanned,
  });
  const inputs = { ...inputsOf(flags, described.site), selection: request.selection as never, affirm: request.affirm };
  return { ...planned, plan: { ...planned.plan, inputs }, site };
}

/**
 * What was affirmed: by flag, in the site file, or in an earlier call for the same target version. An affirmation for
 * another version does not count.
 */
export async function withAffirmations(
  described: Described,
  affirm: readonly string[],
  target: string,
): Promise<Described> {
  const { userInfo } = await import('node:os');
  const memory = await readSiteMemory(described.folder);
  const remembered = Object.entries({ ...described.adopted?.affirmations, ...memory.affirmations });
  const given = Object.entries(described.site.affirmations);
  const isFor = ([, affirmation]: [string, Affirmation]) =>
    affirmation.version === undefined || affirmation.version === target;
  const all = [...remembered, ...given];
  const affirmations = {
    // What was said of another version stays below, so that the finding can say that it does not count.
    ...Object.fromEntries(all),
    ...Object.fromEntries(all.filter(isFor)),
    ...affirmationsOf(affirm, userInfo().username, new Date(), target),
  };
  return { ...described, site: { ...described.site, affirmations } };
}
