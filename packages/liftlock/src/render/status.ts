import type { ComponentStatus, SiteStatus } from '../model/status.ts';
import { makeStyle, type Style } from './style.ts';
import { renderPairs, renderTable } from './table.ts';
import { behindWords } from './versions.ts';
import { formatTime } from './words.ts';
import { wrapText } from './wrap.ts';

/** What is installed against what is wanted, a row a component. */
export function renderStatus(status: SiteStatus, view: { readonly width: number; readonly color: boolean }): string {
  const style = makeStyle(view.color);
  const { components, target, newest } = status;
  const against = target ?? newest;
  const columns = [
    { title: 'COMPONENT', shrinkTo: 12 },
    { title: 'RELEASE', shrinkTo: 12 },
    { title: 'INSTALLED' },
    ...(against === undefined ? [] : [{ title: target === undefined ? 'NEWEST' : 'TARGET' }]),
    { title: 'STANDS' },
  ];
  const rows = components.map((component) => [
    component.name,
    component.release,
    component.installed ?? '-',
    ...(against === undefined ? [] : [against]),
    standing(component, style),
  ]);
  const lines = [
    style.bold(status.platform),
    ...renderPairs(
      [
        ['site', `${status.site} · namespace ${status.namespace}`],
        ['cluster', status.server],
      ],
      view.width,
      style,
    ),
    '',
    ...renderTable(columns, rows, view.width, style),
    ...(status.newestUnknown === undefined
      ? []
      : wrapText(style.dim(`The newest version is not known: ${status.newestUnknown}`), { width: view.width })),
    ...lastRunLines(status, view.width, style),
  ];
  return `${lines.join('\n')}\n`;
}

function standing({ state, partlyAt, partlyStatus, behind }: ComponentStatus, style: Style): string {
  const paint = {
    current: style.good,
    behind: style.accent,
    ahead: style.warn,
    partly: style.bad,
    absent: style.loud,
    installed: (text: string) => text,
  }[state];
  const words = state === 'behind' && behind !== undefined ? `behind by ${behindWords(behind)}` : state;
  return paint(partlyAt === undefined ? words : `partly: ${partlyAt} ${partlyStatus ?? ''}`.trimEnd());
}

function lastRunLines({ lastRun }: SiteStatus, width: number, style: Style): string[] {
  if (lastRun === undefined) return [];
  const isFinished = lastRun.status === 'finished';
  const words = isFinished
    ? style.good('finished')
    : style.warn(lastRun.status === 'running' ? 'not ended' : lastRun.status);
  const hop = lastRun.hop === undefined || isFinished ? '' : ` (${lastRun.hop})`;
  const reason = lastRun.reason === undefined ? '' : `: ${lastRun.reason}`;
  const line = `Last run ${lastRun.run}, ${formatTime(lastRun.startedAt)}: ${words}${reason}${hop}`;
  return ['', ...wrapText(line, { width }), ...(isFinished ? [] : [style.accent(`  liftlock resume ${lastRun.run}`)])];
}
