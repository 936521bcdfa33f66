import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments, Scalar } from 'yaml';
import type { Alias, Document, Node, YAMLMap, YAMLSeq } from 'yaml';
import type { Json, JsonObject } from '../model/json.ts';
import { Problem } from '../model/problem.ts';
import { findAliases } from './aliases.ts';
import { resolvePlain } from './plain-scalar.ts';
import { yamlMistake } from './yaml-words.ts';

/** Aliases can multiply a small file into millions of values; helm's own limits refuse such files too. */
const maxNodes = 500_000;

interface Reading {
  readonly targets: ReadonlyMap<Alias, Node>;
  readonly text: string;
  readonly file: string;
  readonly counter: LineCounter;
  readonly open: Set<Node>;
  nodes: number;
}

function unreadable(file: string, counter: LineCounter, offset: number, message: string): Problem {
  const { line, col } = counter.linePos(offset);
  const at = { file, line: Math.max(1, line), column: Math.max(1, col) };
  return new Problem('VALUES_UNREADABLE', `${file}:${at.line}:${at.column}: ${message}.`, {
    at,
    advice: ['helm would refuse this file, or read something else than is meant; correct it and try again.'],
  });
}

function refuse(reading: Reading, node: Node | undefined, message: string): Problem {
  return unreadable(reading.file, reading.counter, node?.range?.[0] ?? 0, message);
}

/** JSON's escaped slash is YAML 1.2; helm refuses it. */
function checkEscapes(reading: Reading, node: Scalar): void {
  const written = reading.text.slice(node.range?.[0], node.range?.[1]);
  if (/(^|[^\\])(\\\\)*\\\//.test(written))
    throw refuse(reading, node, 'helm does not know the escape \\/; write / alone');
}

function scalarValue(reading: Reading, node: Scalar): string | number | boolean | null {
  const source = typeof node.value === 'string' ? node.value : '';
  const tag = node.tag ?? '';
  if (tag.endsWith(':binary')) return Buffer.from(source, 'base64').toString('utf8');
  const typed = /:(int|float|bool|null)$/.exec(tag)?.[1];
  if (node.type === Scalar.QUOTE_DOUBLE) checkEscapes(reading, node);
  if (typed === undefined && (tag !== '' || node.type !== Scalar.PLAIN)) return source;
  const value = resolvePlain(source);
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw refuse(reading, node, 'helm cannot hold infinity or NaN; quote the value if text is meant');
  }
  const fits = {
    int: Number.isInteger(value) && !/[.eE]/.test(source),
    float: typeof value === 'number',
    bool: typeof value === 'boolean',
    null: value === null,
  };
  if (typed !== undefined && !fits[typed as keyof typeof fits]) {
    throw refuse(reading, node, `the value does not fit its tag !!${typed}`);
  }
  return value;
}

function keyText(reading: Reading, key: unknown, map: YAMLMap): string {
  const node = isAlias(key) ? target(reading, key) : key;
  if (!isScalar(node)) throw refuse(reading, map, 'a key must be text, a number or a boolean');
  const value = scalarValue(reading, node);
  if (value === null) throw refuse(reading, node, 'helm refuses an empty key or a key called null; quote it');
  return String(value);
}

function target(reading: Reading, alias: Alias): Node {
  const node = reading.targets.get(alias);
  if (node === undefined) {
    throw refuse(reading, alias, 'an alias without its anchor; quote the value if it begins with a star');
  }
  return node;
}

function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.type === Scalar.PLAIN && key.value === '<<';
}

function mergeInto(reading: Reading, result: Map<string, Json>, value: unknown): void {
  const node = isAlias(value) ? target(reading, value) : value;
  if (isMap(node)) {
    for (const [key, inner] of Object.entries(toJson(reading, node) as JsonObject)) result.set(key, inner as Json);
  } else if (isSeq(node) && node.items.every((item) => isMap(isAlias(item) ? target(reading, item) : item))) {
    // The first of the list wins.
    for (const item of node.items.toReversed()) mergeInto(reading, result, item);
  } else {
    throw refuse(reading, isNodeLike(value) ? value : undefined, 'a merge (<<) takes a map or a list of maps');
  }
}

