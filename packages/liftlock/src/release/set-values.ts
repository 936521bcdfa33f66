import type { Json, JsonObject } from '../model/json.ts';

/** The flags of helm that give values, in the order in which helm applies them. Source: helm pkg/cli/values, MergeValues. */
export const setFlagNames = ['--set-json', '--set', '--set-string', '--set-literal'] as const;
export type SetFlagName = (typeof setFlagNames)[number];

/** What is wrong with an assignment: its key at most, never its value. */
export class SetFault extends Error {}

type Branch = Map<string, Node>;
type Node = Branch | Node[] | Json;

/** Keys below each other at most, and the highest index: helm's own limits. */
const mostLevels = 30;
const mostItems = 65_536;

/** Values under construction by `--set` and its sisters. */
export class SetValues {
  readonly #root: Branch = new Map();

  /** Applies one argument: `a.b=c,d[0]=e`. @throws SetFault */
  apply(flag: SetFlagName, text: string): void {
    const trimmed = text.trim();
    if (flag === '--set-json' && trimmed.startsWith('{')) {
      for (const [key, value] of Object.entries(jsonOf(trimmed) as JsonObject))
        this.#root.set(key, branched(value ?? null));
      return;
    }
    new Assignment(text, flag).readInto(this.#root);
  }

  values(): JsonObject {
    return plain(this.#root) as JsonObject;
  }
}

/** A reader of one argument. Source of the grammar: helm pkg/strvals. */
class Assignment {
  readonly #text: string;
  readonly #flag: SetFlagName;
  #at = 0;
  #path = '';

  constructor(text: string, flag: SetFlagName) {
    this.#text = text;
    this.#flag = flag;
  }

  readInto(root: Branch): void {
    while (this.#at < this.#text.length) {
      this.#path = '';
      this.#readKey(root, 0);
    }
  }

  #readKey(data: Branch, level: number): void {
    if (level > mostLevels) throw new SetFault(`${this.#path} has more than ${mostLevels} levels`);
    const { text: key, stop } = this.#until('=[,.');
    this.#path = this.#path === '' ? key : `${this.#path}.${key}`;
    if (stop === '' || stop === ',')
      throw new SetFault(`${this.#path === '' ? 'an empty key' : this.#path} has no value`);
    if (stop === '=') {
      const value = this.#readValue();
      if (key !== '') data.set(key, value);
      return;
    }
    const before = data.get(key);
    if (stop === '.') {
      const inner: Branch = before instanceof Map ? before : new Map<string, Node>();
      if (before !== undefined && before !== inner) throw this.#notA('map');
      data.set(key, inner);
      this.#readKey(inner, level + 1);
      return;
    }
    if (before !== undefined && !Array.isArray(before)) throw this.#notA('list');
    const list = before ?? [];
    data.set(key, list);
    this.#readItem(list, level);
  }

  #readItem(list: Node[], level: number): void {
    const { text, stop } = this.#until(']');
    const index = /^\d+$/.test(text) ? Number(text) : -1;
    this.#path += `[${text}]`;
    if (stop === '' || index < 0 || index > mostItems) throw new SetFault(`${this.#path} has no good index`);
    while (list.length <= index) list.push(null);
    const next = this.#text.charAt(this.#at);
    this.#at += 1;
    const before = list[index] ?? null;
    if (next === '=') list[index] = this.#readValue();
    else if (next === '[') {
      const inner: Node[] = Array.isArray(before) ? before : [];
      list[index] = inner;
      this.#readItem(inner, level + 1);
    } else if (next === '.') {
      const inner: Branch = before instanceof Map ? before : new Map<string, Node>();
      list[index] = inner;
      this.#readKey(inner, level + 1);
    } else throw new SetFault(`${this.#path} has no value`);
  }

  #readValue(): Node {
    if (this.#flag === '--set-literal') {
      const rest = this.#text.slice(this.#at);
      this.#at = this.#text.length;
      return rest;
    }
    if (this.#flag === '--set-json') return this.#readJson();
    if (this.#text.charAt(this.#at) === '{') return this.#readList();
    return this.#typed(this.#until(',').text);
  }

  #readList(): Node {
    this.#at += 1;
    const items: Json[] = [];
    for (;;) {
      const { text, stop } = this.#until(',}');
      if (stop === '') throw new SetFault(`the list of ${this.#path} is not closed by a brace`);
      items.push(this.#typed(text));
      if (stop === '}') break;
    }
    if (this.#text.charAt(this.#at) === ',') this.#at += 1;
    return items;
  }

  #readJson(): Node {
    const end = jsonEnd(this.#text, this.#at);
    const text = this.#text.slice(this.#at, end).trim();
    this.#at = end + 1;
    return text === '' ? null : branched(jsonOf(text));
  }

  /** Source: helm pkg/strvals, typedVal: no floats, and no numbers that begin with a zero. */
  #typed(text: string): Json {
    if (this.#flag === '--set-string') return text;
    const word = text.toLowerCase();
    if (word === 'true' || word === 'false') return word === 'true';
    if (word === 'null') return null;
    if (text !== '0' && !/^[+-]?\d+$/.test(text)) return text;
    if (text !== '0' && text.startsWith('0')) return text;
    const value = Number(text);
    if (!Number.isSafeInteger(value))
      throw new SetFault(`the number of ${this.#path} is too large; --set-string keeps it`);
    return value + 0;
  }

  #notA(what: string): SetFault {
    return new SetFault(`${this.#path} was given a value before, and is no ${what}`);
  }

  /** The text up to one of the characters, which is taken away; a backslash takes what follows as it is. */
  #until(stops: string): { readonly text: string; readonly stop: string } {
    let text = '';
    for (; this.#at < this.#text.length; this.#at += 1) {
      const character = this.#text.charAt(this.#at);
      if (stops.includes(character)) {
        this.#at += 1;
        return { text, stop: character };
      }
      if (character === '\\' && this.#flag !== '--set-literal') this.#at += 1;
      text += this.#text.charAt(this.#at);
    }
    return { text, stop: '' };
  }
}

/** Where a JSON value in a list of assignments ends: at a comma outside of brackets and quotes. */
function jsonEnd(text: string, from: number): number {
  let depth = 0;
  let isQuoted = false;
  for (let at = from; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (isQuoted) {
      if (character === '\\') at += 1;
      else if (character === '"') isQuoted = false;
    } else if (character === '"') isQuoted = true;
    else if ('[{'.includes(character)) depth += 1;
    else if (']}'.includes(character)) depth -= 1;
    else if (character === ',' && depth === 0) return at;
  }
  return text.length;
}

function jsonOf(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw new SetFault('the value is no JSON');
  }
}

function branched(value: Json): Node {
  if (Array.isArray(value)) return (value as readonly Json[]).map(branched);
  if (typeof value !== 'object' || value === null) return value;
  return new Map(Object.entries(value).map(([key, inner]) => [key, branched(inner ?? null)]));
}

function plain(node: Node): Json {
  if (node instanceof Map) return Object.fromEntries([...node].map(([key, inner]) => [key, plain(inner)]));
  return Array.isArray(node) ? node.map(plain) : node;
}
