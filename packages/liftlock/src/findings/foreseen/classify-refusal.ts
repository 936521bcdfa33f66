import { awayRefusal } from './away.ts';
import { helmRefusal, ownershipRefusal, schemaRefusal, unknownKinds } from './helm-refusals.ts';
import type { Reading, RefusedObject } from './refusal.ts';
import { kindOf } from './resource-kinds.ts';
import { serverRefusal } from './server-refusals.ts';
import { unreadyRefusal } from './unready.ts';

export interface RefusedWords {
  /** What the API server or helm said, redacted. */
  readonly words: string;
  /** In a rollback both of helm's manifests are records. */
  readonly isRollback?: boolean | undefined;
}

/**
 * Reads what the API server or helm said when it refused, and says of what class it is: both Helms' words, and lists that helm
 * joins. Text that fits no class stays unknown: a wrong remedy is worse than none.
 */
export function readRefusal({ words: said, isRollback = false }: RefusedWords): readonly Reading[] {
  const words = boundedWords(said);
  const schema = schemaRefusal(words);
  if (schema !== undefined) return [{ refusal: schema, words: oneLine(words) }];
  const text = oneLine(withoutLog(words));
  const kinds = unknownKinds(text, isRollback);
  if (kinds.length > 0) return kinds.map((refusal) => ({ refusal, words: text }));
  return piecesOf(text).map((piece): Reading => {
    const object = objectIn(piece);
    const owned = ownershipRefusal(piece);
    if (owned !== undefined) return { refusal: owned, words: piece };
    const unready = unreadyRefusal(piece);
    if (unready !== undefined) return { refusal: unready, words: piece };
    const facts = helmRefusal(piece) ?? serverRefusal(piece) ?? awayRefusal(piece);
    if (facts === undefined) return { refusal: undefined, words: piece };
    return { refusal: { ...facts, ...(object === undefined ? {} : { object }) }, words: piece };
  });
}

/** Characters that are looked at: helm's longest lists of refused objects have some thousands. */
const mostCharacters = 64 * 1024;

/** A text whose every run without blanks is short: patterns that try each of its beginnings stay quick. */
function boundedWords(words: string): string {
  return words.slice(0, mostCharacters).replaceAll(/(\S{1000})\S+/g, '$1…');
}

/** Lines of helm's log and warnings, which say the same once more, are left out. */
function withoutLog(words: string): string {
  const lines = words.split('\n');
  const rest = lines.filter((line) => !/^(?:level=|WARNING|[IWE]\d{4} |time=)/.test(line));
  return rest.some((line) => line.trim() !== '') ? rest.join('\n') : words;
}

function oneLine(words: string): string {
  return words
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replace(/^Error: /, '')
    .replace(/^(?:UPGRADE|INSTALLATION|ROLLBACK) FAILED: /, '');
}

/** helm joins what it was refused by `&&`, or as a list under a count. */
function piecesOf(text: string): readonly string[] {
  const list = /^(?:\S+: )*\d+ errors? occurred: (?=\* )/.exec(text);
  const items = list === null ? [text] : text.slice(list[0].length).split(/(?:^| )\* /);
  return items
    .flatMap((item) =>
      item.split(/ && (?=cannot patch|server-side apply failed|conflict occurred|failed to (?:replace|create|update))/),
    )
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** The object as helm or the API server name it; what neither says stays open. */
function objectIn(words: string): RefusedObject | undefined {
  const applied = /object (?:([^\s/]*)\/)?(\S+) (\S*\/?v\S+), Kind=([A-Z]\w*)/.exec(words);
  if (applied !== null) {
    const [, namespace = '', name = '', apiVersion = '', kind = ''] = applied;
    return {
      apiVersion: apiVersion.replace(/^\//, ''),
      kind,
      name,
      ...(namespace === '' ? {} : { namespace }),
    };
  }
  const patched = /cannot patch "([^"]+)" with kind ([A-Z]\w*)/.exec(words);
  if (patched !== null) return { kind: patched[2], name: patched[1] };
  const invalid = /(?:^|\s)([A-Z]\w*)(?:\.\S+)? "([^"]+)" is (?:invalid|forbidden)/.exec(words);
  if (invalid !== null) return { kind: invalid[1], name: invalid[2] };
  const forbidden = /(?:^|\s)([a-z][\w.]*) "([^"]+)" is forbidden/.exec(words);
  const kind = forbidden === null ? undefined : kindOf(forbidden[1] ?? '');
  return kind === undefined ? undefined : { kind, name: forbidden?.[2] };
}
