import type { ComponentPlan, Plan } from '../model/plan.ts';
import { actedOn, changeOf, durationsOf, objectCounts, type ObjectCounts } from './plan-facts.ts';
import type { Style } from './style.ts';
import { renderTable, type Column } from './table.ts';
import { formatSeconds } from './words.ts';
import { unbroken, wrapText } from './wrap.ts';

interface TableScreen {
  readonly width: number;
  readonly style: Style;
}

/** What changes, a row a component; lines where the terminal is too narrow for rows. */
export function componentTable(plan: Plan, screen: TableScreen): string[] {
  const { style, width } = screen;
  if (width < 74) return componentLines(plan, screen);
  const columns: Column[] = [
    { title: 'COMPONENT', shrinkTo: 12 },
    { title: 'CHANGE' },
    { title: 'OBJECTS' },
    { title: 'RESTARTS', align: 'right' },
    { title: 'OUTAGE' },
    { title: 'USUAL', align: 'right' },
    { title: 'AT MOST', align: 'right' },
  ];
  const rows = plan.components.map((component) => componentRow(plan, component, style));
  const { expected, worst } = durationsOf(plan);
  const total = [
    '',
    '',
    '',
    '',
    style.dim('in all'),
    expected === undefined ? '?' : formatSeconds(expected),
    formatSeconds(worst),
  ];
  return renderTable(columns, actedOn(plan).length > 1 ? [...rows, total] : rows, width, style);
}

function componentRow(plan: Plan, component: ComponentPlan, style: Style): string[] {
  const change = changeOf(component);
  if (component.action === 'none' || component.action === 'skipped') {
    return [component.name, change, '', '', '', '', ''].map(style.dim);
  }
  const counts = objectCounts(plan, component.name);
  return [
    component.name,
    component.action === 'install' ? style.loud(change) : style.accent(change),
    counts === undefined ? style.warn('unknown') : formatCounts(counts, style),
    counts === undefined ? '' : restartsOf(counts),
    component.outage.expected ? style.warn('yes') : 'no',
    component.expectedSeconds === undefined ? style.dim('?') : formatSeconds(component.expectedSeconds),
    formatSeconds(component.worstSeconds),
  ];
}

/** The table for terminals that are too narrow for one. */
function componentLines(plan: Plan, { style, width }: TableScreen): string[] {
  const { expected, worst } = durationsOf(plan);
  const usual = (seconds: number | undefined) =>
    seconds === undefined ? 'not timed yet' : `usually ${formatSeconds(seconds)}`;
  const lines = plan.components.flatMap((component) => {
    const [name = '', change = '', objects = '', restarts = '', outage = ''] = componentRow(plan, component, style);
    const title = wrapText(`${style.bold(name)}  ${unbroken(change)}`, { width, hanging: '  ' });
    if (objects === '') return title;
    const facts = [
      `objects ${objects}`,
      ...(restarts === '' || restarts === '0' ? [] : [`restarts ${restarts}`]),
      `outage ${outage}`,
      usual(component.expectedSeconds),
      `at most ${formatSeconds(component.worstSeconds)}`,
    ];
    return [...title, ...wrapText(facts.map(unbroken).join(', '), { width, first: '  ' })];
  });
  return [
    ...lines,
    ...wrapText(`${style.bold('in all')}  ${usual(expected)}, at most ${formatSeconds(worst)}`, { width }),
  ];
}

/** Workloads whose pods are made anew. */
function restartsOf({ restarted }: ObjectCounts): string {
  return String(restarted);
}

function formatCounts({ created, changed, replaced, deleted }: ObjectCounts, style: Style): string {
  const parts = [
    created > 0 ? style.good(`+${created}`) : '',
    changed > 0 ? `~${changed}` : '',
    replaced > 0 ? style.bad(`±${replaced}`) : '',
    deleted > 0 ? style.bad(`-${deleted}`) : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? style.dim('none') : parts.join(' ');
}
