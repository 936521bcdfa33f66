import { chartReference } from '../model/platform.ts';
import { exitCodes, Problem } from '../model/problem.ts';
import { openRegistry, type Described, type OpenParts } from './open-site.ts';

/**
 * The version that helm would take where nobody names one: the newest of the chart's repository that is no pre-release. Of
 * several charts the newest that all of them have.
 * @throws Problem NO_VERSION (exit 2) where a chart lies in a registry, whose versions no index tells
 */
export async function latestVersion(described: Described, parts: OpenParts): Promise<string> {
  const { registry } = openRegistry(described, parts);
  const listings = await Promise.all(
    described.platform.components.map(({ chart }) => registry.listing(chartReference(chart))),
  );
  const [first, ...others] = listings;
  const newest =
    others.length === 0
      ? first?.index.newest
      : first?.versions.find((version) => others.every((other) => other?.versions.includes(version) === true));
  if (newest !== undefined) return newest;
  throw new Problem('NO_VERSION', 'To which version?', {
    exitCode: exitCodes.usage,
    advice: ['Give --version x.y.z, for example --version 2.2.5.'],
  });
}
