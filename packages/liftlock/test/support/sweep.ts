import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** A text that must be nowhere, by the name that a failure shows. */
export type Secrets = Readonly<Record<string, string>>;

/** Access tokens and registry tokens, which tests never get to see. */
const tokens: Readonly<Record<string, RegExp>> = {
  'an access token': /ya29\.[\w-]{10,}/,
  'a signed token': /eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/,
};

/** Names of the secrets that a text holds, plain or in base64. */
export function secretsIn(text: string, secrets: Secrets): readonly string[] {
  const found = Object.entries(secrets).filter(
    ([, secret]) => text.includes(secret) || text.includes(Buffer.from(secret).toString('base64')),
  );
  const shaped = Object.entries(tokens).filter(([, pattern]) => pattern.test(text));
  return [...found, ...shaped].map(([name]) => name);
}

/** `PATH: SECRET` for each secret that a file below a folder holds; packed files are unpacked first. */
export async function secretsBelow(folder: string, secrets: Secrets): Promise<readonly string[]> {
  const hits: string[] = [];
  for (const file of await filesBelow(folder)) {
    const bytes = await readFile(file);
    const text = file.endsWith('.gz') ? gunzipSync(bytes).toString('latin1') : bytes.toString('latin1');
    for (const name of secretsIn(text, secrets)) hits.push(`${file.slice(folder.length + 1)}: ${name}`);
  }
  return hits;
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
