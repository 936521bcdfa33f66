import type { Decision, Finding } from '../../model/finding.ts';
import { isJsonObject, jsonAt, type JsonObject } from '../../model/json.ts';
import type { ChartInfo, ComponentSnapshot } from '../../model/snapshot.ts';
import { chartKeys, leavesOf, type ChartKeys } from '../../values/chart-keys.ts';
import { joinPath } from '../../values/compare.ts';
import { givenValues } from '../../values/given-values.ts';
import { nearestKey } from '../../values/nearest-key.ts';
import { selectedComponents, type CarriedValues, type PreflightEvidence } from '../evidence.ts';
import { allowing, finding } from '../make-finding.ts';
import { isAskedAbout } from './carried-values.ts';
import { concernsImages, concernsStorage } from './value-kinds.ts';

type Path = readonly string[];

/** Keys of the user's values that the new chart reads nowhere: what they asked for is silently left out. */
export function unreadValueFindings(evidence: PreflightEvidence): readonly Finding[] {
  return selectedComponents(evidence).flatMap(({ read }) =>
    read?.chart?.content === undefined
      ? []
      : unreadOf(read, read.chart, evidence.decisions, evidence.carried?.[read.name]),
  );
}

interface Unread {
  readonly path: Path;
  /** The keys below it, or itself. */
  readonly leaves: readonly Path[];
  /** Whether the installed chart read it; or another finding has asked about all of it. */
  readonly before: 'yes' | 'no' | 'unknown' | 'asked';
}

function unreadOf(
  read: ComponentSnapshot,
  chart: ChartInfo,
  decisions: readonly Decision[],
  carried: CarriedValues | undefined,
): readonly Finding[] {
  if (chart.content === undefined) return [];
  const given = givenValues(read, decisions, carried?.carryOver);
  const now = chartKeys(chart.content, given);
  const former = formerKeys(read);
  const asked = (leaf: Path) => carried !== undefined && isAskedAbout(leaf, carried.values);
  const unread = outermost(given, now, []).map((path): Unread => {
    const value = jsonAt(given, path);
    const leaves = isJsonObject(value) ? leavesOf(value, path) : [path];
    const answers = leaves.map((leaf) => (asked(leaf) ? 'asked' : former(leaf)));
    if (answers.every((answer) => answer === 'asked')) return { path, leaves, before: 'asked' };
    return { path, leaves, before: answers.includes('yes') ? 'yes' : answers.includes('unknown') ? 'unknown' : 'no' };
  });
  const never = unread.filter(({ before }) => before === 'no');
  return [
    ...unread
      .filter(({ before }) => before !== 'no' && before !== 'asked')
      .map((item) =>
        unreadFinding(
          item,
          read,
          chart,
          nearestKey(item.path, placesFor(item, now), (path) => former(path) === 'no'),
        ),
      ),
    ...(never.length === 0 ? [] : [neverRead(never, read.name, chart, now)]),
  ];
}

/** Where a key may have gone; several that go together may have gone with the key around them. */
function placesFor({ leaves }: Unread, { paths }: ChartKeys): readonly Path[] {
  return leaves.length < 2 ? paths : paths.flatMap((path) => path.map((_key, index) => path.slice(0, index + 1)));
}

/** The outermost keys of which nothing is read; a key that is alone is written out. */
function outermost(values: JsonObject, keys: ChartKeys, at: Path): readonly Path[] {
  return Object.entries(values).flatMap(([name, value]) => {
    const path = [...at, name];
    // A null takes a default away that is not there any more: that harms nobody.
    if (value === null || value === undefined) return [];
    if (!isJsonObject(value)) return keys.reads(path) === 'no' ? [path] : [];
    const leaves = leavesOf(value, path);
    if (leaves.length > 1 && [path, ...leaves].every((item) => keys.reads(item) === 'no')) return [path];
    return outermost(value, keys, path);
  });
}

/** What the installed chart read: by its record, which holds no templates of subcharts but all of their defaults. */
function formerKeys({ release }: ComponentSnapshot): (path: Path) => 'yes' | 'no' | 'unknown' {
  const content = release?.chartContent;
  if (content === undefined) return () => 'unknown';
  return chartKeys(content, release?.values ?? {}).reads;
}

function unreadFinding(
  { path, leaves, before }: Unread,
  { name, release }: ComponentSnapshot,
  chart: ChartInfo,
  nearest: Path | undefined,
): Finding {
  const field = joinPath(path);
  const wasRead = before === 'yes';
  const grave = wasRead ? leaves.find((leaf) => concernsStorage(leaf) || concernsImages(leaf)) : undefined;
  const keys = leaves.length > 1 ? ` (${leaves.length} keys)` : '';
  const former = release?.installed?.version ?? 'the installed chart';
  const past = wasRead ? `${former} read it` : `whether ${former} read it is not known`;
  const about =
    grave === undefined ? '' : ` It says ${concernsStorage(grave) ? 'where data lies' : 'where images come from'}.`;
  const hint = nearest === undefined ? '' : ` The nearest key that it reads: ${joinPath(nearest)}.`;
  return finding({
    code: 'VALUE_NOT_READ',
    severity: grave === undefined ? 'warning' : 'blocker',
    component: name,
    field,
    message: `${field}${keys} of your values is not read by ${chart.name} ${chart.version}; ${past}.${about}${hint}`,
    remedies: [allowing(`ignore:${name}:${field}`, `Let ${field} have no effect`)],
  });
}

/** Keys that neither chart reads: as useless as before, told once. */
function neverRead(unread: readonly Unread[], component: string, chart: ChartInfo, keys: ChartKeys): Finding {
  const shown = unread.slice(0, 8).map(({ path }) => {
    const near = nearestKey(path, keys.paths, () => false);
    return near === undefined ? joinPath(path) : `${joinPath(path)} (nearest: ${joinPath(near)})`;
  });
  const rest = unread.length > shown.length ? ` and ${unread.length - shown.length} more` : '';
  return finding({
    code: 'VALUE_NOT_READ',
    severity: 'info',
    component,
    field: unread.map(({ path }) => joinPath(path)).join(', '),
    message: `Neither the installed chart nor ${chart.name} ${chart.version} reads ${shown.join(', ')}${rest} of your values.`,
  });
}
