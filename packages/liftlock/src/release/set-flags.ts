import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';

/**
 * Values as flags of helm, one argument each: `--set a.b=c`. Text that `--set` would read as something else goes by
 * `--set-string`, and what neither can say by `--set-json`.
 */
export function setFlags(values: JsonObject): readonly string[] {
  return leavesOf(values, '').flatMap(({ path, value }) => flagOf(path, value));
}

function leavesOf(values: JsonObject, at: string): readonly { readonly path: string; readonly value: Json }[] {
  return Object.entries(values).flatMap(([key, value]) => {
    const path = at === '' ? escapeKey(key) : `${at}.${escapeKey(key)}`;
    if (value === undefined) return [];
    return isJsonObject(value) && Object.keys(value).length > 0 ? leavesOf(value, path) : [{ path, value }];
  });
}

function flagOf(path: string, value: Json): readonly [flag: string, assignment: string] {
  if (value === null || typeof value === 'boolean') return ['--set', `${path}=${value}`];
  if (typeof value === 'number' && Number.isSafeInteger(value)) return ['--set', `${path}=${value}`];
  if (typeof value === 'string') {
    return [isTyped(value) ? '--set-string' : '--set', `${path}=${escapeText(value)}`];
  }
  if (Array.isArray(value) && value.length > 0 && value.every(isPlainText)) {
    return ['--set', `${path}={${value.map(escapeItem).join(',')}}`];
  }
  return ['--set-json', `${path}=${JSON.stringify(value)}`];
}

/** Text that is text in a list as well. */
function isPlainText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && !isTyped(value);
}

/** What `--set` takes for another type. Source: helm pkg/strvals, typedVal. */
function isTyped(text: string): boolean {
  return /^([+-]?\d+|true|false|null)$/i.test(text);
}

/** helm's own escapes: a dot, a comma, an equals sign or a bracket in a key means something else, and a brace before all begins JSON. */
function escapeKey(key: string): string {
  return key.replaceAll(/[\\.,=[\]{]/g, String.raw`\$&`);
}

/** A brace at the beginning would begin a list, under --set-string as well. */
function escapeText(text: string): string {
  return text.replaceAll(/[\\,]|^\{/g, String.raw`\$&`);
}

function escapeItem(text: string): string {
  return text.replaceAll(/[\\,{}]/g, String.raw`\$&`);
}
