import { isMap, isNode, isPair, isScalar, LineCounter, parseAllDocuments } from 'yaml';
import type { Document, Node } from 'yaml';
import { YamlBounds, yamlData } from '../model/yaml-data.ts';
import { findAliases } from './aliases.ts';
import { badDefinition, type Mistake, type Path } from './mistake.ts';
import { yamlMistake } from './yaml-words.ts';

export interface YamlPlace {
  readonly line: number;
  readonly column: number;
}

/** A definition's YAML: its data, and where each part of it stands. */
export interface YamlText {
  readonly data: unknown;
  /** Where the value at a path begins; where it is absent, its nearest ancestor's place. */
  placeOf(path: Path): YamlPlace;
  /** Where a key of the map at a path begins. */
  placeOfKey(path: Path, key: string): YamlPlace;
}

function placeAt(counter: LineCounter, offset: number): YamlPlace {
  const { line, col } = counter.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

function nodeAt(document: Document, path: Path): Node | undefined {
  const node: unknown = path.length === 0 ? document.contents : document.getIn(path, true);
  return isNode(node) ? node : undefined;
}

function keyNode(map: Node | undefined, key: string): Node | undefined {
  if (!isMap(map)) return undefined;
  const pair = map.items.find((item) => isPair(item) && isScalar(item.key) && String(item.key.value) === key);
  return isNode(pair?.key) ? pair.key : undefined;
}

/**
 * Reads one YAML document (1.2). Throws BAD_DEFINITION with every syntax error, duplicate key and second document.
 */
export function readYaml(text: string, file: string): YamlText {
  const counter = new LineCounter();
  const documents = parseAll(text, file, counter);
  const mistakes: Mistake[] = documents.flatMap((document) =>
    document.errors.map((error) => ({ ...placeAt(counter, error.pos[0]), path: [], message: yamlMistake(error.code) })),
  );
  const second = documents[1];
  if (second) {
    const offset = second.contents?.range?.[0] ?? second.range[0];
    mistakes.push({
      ...placeAt(counter, offset),
      path: [],
      message: 'a second YAML document begins here; one file holds one definition: move it to a file of its own',
    });
  }
  const document = documents[0];
  if (!document) {
    throw badDefinition(file, [
      { line: 1, column: 1, path: [], message: 'the file is empty; it needs apiVersion and kind' },
    ]);
  }
  const data = mistakes.length === 0 ? toData(document, counter, mistakes) : undefined;
  if (mistakes.length > 0) throw badDefinition(file, firstOfEachLine(mistakes));
  return {
    data,
    placeOf(path) {
      for (let length = path.length; length >= 0; length--) {
        const start = nodeAt(document, path.slice(0, length))?.range?.[0];
        if (start === undefined) continue;
        // What is missing is best seen at the key that lacks it, not at the first key below.
        const key = path[length - 1];
        if (length < path.length && typeof key === 'string') return this.placeOfKey(path.slice(0, length - 1), key);
        return placeAt(counter, start);
      }
      return { line: 1, column: 1 };
    },
    placeOfKey(path, key) {
      const start = keyNode(nodeAt(document, path), key)?.range?.[0];
      return start === undefined ? this.placeOf(path) : placeAt(counter, start);
    },
  };
}

function parseAll(text: string, file: string, counter: LineCounter): readonly Document.Parsed[] {
  try {
    const parsed = parseAllDocuments(text, { lineCounter: counter, prettyErrors: false, uniqueKeys: true });
    return Array.isArray(parsed) ? [...parsed] : [];
  } catch (error) {
    // The parser recurses: a file nested some thousands deep ends here.
    if (!(error instanceof RangeError)) throw error;
    throw badDefinition(file, [{ line: 1, column: 1, path: [], message: 'nested too deeply to read' }]);
  }
}

/** An alias without its anchor, or aliases without end, are found only now. */
function toData(document: Document, counter: LineCounter, mistakes: Mistake[]): unknown {
  for (const alias of findAliases(document).lost) {
    mistakes.push({
      ...placeAt(counter, alias.range?.[0] ?? 0),
      path: [],
      message: `an alias without its anchor &${alias.source}; quote the value if it begins with a star`,
    });
  }
  if (mistakes.length > 0) return undefined;
  try {
    return yamlData(document, limits);
  } catch (error) {
    if (!(error instanceof YamlBounds)) throw error;
    const place = placeAt(counter, document.contents?.range?.[0] ?? 0);
    mistakes.push({ ...place, path: [], message: `${error.message}; write the values out, or fewer of them` });
    return undefined;
  }
}

/** The definitions that are known have 12 levels, a Job's manifest among them, and some 2,000 values. */
const limits = { levels: 60, values: 100_000, aliases: 100 };

/** One slip makes the parser stumble several times over; the first of a line is the slip. */
function firstOfEachLine(mistakes: readonly Mistake[]): readonly Mistake[] {
  const seen = new Set<number>();
  return mistakes.filter(({ line }) => !seen.has(line) && seen.add(line));
}
