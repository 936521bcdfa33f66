import { counted } from '../model/counted.ts';
import { maskByName } from '../model/redaction.ts';
import { isSecretPath } from '../model/secret-names.ts';
import type { CarriedValue } from '../model/plan.ts';
import type { ThreeWayRow } from '../model/three-way-row.ts';
import { makeStyle } from './style.ts';
import { renderTable } from './table.ts';
import { formatValue } from './value-changes.ts';

interface View<R extends ThreeWayRow = ThreeWayRow> {
  readonly component: string;
  readonly title: string;
  readonly from?: string | undefined;
  readonly to: string;
  readonly rows: readonly R[];
}

/** Everything masked that stands below a secret's name. What else is secret the redactor knows. */
export function maskViews<R extends ThreeWayRow, V extends View<R>>(views: readonly V[]): readonly V[] {
  return views.map((view) => ({ ...view, rows: view.rows.map(maskRow) }));
}

function maskRow<R extends ThreeWayRow>(row: R): R {
  const isSecret = isSecretPath(row.path.split('.'));
  const sides = ['former', 'yours', 'now'] as const;
  const masked = sides.flatMap((side) => (row[side] === undefined ? [] : [[side, maskByName(row[side], isSecret)]]));
  return { ...row, ...Object.fromEntries(masked) };
}

const fates: Readonly<Record<CarriedValue['becomes'], string>> = {
  kept: 'kept',
  moved: 'moved',
  retyped: 'another type',
  dropped: 'left out',
  default: 'left out: the former default',
  set: 'set by the upgrade',
  undecided: 'UNDECIDED',
};

/** Former defaults, the user's values and the new defaults, a table a component. Values come masked. */
export function renderValuesViews(
  views: readonly View[],
  { width, color }: { readonly width: number; readonly color: boolean },
): string {
  const style = makeStyle(color);
  const blocks = views.map(({ component, from, to, rows }) => {
    const head = `${style.bold(component)}  ${from === undefined ? 'not installed' : from} -> ${to}`;
    if (rows.length === 0) return [head, '  No values of yours: everything follows the chart.'];
    const isCarried = rows.some(({ becomes }) => becomes !== undefined);
    const cells = rows.map((row) => [
      row.path,
      formatValue(row.former),
      formatValue(row.yours),
      formatValue(row.now),
      ...(isCarried ? [fateOf(row)] : []),
    ]);
    const titles = ['KEY', 'FORMER DEFAULT', 'YOURS', 'NEW DEFAULT', ...(isCarried ? ['BECOMES'] : [])];
    const columns = titles.map((title) => ({
      title,
      ...(title === 'KEY' || title === 'BECOMES' ? {} : { shrinkTo: 16 }),
    }));
    return [head, ...renderTable(columns, cells, width, style), `  ${counted(rows.length, 'key')}`];
  });
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function fateOf({ becomes, to }: ThreeWayRow): string {
  if (becomes === undefined) return '';
  return to === undefined ? fates[becomes] : `${fates[becomes]}: ${to}`;
}
