import { z } from 'zod';
import { isJsonObject } from '../model/json.ts';
import type { Mistake, Path } from './mistake.ts';
import { nearestWord, suggestion } from './nearest.ts';
import type { YamlText } from './yaml-text.ts';

type Issue = z.core.$ZodIssue;

const articles: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of keys',
  record: 'a map of keys',
};

function describe(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (isJsonObject(value)) return 'a map of keys';
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function valueAt(data: unknown, path: Path): unknown {
  let here = data;
  for (const part of path) here = isJsonObject(here) || Array.isArray(here) ? Reflect.get(here, part) : undefined;
  return here;
}

function unwrap(schema: unknown): unknown {
  const isWrapped = schema instanceof z.ZodOptional || schema instanceof z.ZodDefault;
  return isWrapped ? unwrap(schema.unwrap()) : schema;
}

/** The member of a union over `kind` that the value names. */
function member(union: z.ZodUnion, value: unknown): unknown {
  const kind = valueAt(value, ['kind']);
  return union.options.find((option) => {
    const literal = option instanceof z.ZodObject ? (option.shape as z.ZodRawShape)['kind'] : undefined;
    return literal !== undefined && z.safeParse(literal, kind).success;
  });
}

/** The schema of the value at a path, or undefined where the schema knows no such path. */
function schemaAt(schema: unknown, path: Path, value: unknown): unknown {
  const here = unwrap(schema);
  if (here instanceof z.ZodUnion) return schemaAt(member(here, value), path, value);
  const [first, ...rest] = path;
  if (first === undefined) return here;
  const below = valueAt(value, [first]);
  if (here instanceof z.ZodArray) return schemaAt(here.element, rest, below);
  if (here instanceof z.ZodRecord) return schemaAt(here.valueType, rest, below);
  return here instanceof z.ZodObject ? schemaAt((here.shape as z.ZodRawShape)[first], rest, below) : undefined;
}

/** True where the number lacks nothing but its unit. */
function takesDuration(schema: unknown, value: number): boolean {
  const fits = (text: string): boolean => schema instanceof z.ZodType && schema.safeParse(text).success;
  return fits(`${value}s`) && !fits(String(value));
}

/** The keys that the map at a path may have, or none where any key may stand. */
function knownKeys(schema: unknown, path: Path, value: unknown): readonly string[] {
  const here = schemaAt(schema, path, value);
  return here instanceof z.ZodObject ? Object.keys(here.shape) : [];
}

function sizeMessage(issue: Issue): string | undefined {
  if (issue.code === 'too_small') {
    if (issue.origin === 'array') return 'the list is empty';
    if (issue.origin === 'string') return 'the text is empty';
    return `must be ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}`;
  }
  if (issue.code === 'too_big') return `must be ${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}`;
  return undefined;
}

function message(issue: Issue, value: unknown): string {
  if (value === undefined) return 'is missing';
  const got = describe(value);
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${articles[issue.expected] ?? issue.expected}, got ${got}${quoteHint(issue.expected, value)}`;
    case 'invalid_value': {
      const values = issue.values.map(String);
      if (values.length === 1) return `expected ${JSON.stringify(values[0])}, got ${got}`;
      return `${got} is not allowed${suggestion(wordOf(value), values)}`;
    }
    case 'invalid_union': {
      const options = Array.isArray(Reflect.get(issue, 'options')) ? (Reflect.get(issue, 'options') as unknown[]) : [];
      return `${got} is not allowed${suggestion(wordOf(value), options.map(String))}`;
    }
    case 'invalid_format':
      if (issue.format === 'starts_with')
        return `expected text that begins with "${String(Reflect.get(issue, 'prefix'))}", got ${got}`;
      return issue.message.startsWith('Invalid')
        ? `${got} is not allowed here`
        : `expected ${issue.message}, got ${got}`;
    case 'invalid_key':
      return `a name here takes ${issue.issues[0]?.message ?? 'another form'}`;
    default:
      return sizeMessage(issue) ?? issue.message;
  }
}

function wordOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function quoteHint(expected: string, value: unknown): string {
  return expected === 'string' && ['number', 'boolean'].includes(typeof value) ? '; put it in quotes' : '';
}

/** Wrong kind first: nothing else in the file can be judged before that is right. */
function wrongKind(issues: readonly Issue[]): readonly Issue[] {
  const found = issues.filter(({ path }) => path.length === 1 && (path[0] === 'kind' || path[0] === 'apiVersion'));
  return found.length > 0 ? found : issues;
}

/** Of a map that may have one of several forms: what is wrong with the form whose own key it has. */
function ofItsForm(issue: Issue, data: unknown): readonly Issue[] {
  if (issue.code !== 'invalid_union' || !isJsonObject(valueAt(data, issue.path as Path))) return [issue];
  const forms = issue.errors;
  const isMissing = (inner: Issue) =>
    inner.path.length === 1 && valueAt(data, [...issue.path, ...inner.path] as Path) === undefined;
  const meant = forms.find((inner) => inner.length > 0 && !inner.some(isMissing));
  if (meant !== undefined) return meant.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
  const keys = forms.flatMap((inner) => inner.filter(isMissing).map(({ path }) => String(path[0])));
  return keys.length === 0 ? [issue] : [{ ...issue, code: 'custom', message: `has none of ${keys.join(', ')}` }];
}

/** What zod found, as mistakes with their places, nearest right words and our own sentences. */
export function shapeMistakes(schema: z.ZodType, yaml: YamlText, issues: readonly Issue[]): readonly Mistake[] {
  const mistakes: Mistake[] = [];
  const meant = new Set<string>();
  const each = issues.flatMap((issue) => ofItsForm(issue, yaml.data));
  const judged = isJsonObject(yaml.data) ? wrongKind(each) : each;
  for (const issue of judged) {
    if (issue.code !== 'unrecognized_keys') continue;
    const path = issue.path as Path;
    const here = valueAt(yaml.data, path);
    const present = isJsonObject(here) ? Object.keys(here) : [];
    const free = knownKeys(schema, path, yaml.data).filter((key) => !present.includes(key));
    for (const key of issue.keys) {
      const near = nearestWord(key, free);
      if (near !== undefined) meant.add(JSON.stringify([...path, near]));
      const place = yaml.placeOfKey(path, key);
      mistakes.push({ ...place, path: [...path, key], message: `unknown key${suggestion(key, free)}` });
    }
  }
  for (const issue of judged) {
    const path = issue.path as Path;
    if (issue.code === 'unrecognized_keys' || meant.has(JSON.stringify(path))) continue;
    const last = path.at(-1);
    const place =
      issue.code === 'invalid_key' && typeof last === 'string'
        ? yaml.placeOfKey(path.slice(0, -1), last)
        : yaml.placeOf(path);
    const value = valueAt(yaml.data, path);
    // 600 for 600s: quoting the number would not mend it.
    const isDuration = typeof value === 'number' && takesDuration(schemaAt(schema, path, yaml.data), value);
    const text = isDuration ? `expected a duration such as 600s or 10m, got ${value}` : message(issue, value);
    mistakes.push({ ...place, path, message: text });
  }
  return mistakes;
}
