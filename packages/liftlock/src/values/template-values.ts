/** Where in the user's values something stands: keys from the top, those of a subchart's alias included. */
export type ValuePath = readonly string[];

/** What is known of a template's value without rendering: whence it comes, not what it is. */
export type Known =
  /** The `.` that helm gives to a chart's templates; `at` is where the chart's values stand. */
  | { readonly kind: 'root'; readonly at: ValuePath }
  | { readonly kind: 'subcharts'; readonly at: ValuePath }
  | { readonly kind: 'values'; readonly at: ValuePath }
  | { readonly kind: 'dict'; readonly entries: Map<string, Known> }
  | { readonly kind: 'list'; readonly items: readonly Known[] }
  /** One of several, or several laid over each other. */
  | { readonly kind: 'any'; readonly of: readonly Known[] }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'other' };

export const other: Known = { kind: 'other' };

/** Stands in names of templates for the path of one: those are rendered by themselves. */
export const templatePath = '\u0000';

const template: Known = {
  kind: 'dict',
  entries: new Map(['BasePath', 'Name'].map((name) => [name, { kind: 'text', text: templatePath }])),
};

export function anyOf(of: readonly Known[]): Known {
  const known = of.flatMap((item) => (item.kind === 'any' ? item.of : item.kind === 'other' ? [] : [item]));
  const [first] = known;
  if (first === undefined) return other;
  if (known.length === 1) return first;
  return { kind: 'any', of: [...new Map(known.map((item) => [knownKey(item), item])).values()] };
}

/** The field of a value. `isChartRoot` tells the places where a chart's values begin: below each, `global` is the shared one. */
export function fieldOf(value: Known, name: string, isChartRoot: (at: ValuePath) => boolean): Known {
  switch (value.kind) {
    case 'root':
      if (name === 'Values') return { kind: 'values', at: value.at };
      if (name === 'Template') return template;
      return name === 'Subcharts' ? { kind: 'subcharts', at: value.at } : other;
    case 'subcharts':
      return { kind: 'root', at: [...value.at, name] };
    case 'values':
      return { kind: 'values', at: name === 'global' && isChartRoot(value.at) ? [name] : [...value.at, name] };
    case 'dict':
      return value.entries.get(name) ?? other;
    case 'any':
      return anyOf(value.of.map((item) => fieldOf(item, name, isChartRoot)));
    default:
      return other;
  }
}

/** What `range` gives to its body, one after another. */
export function elementOf(value: Known): Known {
  switch (value.kind) {
    case 'list':
      return anyOf(value.items);
    case 'dict':
      return anyOf([...value.entries.values()]);
    case 'any':
      return anyOf(value.of.map(elementOf));
    default:
      return other;
  }
}

/** A text that is the same for equal values: what a named template reads depends on nothing else. */
export function knownKey(value: Known, depth = 0): string {
  if (depth > 6) return '…';
  switch (value.kind) {
    case 'root':
    case 'subcharts':
    case 'values':
      return `${value.kind}${JSON.stringify(value.at)}`;
    case 'dict':
      return `{${[...value.entries]
        .map(([name, item]) => `${name}:${knownKey(item, depth + 1)}`)
        .toSorted()
        .join()}}`;
    case 'list':
      return `[${value.items.map((item) => knownKey(item, depth + 1)).join()}]`;
    case 'any':
      return `(${value.of.map((item) => knownKey(item, depth + 1)).join('|')})`;
    case 'text':
      return JSON.stringify(value.text);
    default:
      return '?';
  }
}
