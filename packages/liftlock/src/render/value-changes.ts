import { counted } from '../model/counted.ts';
import type { Json } from '../model/json.ts';
import { formatRef } from '../model/kube.ts';
import type { FieldChange, Plan } from '../model/plan.ts';
import { actedOn, byWhom, undoneEdits } from './plan-facts.ts';
import type { Style } from './style.ts';
import { oneLine, truncate, visibleWidth, wrapText } from './wrap.ts';

interface ChangeScreen {
  readonly width: number;
  readonly verbose: boolean;
  readonly style: Style;
}

const shownAtFirst = 6;

/** A value on one line. Values come masked. */
export function formatValue(value: Json | undefined): string {
  if (value === undefined) return '(absent)';
  return oneLine(typeof value === 'string' && !looksElse(value) ? value : JSON.stringify(value));
}

/** Text that without quotes would be taken for nothing at all, or for a value of another type. */
function looksElse(text: string): boolean {
  return text.trim() === '' || /^(null|true|false)$/.test(text) || !Number.isNaN(Number(text));
}

/** The live release's values against what helm will be given, by component. */
export function renderValueChanges(plan: Plan, screen: ChangeScreen): string[] {
  const { style } = screen;
  const blocks = actedOn(plan).flatMap(({ name, values, installed }) => {
    // Against nothing everything is new, which says nothing.
    if (values.length === 0 || installed === undefined) return [];
    const shown = screen.verbose ? values : values.slice(0, shownAtFirst);
    const left = values.length - shown.length;
    return [
      `  ${name}`,
      ...shown.flatMap((change) =>
        changeLine(change.path, formatValue(change.before), formatValue(change.after), screen),
      ),
      ...(left > 0 ? [`    ${style.dim(`and ${left} more: plan -o json has them all`)}`] : []),
    ];
  });
  return blocks.length === 0 ? [] : [style.bold('Values that change'), ...blocks];
}

/** Every object that changes, field by field. */
export function renderObjectChanges(plan: Plan, screen: ChangeScreen): string[] {
  const { style, width } = screen;
  const marks = {
    created: style.good('+'),
    changed: '~',
    replaced: style.bad('±'),
    deleted: style.bad('-'),
    unchanged: ' ',
  };
  const blocks = actedOn(plan).flatMap(({ name }) => {
    const changes = (plan.forecast.changes[name] ?? []).filter(({ change }) => change !== 'unchanged');
    if (changes.length === 0) return [];
    return [
      `  ${name}  ${style.dim(counted(changes.length, 'object'))}`,
      ...changes.flatMap(({ object, change, fields, restartsPods }) => [
        ...wrapText(`${formatRef(object)}${restartsPods ? style.warn('  restarts pods') : ''}`, {
          width,
          first: `    ${marks[change]} `,
          hanging: '      ',
        }),
        ...fields.flatMap((field) =>
          changeLine(attributed(field), oneLine(field.before), oneLine(field.after), screen, '        '),
        ),
      ]),
    ];
  });
  return blocks.length === 0 ? [] : [style.bold('Objects that change'), ...blocks];
}

/** What a table of counts must not hide: objects that go, and edits that somebody made and that would be undone. */
export function renderTelling(plan: Plan, { style, width }: ChangeScreen): string[] {
  const lines = actedOn(plan).flatMap(({ name }) => {
    const gone = (plan.forecast.changes[name] ?? []).filter(
      ({ change }) => change === 'deleted' || change === 'replaced',
    );
    const edits = Map.groupBy(undoneEdits(plan, name), (edit) => `${formatRef(edit.object)} ${byWhom(edit)}`);
    return [
      ...gone.flatMap(({ object, change }) =>
        wrapText(`${formatRef(object)} is ${style.bad(change)}`, {
          width,
          first: `  ${style.bad(change === 'deleted' ? '-' : '±')} `,
          hanging: '    ',
        }),
      ),
      ...[...edits.values()].flatMap((fields) => {
        const [first] = fields;
        if (first === undefined) return [];
        const what = fields.length > 3 ? `${fields.length} fields` : fields.map(({ path }) => path).join(', ');
        return wrapText(`${formatRef(first.object)} ${what}: ${style.warn('undoes a live edit')} ${byWhom(first)}`, {
          width,
          first: `  ${style.warn('~')} `,
          hanging: '    ',
        });
      }),
    ];
  });
  return lines.length === 0 ? [] : [style.bold('Objects that go, and edits that are undone'), ...lines];
}

/** The field, and what changes it. */
function attributed({ path, because, manager, at }: FieldChange): string {
  if (because === undefined) return path;
  if (because !== 'live edit') return `${path} (${because})`;
  return `${path} (undoes a live edit ${byWhom({ manager, at })})`;
}

/** `path: before → after` on one line where it fits, on three where it does not. */
function changeLine(
  path: string,
  before: string,
  after: string,
  { width, style }: ChangeScreen,
  indent = '    ',
): string[] {
  const line = `${indent}${path}: ${before} → ${after}`;
  if (visibleWidth(line) <= width) return [`${indent}${path}: ${style.bad(before)} → ${style.good(after)}`];
  const room = width - indent.length - 4;
  return [
    ...wrapText(`${path}:`, { width, first: indent }),
    `${indent}  ${style.bad(truncate(`- ${before}`, room))}`,
    `${indent}  ${style.good(truncate(`+ ${after}`, room))}`,
  ];
}
