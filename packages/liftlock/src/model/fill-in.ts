import { isJsonObject, type Json } from './json.ts';
import { suggestion } from './nearest.ts';

/** What stands in for the placeholders of a definition's texts. */
export interface FillIn {
  readonly inputs: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, string>>;
  readonly namespace: string;
  readonly release: string;
  readonly version: string;
}

/** What a definition's texts may name: its own inputs and options, and these three. */
export interface FillInNames {
  readonly inputs: readonly string[];
  readonly options: readonly string[];
}

const plain = ['namespace', 'release', 'version'] as const;

/** `{inputs.domain}`; `${name}` and `{{ name }}` are a shell's and a template's, and JSON's braces hold quotes. */
const placeholder = /(?<![${])\{([A-Za-z][\w.-]*)\}(?!\})/g;

/**
 * A text with its placeholders replaced. An input that the site does not give stays visible, as `<domain>`: a finding says so,
 * and nothing is begun.
 */
export function fillIn(text: string, values: FillIn): string {
  return replaceIn(text, values, (value) => value);
}

/** The same for a condition: what is put between its quotes cannot end them. */
export function fillInCondition(condition: string, values: FillIn): string {
  return replaceIn(condition, values, (value) =>
    JSON.stringify(value)
      .slice(1, -1)
      .replaceAll("'", String.raw`\'`),
  );
}

/** The same for every text of a tree; keys stay as they are. */
export function fillInTree(tree: Json, values: FillIn): Json {
  if (typeof tree === 'string') return fillIn(tree, values);
  if (Array.isArray(tree)) return (tree as readonly Json[]).map((item) => fillInTree(item, values));
  if (!isJsonObject(tree)) return tree;
  return Object.fromEntries(
    Object.entries(tree).map(([key, value]) => [key, value === undefined ? null : fillInTree(value, values)]),
  );
}

function replaceIn(text: string, values: FillIn, quote: (value: string) => string): string {
  return text.replaceAll(placeholder, (whole, word: string) => {
    const found = valueOf(word, values);
    return found === undefined ? whole : quote(found);
  });
}

function valueOf(word: string, values: FillIn): string | undefined {
  if (word === 'namespace' || word === 'release' || word === 'version') return values[word];
  const [group, name = ''] = splitOnce(word);
  if (group === 'options') return values.options[name];
  if (group !== 'inputs') return undefined;
  return Object.hasOwn(values.inputs, name) ? values.inputs[name] : `<${name}>`;
}

/** What is wrong with the placeholders of a text; undefined where nothing is. */
export function fillInFault(text: string, names: FillInNames): string | undefined {
  for (const [whole, word = ''] of text.matchAll(placeholder)) {
    if (plain.some((name) => name === word)) continue;
    const [group, name = ''] = splitOnce(word);
    if (group !== 'inputs' && group !== 'options') {
      const known = [...plain, 'inputs.NAME', 'options.NAME'].map((item) => `{${item}}`);
      return `${whole} is not understood; known: ${known.join(', ')}`;
    }
    if (!names[group].includes(name))
      return `the platform declares no ${group.slice(0, -1)} "${name}"${suggestion(name, names[group])}`;
  }
  return undefined;
}

/** The inputs that a text names. */
export function inputsIn(text: string): readonly string[] {
  return [...text.matchAll(placeholder)].flatMap(([, word = '']) => {
    const [group, name = ''] = splitOnce(word);
    return group === 'inputs' ? [name] : [];
  });
}

function splitOnce(word: string): readonly [string, string | undefined] {
  const at = word.indexOf('.');
  return at < 0 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)];
}
