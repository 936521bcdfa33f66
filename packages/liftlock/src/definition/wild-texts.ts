import { isJsonObject } from '../model/json.ts';
import type { Fault } from './fault.ts';
import type { Path } from './mistake.ts';

/**
 * Characters that steer a terminal or turn the direction of reading: what a definition shows is then not what it says. Tab and
 * line feed are text; a carriage return is half a line end that YAML has taken already. Source of those that turn:
 * https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters
 */
// oxlint-disable-next-line no-control-regex
const wild = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u2028-\u202E\u2066-\u2069]/;

/** Names that every object of the language has: as a key they may mean something else than an entry of the map. */
const reserved = new Set(['__proto__']);

/** Texts and keys of a definition that nobody writes by hand, with what is wrong. */
export function wildTexts(data: unknown, path: Path = []): readonly Fault[] {
  if (typeof data === 'string') {
    const fault = wildIn(data);
    return fault === undefined ? [] : [{ path, message: fault }];
  }
  if (Array.isArray(data))
    return (data as readonly unknown[]).flatMap((item, index) => wildTexts(item, [...path, index]));
  if (!isJsonObject(data)) return [];
  return Object.entries(data).flatMap(([key, value]) => {
    const at = [...path, key];
    const fault = reserved.has(key) ? 'a key may not be called so' : wildIn(key);
    // A key like that is not shown as a part of the path.
    return fault === undefined ? wildTexts(value, at) : [{ path, message: `${fault} (in a key)`, isKey: false }];
  });
}

function wildIn(text: string): string | undefined {
  const [found] = wild.exec(text) ?? [];
  if (found === undefined) return undefined;
  const code = found.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
  return `holds the control character U+${code}; delete it`;
}
