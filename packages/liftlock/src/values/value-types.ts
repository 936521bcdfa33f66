import type { ValueRule } from '../model/migration.ts';
import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';

type ValueType = NonNullable<ValueRule['as']>;

/**
 * A value as another type, without a change of what it means; undefined where it has no such form. null stays null in every
 * type: it takes a default of the chart away.
 */
export function asType(value: Json, type: ValueType): Json | undefined {
  if (value === null) return null;
  switch (type) {
    case 'string':
      return asText(value);
    case 'number':
      return asNumber(value);
    case 'boolean':
      return asBoolean(value);
    case 'list':
      return asList(value);
    case 'map-by-name':
      return asMap(value);
  }
}

function asText(value: Json): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/** Only text that means the number and nothing else: `007` and `1e3` may be names. */
function asNumber(value: Json): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && String(Number(value)) === value && Number.isFinite(Number(value))
    ? Number(value)
    : undefined;
}

function asBoolean(value: Json): boolean | undefined {
  if (typeof value === 'boolean') return value;
  return value === 'true' ? true : value === 'false' ? false : undefined;
}

/** A map becomes a list of its entries, each with its `name`; anything else that is no list becomes a list of one. */
function asList(value: Json): Json | undefined {
  if (Array.isArray(value)) return value;
  if (!isJsonObject(value)) return [value];
  const items: Json[] = [];
  for (const [name, inner] of Object.entries(value)) {
    // A null deletes an entry of the chart's map; no list can say so.
    if (inner === null || inner === undefined) return undefined;
    if (isJsonObject(inner) && Object.hasOwn(inner, 'name')) return undefined;
    items.push(isJsonObject(inner) ? { name, ...inner } : { name, value: inner });
  }
  return items;
}

/** A list of maps with a `name` becomes a map by that name; `{name, value}` becomes `name: value`. */
function asMap(value: Json): JsonObject | undefined {
  if (isJsonObject(value)) return value;
  // An empty list takes the default's entries away; an empty map would leave them.
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const entries = new Map<string, Json>();
  for (const item of value as readonly Json[]) {
    if (!isJsonObject(item)) return undefined;
    const { name, ...rest } = item;
    if (typeof name !== 'string' || name === '' || entries.has(name)) return undefined;
    entries.set(name, plainValue(rest) ?? rest);
  }
  return Object.fromEntries(entries);
}

/** What `{value: x}` alone stands for: text, a number, a switch or a list. */
function plainValue(rest: JsonObject): Json | undefined {
  const { value } = rest;
  if (Object.keys(rest).length !== 1 || value === null || isJsonObject(value)) return undefined;
  return value;
}
