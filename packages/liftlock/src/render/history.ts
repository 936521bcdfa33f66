import { routeOf, runSeconds, type RunRecord } from './run-record.ts';
import { makeStyle } from './style.ts';
import { renderTable } from './table.ts';
import { formatSeconds, formatTime } from './words.ts';

export interface HistoryView {
  readonly width: number;
  readonly color: boolean;
}

/** Runs as rows, in the order given. */
export function renderHistory(
  runs: readonly { readonly site: string; readonly state: RunRecord }[],
  { width, color }: HistoryView,
): string {
  const style = makeStyle(color);
  if (runs.length === 0) return 'This machine knows no run yet. `liftlock apply` starts one.\n';
  const rows = runs.map(({ site, state }) => {
    const seconds = runSeconds(state);
    const paint = { finished: style.good, stopped: style.bad, running: style.warn }[state.status];
    return [
      state.run,
      formatTime(state.startedAt).replace(' UTC', ''),
      site,
      state.purpose,
      routeOf(state),
      paint(state.status === 'running' ? 'not ended' : state.status),
      seconds === undefined ? '' : formatSeconds(seconds),
      state.who,
    ];
  });
  const columns = [
    { title: 'RUN' },
    { title: 'STARTED (UTC)' },
    { title: 'SITE', shrinkTo: 8 },
    { title: 'PURPOSE' },
    { title: 'ROUTE' },
    { title: 'OUTCOME' },
    { title: 'TOOK', align: 'right' as const },
    { title: 'WHO', shrinkTo: 6 },
  ];
  // On eighty columns the least asked-for go: `liftlock report RUN` has them.
  const keep =
    width >= 116 ? columns : columns.filter(({ title }) => !['STARTED (UTC)', 'PURPOSE', 'WHO'].includes(title));
  const indexes = keep.map((column) => columns.indexOf(column));
  const lines = renderTable(
    keep,
    rows.map((row) => indexes.map((index) => row[index] ?? '')),
    width,
    style,
  );
  return `${lines.join('\n')}\n`;
}
