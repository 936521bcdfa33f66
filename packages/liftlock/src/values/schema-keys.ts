import { inBoundedTime } from '../model/bounded-pattern.ts';
import { isJsonObject, jsonAt, type Json, type JsonObject } from '../model/json.ts';
import type { ValuePath } from './template-values.ts';

/** References followed at most: schemas may refer to themselves. */
const mostReferences = 20;

/** True where a chart's schema names the key, or says of which form keys there are. */
export function allowsPath(schema: JsonObject | undefined, path: ValuePath): boolean {
  return schema !== undefined && path.length > 0 && allows(schema, path, schema, 0);
}

function allows(part: JsonObject, path: ValuePath, root: JsonObject, references: number): boolean {
  const [name, ...rest] = path;
  if (name === undefined) return true;
  const inner = [propertyOf(part, name), additionalOf(part)].filter((item) => item !== undefined);
  if (inner.some((item) => item === true || (isJsonObject(item) && allows(item, rest, root, references)))) return true;
  return variantsOf(part, root).some(
    (variant) => references < mostReferences && allows(variant, path, root, references + 1),
  );
}

function propertyOf(part: JsonObject, name: string): Json | undefined {
  const own = jsonAt(part, ['properties', name]);
  if (own !== undefined) return own;
  const patterns = part['patternProperties'];
  if (!isJsonObject(patterns)) return undefined;
  return Object.entries(patterns).find(([pattern]) => matches(pattern, name))?.[1];
}

/** A schema for further keys says that they mean something; a bare `true` is everyone's default and says nothing. */
function additionalOf(part: JsonObject): Json | undefined {
  const additional = part['additionalProperties'];
  return isJsonObject(additional) ? additional : undefined;
}

function variantsOf(part: JsonObject, root: JsonObject): readonly JsonObject[] {
  const lists = ['allOf', 'anyOf', 'oneOf'].flatMap((word) => {
    const list = part[word];
    return Array.isArray(list) ? (list as readonly Json[]) : [];
  });
  const branches = ['if', 'then', 'else'].map((word) => part[word]);
  const reference = part['$ref'];
  const referred = typeof reference === 'string' && reference.startsWith('#') ? pointed(root, reference) : undefined;
  return [...lists, ...branches, referred].filter((item) => isJsonObject(item));
}

/** `#/$defs/image`, RFC 6901. */
function pointed(root: JsonObject, reference: string): Json | undefined {
  const keys = reference.split('/').slice(1);
  return jsonAt(
    root,
    keys.map((word) => word.replaceAll('~1', '/').replaceAll('~0', '~')),
  );
}

function matches(pattern: string, name: string): boolean {
  try {
    return inBoundedTime(() => new RegExp(pattern, 'u').test(name)) ?? false;
  } catch {
    return false;
  }
}

/** Keys that a schema writes out, without references. */
export function schemaPaths(schema: Json | undefined, at: ValuePath = []): readonly ValuePath[] {
  const properties = jsonAt(schema, ['properties']);
  if (!isJsonObject(properties) || at.length > 20) return [];
  return Object.entries(properties).flatMap(([name, inner]) => {
    const below = schemaPaths(inner, [...at, name]);
    return below.length === 0 ? [[...at, name]] : below;
  });
}
