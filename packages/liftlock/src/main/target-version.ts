import { exitCodes, Problem } from '../model/problem.ts';
import { isVersion, newestIn, satisfiesRange } from '../model/version.ts';
import { availableVersions } from './available-versions.ts';
import { openRegistry, type Described, type OpenParts } from './open-site.ts';

/**
 * The version that is meant: one that is named exactly; the newest that a constraint such as `~2.19.0` allows, as helm would take it;
 * the newest at all where nobody named one. Of several charts a version that all of them have. Pre-releases only where they are named,
 * and never one that the vendor has withdrawn.
 * @throws Problem NO_VERSION (exit 2) where the charts lie in a registry that does not tell its versions, or where none fits
 */
export async function targetVersion(
  described: Described,
  parts: OpenParts,
  asked: string | undefined,
): Promise<string> {
  if (asked !== undefined && isVersion(asked)) return asked;
  const withdrawn = described.platform.routes.filter((rule) => rule.kind === 'withdrawn');
  const { listing, tags } = openRegistry(described, parts).registry;
  // Without any word of a version nobody means the newest tag of a registry.
  const available = await availableVersions(described, asked === undefined ? { listing } : { listing, tags });
  const versions = (available?.versions ?? []).filter(
    (version) => !withdrawn.some((rule) => satisfiesRange(version, rule.versions)),
  );
  const newest = newestIn(asked ?? '*', versions);
  if (newest === undefined) throw noVersion(asked, available?.versions);
  if (asked !== undefined && asked !== newest) parts.say?.(`${asked} is ${newest} today; the plan is made for that.`);
  return newest;
}

function noVersion(asked: string | undefined, known: readonly string[] | undefined): Problem {
  const example = 'Give --version x.y.z, for example --version 2.2.5.';
  if (asked === undefined)
    return new Problem('NO_VERSION', 'To which version?', { exitCode: exitCodes.usage, advice: [example] });
  const why =
    known === undefined ? 'the registry of the charts does not tell its versions' : 'there is no such version';
  return new Problem('NO_VERSION', `${asked} names no version: ${why}.`, {
    exitCode: exitCodes.usage,
    advice: [
      example,
      ...(known === undefined || known.length === 0 ? [] : [`The newest there: ${known.slice(0, 5).join(', ')}.`]),
    ],
  });
}