function isNodeLike(value: unknown): value is Node {
  return isScalar(value) || isAlias(value) || isMap(value) || isSeq(value);
}

function mapValue(reading: Reading, map: YAMLMap): JsonObject {
  const result = new Map<string, Json>();
  // In helm the last of two equal keys wins, and a merge overrides what stands above it.
  for (const { key, value } of map.items) {
    if (isMergeKey(key)) mergeInto(reading, result, value);
    else result.set(keyText(reading, key, map), isNodeLike(value) ? toJson(reading, value) : null);
  }
  return Object.fromEntries(result);
}

function listValue(reading: Reading, list: YAMLSeq): Json {
  return list.items.map((item) => (isNodeLike(item) ? toJson(reading, item) : null));
}

function toJson(reading: Reading, node: Node): Json {
  reading.nodes += 1;
  if (reading.nodes > maxNodes) throw refuse(reading, node, 'the aliases expand to too many values');
  if (isScalar(node)) return scalarValue(reading, node);
  const inner = isAlias(node) ? target(reading, node) : node;
  if (isScalar(inner)) return scalarValue(reading, inner);
  if (reading.open.has(inner)) throw refuse(reading, node, 'an anchor that contains itself');
  reading.open.add(inner);
  try {
    if (isMap(inner)) return mapValue(reading, inner);
    if (isSeq(inner)) return listValue(reading, inner);
    return null;
  } finally {
    reading.open.delete(inner);
  }
}

function isEmpty(document: Document | undefined): boolean {
  const root = document?.contents;
  return !root || (isScalar(root) && root.type === Scalar.PLAIN && root.value === '');
}

function readDocument(text: string, file: string, counter: LineCounter): Document | undefined {
  const options = {
    lineCounter: counter,
    prettyErrors: false,
    uniqueKeys: false,
    schema: 'failsafe',
    resolveKnownTags: false,
    logLevel: 'silent',
  } as const;
  const parsed = parseAllDocuments(text, options);
  const documents: Document[] = Array.isArray(parsed) ? [...parsed] : [];
  const error = documents.flatMap(({ errors }) => errors)[0];
  if (error) throw unreadable(file, counter, error.pos[0], yamlMistake(error.code));
  // go-yaml's reader stops at these; tab, line feed and carriage return are text.
  // oxlint-disable-next-line no-control-regex
  const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.exec(text);
  if (control) throw unreadable(file, counter, control.index, 'a control character; delete it');
  if (/^\uFEFF?%/.test(text)) {
    throw unreadable(file, counter, 0, 'a YAML directive, which Helm 3 and 4 read differently; delete the line');
  }
  const second = documents.slice(1).find((document) => isEmpty(documents[0]) || !isEmpty(document));
  if (second) {
    throw unreadable(
      file,
      counter,
      second.range?.[0] ?? 0,
      'a second YAML document begins here; Helm 3 ignores it and Helm 4 merges it, so keep one document',
    );
  }
  return documents[0];
}

/**
 * A values file as helm reads it: see resolvePlain. An empty file and one with comments only are no values.
 * @param file named in the error; not read
 * @throws VALUES_UNREADABLE with the place; the text itself is never quoted, as it may hold secrets
 */
export function parseValues(text: string, file: string): JsonObject {
  const counter = new LineCounter();
  try {
    const document = readDocument(text, file, counter);
    const root = document?.contents;
    if (!document || !root) return {};
    const value = toJson(
      { targets: findAliases(document).targets, text, file, counter, open: new Set(), nodes: 0 },
      root,
    );
    if (value === null) return {};
    if (typeof value === 'object' && !Array.isArray(value)) return value as JsonObject;
    throw unreadable(file, counter, root.range?.[0] ?? 0, 'values are a map of keys, and this is not');
  } catch (error) {
    // The parser recurses: a file nested some thousands deep ends here.
    if (error instanceof RangeError) throw unreadable(file, counter, 0, 'nested too deeply to read');
    throw error;
  }
}
