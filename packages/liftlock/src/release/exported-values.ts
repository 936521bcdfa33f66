import { stringify } from 'yaml';
import { digestOf } from '../model/digest.ts';
import type { JsonObject } from '../model/json.ts';
import type { ValuesFile } from '../model/snapshot.ts';

/**
 * Values as a file that every helm reads back as they are: `{}` where there are none, and all text in quotes, so that no
 * `on`, `1e3` or `0777` becomes something else. (`helm get values` without `-o yaml` begins with a heading, and says `null`
 * where there are none: together no YAML.)
 */
export function exportedText(values: JsonObject): string {
  return stringify(values, {
    version: '1.1',
    defaultStringType: 'QUOTE_DOUBLE',
    defaultKeyType: 'PLAIN',
    aliasDuplicateObjects: false,
    lineWidth: 0,
  });
}

/** A release's own values in the place of a values file. */
export function carriedValues(path: string, values: JsonObject): ValuesFile {
  return { path, file: '', digest: digestOf(exportedText(values)), values, isCarried: true };
}
