import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gunzipSync } from 'node:zlib';

/** What wrapping adds: line ends, indents, and the bars of a frame. */
const blanks = /[\s│|]+/g;

/** A text that must be nowhere, by the name that a failure shows. */
export type Secrets = Readonly<Record<string, string>>;

/** Access tokens and registry tokens, which tests never get to see. */
const tokens: Readonly<Record<string, RegExp>> = {
  'an access token': /ya29\.[\w-]{10,}/,
  'a signed token': /eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/,
};

/** Names of the secrets that a text holds, in whatever form, also where lines were broken in the middle of one. */
export function secretsIn(text: string, secrets: Secrets): readonly string[] {
  const unbroken = text.replaceAll(blanks, '');
  const found = Object.entries(secrets).filter(([, secret]) =>
    forms(secret).some((form) => text.includes(form) || unbroken.includes(form.replaceAll(blanks, ''))),
  );
  const shaped = Object.entries(tokens).filter(([, pattern]) => pattern.test(text) || pattern.test(unbroken));
  return [...found, ...shaped].map(([name]) => name);
}

/**
 * The text itself, as JSON has it once and twice over, as an address has it, in hex, and what base64 makes of it wherever it
 * stands in what is encoded: the groups at both ends depend on what is beside it.
 */
function forms(secret: string): readonly string[] {
  const quoted = JSON.stringify(secret).slice(1, -1);
  const encoded = [0, 1, 2].map((shift) => {
    const text = Buffer.from('x'.repeat(shift) + secret).toString('base64');
    return text.slice(shift === 0 ? 0 : 4, -4);
  });
  return [
    secret,
    quoted,
    JSON.stringify(quoted).slice(1, -1),
    encodeURIComponent(secret),
    Buffer.from(secret).toString('hex'),
    ...encoded,
    ...encoded.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
  ];
}

/** `PATH: SECRET` for each secret that a file below a folder holds. */
export async function secretsBelow(folder: string, secrets: Secrets): Promise<readonly string[]> {
  const hits: string[] = [];
  for (const file of await filesBelow(folder))
    for (const name of secretsIn(await textOf(file), secrets)) hits.push(`${file.slice(folder.length + 1)}: ${name}`);
  return hits;
}

/** What a file holds: packed files are unpacked, and of a database every value is read whole, wherever its pages end. */
async function textOf(file: string): Promise<string> {
  const bytes = await readFile(file);
  if (/\.(gz|tgz)$/.test(file)) return gunzipSync(bytes).toString('latin1');
  const text = bytes.toString('latin1');
  return text.startsWith('SQLite format 3') ? text + rowsOf(file) : text;
}

function rowsOf(file: string): string {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const tables = database.prepare("select name from sqlite_master where type = 'table'").all();
    return tables
      .map(({ name }) => JSON.stringify(database.prepare(`select * from "${String(name)}"`).all()))
      .join('\n');
  } finally {
    database.close();
  }
}

/** Every file below a folder. */
export async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** `MODE PATH` of what others than the owner may read or enter. */
export async function openToOthers(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true });
  const modes = await Promise.all(
    entries.map(async (name) => {
      const mode = (await stat(join(folder, name))).mode & 0o777;
      return (mode & 0o077) === 0 ? [] : [`${mode.toString(8)} ${name}`];
    }),
  );
  return modes.flat();
}
