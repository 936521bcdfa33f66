import type { Finding } from '../../model/finding.ts';
import { isJsonObject, jsonAt, type Json } from '../../model/json.ts';
import type { ChartInfo, ComponentSnapshot } from '../../model/snapshot.ts';
import { compareVersions, parseToolVersion } from '../../model/version.ts';
import { joinPath } from '../../values/compare.ts';
import { givenValues } from '../../values/given-values.ts';
import { selectedComponents, type PreflightEvidence } from '../evidence.ts';
import { allowing, finding } from '../make-finding.ts';

type Path = readonly string[];

interface Tag {
  readonly path: Path;
  readonly tag: string;
}

/** Images that the user's values hold at an old version: the new chart would run the old program (D21). */
export function pinnedImageFindings(evidence: PreflightEvidence): readonly Finding[] {
  return selectedComponents(evidence).flatMap(({ read }) => {
    const chart = read?.chart;
    if (read === undefined || chart === undefined) return [];
    const given = givenValues(read, evidence.decisions, evidence.carried?.[read.name]?.carryOver);
    return tagsIn(given, []).flatMap((tag) => pinned(tag, read, chart));
  });
}

/** Tags at `tag`, `imageTag` and in `image: HOST/NAME:TAG`. A digest beside it pins even more. */
function tagsIn(value: Json | undefined, path: Path): readonly Tag[] {
  if (isJsonObject(value)) return Object.entries(value).flatMap(([key, inner]) => tagsIn(inner, [...path, key]));
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  const key = path.at(-1) ?? '';
  if (/(^|image)tag$/i.test(key)) return text === '' ? [] : [{ path, tag: text }];
  const tag = /image$/i.test(key)
    ? /^[^\s:@]+(?::\d+\/[^\s:@]+)?:([\w][\w.-]{0,127})(?:@.*)?$/.exec(text)?.[1]
    : undefined;
  return tag === undefined ? [] : [{ path, tag }];
}

function pinned({ path, tag }: Tag, read: ComponentSnapshot, chart: ChartInfo): readonly Finding[] {
  const { installed } = read.release ?? {};
  const target = [chart.appVersion, chart.version].filter((version) => version !== '');
  const former =
    installed === undefined ? [] : [installed.appVersion, installed.version].filter((version) => version !== '');
  if (target.some((version) => names(tag, version))) return [];
  const newest = defaultTag(chart, path);
  const isFormer = former.some((version) => names(tag, version));
  if (!isFormer && !isOlder(tag, newest)) return [];
  const field = joinPath(path);
  const wanted = newest ?? chart.appVersion;
  return [
    finding({
      code: 'PINNED_IMAGE',
      severity: 'warning',
      component: read.name,
      field,
      message: `${field} of your values holds the image at ${tag}; ${chart.name} ${chart.version} is made for ${wanted === '' ? chart.version : wanted}.`,
      remedies: [allowing(`pinned:${read.name}:${field}`, `Stay with ${tag}`)],
    }),
  ];
}

/** True for `1.15.0`, `v1.15.0` and `1.15.0-oss` of the version 1.15.0. */
function names(tag: string, version: string): boolean {
  const bare = version.replace(/^v/, '');
  return new RegExp(String.raw`^v?${bare.replaceAll(/[.+*?^$()[\]{}|\\]/g, String.raw`\$&`)}($|[-_])`).test(tag);
}

/** The tag that the new chart has there by default. */
function defaultTag(chart: ChartInfo, path: Path): string | undefined {
  const value = jsonAt(chart.values, path);
  return typeof value === 'string' || typeof value === 'number' ? tagsIn(value, path)[0]?.tag : undefined;
}

function isOlder(tag: string, newest: string | undefined): boolean {
  const [own, wanted] = [versionIn(tag), versionIn(newest ?? '')];
  return own !== undefined && wanted !== undefined && compareVersions(own, wanted) < 0;
}

/** A tag such as `2024` or `sha-1a2b3c4` is no version that can be compared. */
function versionIn(tag: string): string | undefined {
  return /^v?\d+\.\d+/.test(tag) ? parseToolVersion(tag) : undefined;
}
