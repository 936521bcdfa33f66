import { isJsonObject, type Json } from '../model/json.ts';

/**
 * JSON as CEL sees it: a whole number is an int, which the library keeps as BigInt. Maps are Maps, since the library asks
 * any other object for its constructor, and a key may be called so.
 */
export function toCel(value: Json | undefined): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return (value as readonly Json[]).map(toCel);
  if (!isJsonObject(value)) return value ?? null;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return new Map(entries.map(([key, inner]) => [key, toCel(inner)]));
}

/**
 * What an expression gave, as JSON: no BigInt leaves this room.
 * @throws TypeError for what JSON has no word for: bytes, times, types, numbers beyond 2^53
 */
export function fromCel(value: unknown): Json {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'bigint') {
    const number = Number(value);
    if (!Number.isSafeInteger(number)) throw new TypeError('a number beyond 2^53');
    return number;
  }
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError('no finite number');
    return value;
  }
  if (Array.isArray(value)) return value.map(fromCel);
  const isPlain = typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype;
  if (!(value instanceof Map) && !isPlain) throw new TypeError('neither text, number, list nor map');
  const entries: [string, unknown][] =
    value instanceof Map ? [...value].map(([key, inner]) => [String(key), inner]) : Object.entries(value);
  return Object.fromEntries(entries.map(([key, inner]) => [key, fromCel(inner)]));
}
