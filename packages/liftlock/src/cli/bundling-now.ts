import { join } from 'node:path';
import { writePrivate } from '../adapters/files/state-folder.ts';
import { decisionsOf } from '../main/decisions.ts';
import {
  describeSite,
  openSite,
  type Described,
  type OpenParts,
  type OpenSite,
  type SiteFlags,
} from '../main/open-site.ts';
import { planUpgrade } from '../main/plan-upgrade.ts';
import { siteEvidence } from '../main/support-bundles.ts';
import { targetVersion } from '../main/target-version.ts';
import type { Plan } from '../model/plan.ts';
import { isProblem } from '../model/problem.ts';
import type { Selection } from '../plan/select.ts';
import { openParts } from './open-parts.ts';
import { withAffirmations } from './planning.ts';

export interface NowRequest {
  readonly target: string | undefined;
  readonly selection: Selection;
  readonly allow: readonly string[];
  readonly affirm: readonly string[];
  readonly outFile: string | undefined;
}

/**
 * The evidence of a site as it is: the plan with its findings, or why there can be none, and what the cluster says. Nothing is
 * written to the cluster.
 * @returns the path of the archive
 */
export async function bundleNow(flags: SiteFlags, request: NowRequest): Promise<string> {
  const parts = openParts();
  const described = await describeSite(flags, process.env);
  const target = await targetOrProblem(described, parts, request.target);
  const affirmed = typeof target === 'string' ? await withAffirmations(described, request.affirm, target) : described;
  const site = await openSite(affirmed, flags, parts);
  const planned = typeof target === 'string' ? await planOrProblem(site, target, request) : target;
  const bytes = await siteEvidence(site, planned);
  const time = site.clock.now().toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  const file = request.outFile ?? join(site.folder, `support-bundle-${time}.tar.gz`);
  await writePrivate(file, bytes);
  return file;
}

interface NotPlanned {
  readonly problem: unknown;
}

async function targetOrProblem(
  described: Described,
  parts: OpenParts,
  asked: string | undefined,
): Promise<string | NotPlanned> {
  return targetVersion(described, parts, asked).catch(asProblem);
}

async function planOrProblem(
  site: OpenSite,
  target: string,
  { selection, allow, ...request }: NowRequest,
): Promise<{ readonly plan: Plan } | NotPlanned> {
  const decisions = decisionsOf(allow, site.osUser, site.clock.now());
  const isLatest = request.target === undefined;
  return planUpgrade(site, { target, isLatest, selection, decisions, withForecast: true, isOnlyPlanned: true }).catch(
    asProblem,
  );
}

/** Why there is no plan is what the bundle is about; a bug is not. */
function asProblem(error: unknown): NotPlanned {
  if (!isProblem(error)) throw error;
  return { problem: error };
}
