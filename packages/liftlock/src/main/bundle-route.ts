import { exitCodes, Problem } from '../model/problem.ts';
import type { Registry } from '../model/ports.ts';
import { compareVersions } from '../model/version.ts';
import { findRoute } from './find-route.ts';
import type { Described, OpenParts } from './open-site.ts';
import { targetVersion } from './target-version.ts';

/**
 * The hops that a bundle has to serve. Nothing is known of the installation: a stop that only some sites need is made, since a
 * chart too many does no harm.
 *
 * @param to a version, or a constraint such as `~2.19.0`
 * @throws Problem NO_VERSION, BUNDLE_WRONG_VERSION, and those of findRoute where there is no route
 */
export async function bundleRoute(
  described: Described,
  registry: Registry,
  { from, to }: { readonly from: string; readonly to: string },
  parts: OpenParts,
): Promise<readonly { readonly from: string; readonly to: string }[]> {
  const target = await targetVersion(described, parts, to);
  if (compareVersions(from, target) > 0) {
    throw new Problem('BUNDLE_WRONG_VERSION', `${target} is older than ${from}: a bundle is for the way up.`, {
      advice: ['Name the version to go to: --to x.y.z'],
      exitCode: exitCodes.usage,
    });
  }
  const { platform, site } = described;
  const installed = Object.fromEntries(platform.components.map(({ name }) => [name, from]));
  const { hops, findings } = await findRoute({ platform, site, registry }, installed, target, {});
  for (const { message } of findings) parts.say?.(message);
  if (hops.length > 0) return hops.map((hop) => ({ from: hop.from, to: hop.to }));
  throw new Problem('BUNDLE_WRONG_VERSION', `${target} is installed already: there is nothing to take along.`, {
    advice: ['Name the version to go to: --to x.y.z'],
    exitCode: exitCodes.usage,
  });
}
