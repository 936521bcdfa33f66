import { sourceOf } from '../adapters/registry/reference.ts';
import { chartReference } from '../model/platform.ts';
import type { Registry } from '../model/ports.ts';
import { compareVersions, isVersion } from '../model/version.ts';
import type { Described } from './open-site.ts';

/** The versions that every chart of a platform comes in. */
export interface AvailableVersions {
  /** The newest first, pre-releases among them. */
  readonly versions: readonly string[];
  /** What the vendor has published, where that is more and a folder of charts tells it. */
  readonly published?: readonly string[] | undefined;
  /** True for a folder of charts and for a mirror: more versions may have been published than it holds. */
  readonly isPartial: boolean;
}

/**
 * What there is to go to, from the index of the chart repositories or from the site's folder of charts. Charts in a registry, which
 * has no index, have a say where their tags may be asked for; undefined where no chart has one. Problems: those of `Registry.listing`.
 */
export async function availableVersions(
  { platform, site }: Pick<Described, 'platform' | 'site'>,
  registry: Pick<Registry, 'listing'> & Partial<Pick<Registry, 'tags'>>,
): Promise<AvailableVersions | undefined> {
  const references = platform.components.map(({ chart }) => chartReference(chart));
  const listings = await Promise.all(references.map((reference) => registry.listing(reference)));
  const known = await Promise.all(
    references.map(async (reference, index) => listings[index]?.versions ?? registry.tags?.(reference)),
  );
  const [first, ...others] = known.flatMap((versions) => (versions === undefined ? [] : [versions]));
  if (first === undefined) return undefined;
  const published = listings.flatMap((listing) => (listing?.published === undefined ? [] : [listing.published]))[0];
  const has = (versions: readonly string[], version: string) =>
    versions.some((other) => isVersion(other) && compareVersions(other, version) === 0);
  return {
    versions: first.filter((version) => isVersion(version) && others.every((versions) => has(versions, version))),
    ...(published === undefined ? {} : { published }),
    isPartial: site.charts !== undefined || references.some((item) => sourceOf(item, site.mirrors) !== item),
  };
}
