// npm run rows: every requirement row with the tests whose titles carry its id, then the rows that no test proves.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { testTitles } from './test-titles.ts';
import { filesBelow } from './source-files.ts';

const root = join(import.meta.dirname, '..');

/** One requirement, with the tests that name it. */
export interface Row {
  readonly id: string;
  readonly title: string;
  readonly tests: readonly { readonly file: string; readonly title: string }[];
}

/** Rows of the table in docs/rows.md, in its order. */
export function parseRows(markdown: string): readonly { readonly id: string; readonly title: string }[] {
  return [...markdown.matchAll(/^\| (?<id>[CRDX]\d\d[a-z]?) \| (?<title>.+?) \|$/gm)].map((match) => ({
    id: match.groups?.['id'] ?? '',
    title: match.groups?.['title'] ?? '',
  }));
}

/**
 * Ids that a test claims to prove by its own title or by that of a group around it. They stand before a title's first colon, as in
 * `C31, C32: …`; ranges such as `C17-C21` count for each row between.
 * @param title titles of groups and test, joined by ` > `
 */
export function idsIn(title: string): readonly string[] {
  const own = title.split(' > ');
  return own.flatMap((text, index) => idsOfOne(text, index < own.length - 1));
}

/** @param isGroup a group may have nothing but ids for a title */
function idsOfOne(text: string, isGroup: boolean): readonly string[] {
  const head = /^(?<head>[^:]*):/.exec(text)?.groups?.['head'] ?? (isGroup && /^[CRDX]\d\d/.test(text) ? text : '');
  const ids: string[] = [];
  for (const match of head.matchAll(/\b([CRDX])(\d\d)([a-z]?)(?:\s*(?:-|to)\s*\1?(\d\d))?\b/g)) {
    const [, letter = '', first = '', suffix = '', last] = match;
    for (let number = Number(first); number <= Number(last ?? first); number += 1) {
      ids.push(`${letter}${String(number).padStart(2, '0')}${last === undefined ? suffix : ''}`);
    }
  }
  return ids;
}

function readRows(): readonly Row[] {
  const tests = ['packages', 'platforms', 'scripts']
    .flatMap((folder) => testFiles(folder))
    .flatMap((file) => testTitles(readFileSync(join(root, file), 'utf8')).map((title) => ({ file, title })));
  return parseRows(readFileSync(join(root, 'docs/rows.md'), 'utf8')).map(({ id, title }) => ({
    id,
    title,
    tests: tests.filter((test) => idsIn(test.title).includes(id)),
  }));
}

function testFiles(folder: string): readonly string[] {
  try {
    return filesBelow(root, folder, (name) => name.endsWith('.test.ts'));
  } catch {
    return [];
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  // Whoever pipes it into head has read enough.
  process.stdout.on('error', () => process.exit());
  const rows = readRows();
  const proven = rows.filter((row) => row.tests.length > 0);
  for (const row of proven) {
    process.stdout.write(`${row.id}  ${row.title}\n`);
    for (const test of row.tests) process.stdout.write(`      ${test.file}: ${test.title}\n`);
  }
  process.stdout.write(`\nWithout a test:\n`);
  for (const row of rows) if (row.tests.length === 0) process.stdout.write(`${row.id}  ${row.title}\n`);
  process.stdout.write(`\n${proven.length} of ${rows.length} rows have tests.\n`);
}
