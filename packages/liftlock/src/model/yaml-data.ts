import { isJsonObject } from './json.ts';

/** How large a tree of lists and maps may be. */
export interface YamlLimits {
  /** Levels of lists and maps. */
  readonly levels: number;
  /** Values in all, with those that aliases stand for. */
  readonly values: number;
  /** What yaml calls maxAliasCount: how far aliases may multiply. */
  readonly aliases: number;
}

/** A document as the yaml library gives it, by the little that is needed of it. */
export interface YamlDocument {
  readonly contents: unknown;
  toJS(options: { readonly maxAliasCount: number }): unknown;
}

/** YAML that is read, but too large, too deep or too strange to be turned into data. The message is a clause without the text. */
export class YamlBounds extends Error {
  override readonly name = 'YamlBounds';
}

/**
 * The data of a document from elsewhere: JSON, of bounded size. A few lines of YAML can stand for millions of values, or for
 * none that end. Errors of the document are the caller's to look at first.
 *
 * @throws YamlBounds
 */
export function yamlData(document: YamlDocument, limits: YamlLimits): unknown {
  if (!hasPlainKeys(document.contents)) throw new YamlBounds('a list, a map or an alias as a key');
  let data: unknown;
  try {
    data = document.toJS({ maxAliasCount: limits.aliases });
  } catch {
    throw new YamlBounds('aliases without their anchor, or that expand without end');
  }
  checkSize(data, limits);
  return data;
}

/**
 * Keys that are lists or maps are written as text by the library, each level anew: 300 question marks in a row took it 18 s.
 * Looked at without recursion, since nesting is what a hostile text has plenty of.
 */
function hasPlainKeys(root: unknown): boolean {
  const open: unknown[] = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (!isJsonObject(node)) continue;
    const { key, value, items } = node as {
      readonly key?: unknown;
      readonly value?: unknown;
      readonly items?: unknown;
    };
    if (isJsonObject(key) && ('items' in key || 'source' in key) && !isScalarNode(key)) return false;
    if (typeof value === 'object' && value !== null) open.push(value);
    if (Array.isArray(items)) open.push(...(items as readonly unknown[]));
  }
  return true;
}

/** A scalar has its own text as `source` as well. */
function isScalarNode(node: object): boolean {
  return 'value' in node && !('items' in node);
}

function checkSize(data: unknown, { levels, values }: YamlLimits): void {
  let seen = 0;
  const check = (value: unknown, level: number): void => {
    seen += 1;
    if (seen > values) throw new YamlBounds(`more than ${values} values, with those that aliases stand for`);
    if (typeof value !== 'object' || value === null) return;
    if (level > levels)
      throw new YamlBounds(`lists and maps nested more than ${levels} deep, or an anchor that holds itself`);
    for (const inner of Object.values(value)) check(inner, level + 1);
  };
  check(data, 1);
}
