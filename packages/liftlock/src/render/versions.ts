import { counted } from '../model/counted.ts';
import type { Distance } from '../model/version.ts';
import type { SiteVersions, VersionRoute } from '../model/site-versions.ts';
import { makeStyle, type Style } from './style.ts';
import { renderPairs, renderTable } from './table.ts';
import { listed } from './words.ts';
import { wrapText } from './wrap.ts';

/** Installed versions, then those that there are, each with the way to it, and why ways land where they do. */
export function renderVersions(site: SiteVersions, view: { readonly width: number; readonly color: boolean }): string {
  const { width } = view;
  const style = makeStyle(view.color);
  const components = site.components.map((component) => [
    component.name,
    component.release,
    component.installed ?? '-',
    component.partlyAt === undefined
      ? behindWords(component.behind)
      : `partly: ${component.partlyAt} ${component.partlyStatus ?? ''}`.trimEnd(),
  ]);
  const lines = [
    style.bold(site.platform),
    ...renderPairs(
      [
        ['site', `${site.site} · namespace ${site.namespace}`],
        ['cluster', site.server],
      ],
      width,
      style,
    ),
    '',
    ...renderTable(
      [
        { title: 'COMPONENT', shrinkTo: 12 },
        { title: 'RELEASE', shrinkTo: 12 },
        { title: 'INSTALLED' },
        { title: 'BEHIND THE NEWEST' },
      ],
      components,
      width,
      style,
    ),
    '',
    ...versionLines(site, width, style),
  ];
  return `${lines.join('\n')}\n`;
}

/** `2 minor versions`; empty where nothing is behind. */
export function behindWords(behind: Distance | undefined): string {
  if (behind === undefined) return '';
  return behind.unit === 'patch'
    ? counted(behind.count, 'patch', 'patches')
    : behind.unit === 'pre-release'
      ? 'a pre-release'
      : counted(behind.count, `${behind.unit} version`);
}

function versionLines({ versions, available }: SiteVersions, width: number, style: Style): readonly string[] {
  if (available === undefined) {
    const why =
      'The registry of the charts does not tell which versions it has. Name one: liftlock plan --version x.y.z';
    return wrapText(why, { width });
  }
  const rows = versions.map((route) => [route.version, routeWords(route, style)]);
  const where = available === 'folder' ? 'Versions in the folder of charts:' : 'Versions:';
  return [
    style.bold(where),
    ...renderTable([{ title: 'VERSION' }, { title: 'ROUTE' }], rows, width, style),
    ...reasonLines(versions, width, style),
  ];
}

function routeWords({ stands, hops, decisions }: VersionRoute, style: Style): string {
  if (stands === 'installed') return style.good('installed');
  if (stands === 'unreachable') return style.bad('no route');
  if (stands !== 'reachable') return style.dim(stands);
  const stops = hops.slice(0, -1).map((hop) => hop.to);
  const way = stops.length === 0 ? 'in one hop' : `in ${hops.length} hops, by ${listed(stops)}`;
  const needs = decisions.length === 0 ? '' : style.warn(`, with ${decisions.map((id) => `--allow ${id}`).join(' ')}`);
  return `${way}${needs}`;
}

/** Each reason once, however many versions it stands before. */
function reasonLines(versions: readonly VersionRoute[], width: number, style: Style): readonly string[] {
  const landings = new Map<string, Set<string>>();
  for (const { to, because } of versions.flatMap(({ hops }) => hops)) {
    const reasons = landings.get(to) ?? new Set();
    for (const reason of because) reasons.add(reason);
    if (reasons.size > 0) landings.set(to, reasons);
  }
  const refusals = new Map(
    versions.flatMap(({ refusal }) => (refusal === undefined ? [] : [[refusal.message, refusal]])),
  );
  const told = [...landings].flatMap(([to, reasons]) =>
    [...reasons].flatMap((reason) => wrapText(`by ${to}: ${reason}`, { width, first: '  ', hanging: '    ' })),
  );
  const none = [...refusals.values()].flatMap(({ message, advice }) => [
    ...wrapText(message, { width, first: '  ', hanging: '    ' }),
    ...advice.slice(0, 1).flatMap((line) => wrapText(line, { width, first: '    ', hanging: '    ' })),
  ]);
  return [
    ...(told.length === 0 ? [] : ['', style.bold('Why routes land on the way:'), ...told]),
    ...(none.length === 0 ? [] : ['', style.bold('Why there is no route:'), ...none]),
  ];
}
