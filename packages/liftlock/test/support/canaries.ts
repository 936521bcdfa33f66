import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { canaries } from '../../../sandbox/worlds/codemie/secrets.ts';
import type { Scene } from './stage.ts';

/** Everything in the scene that nobody may print or keep, by name. */
export async function secretsOf(scene: Scene, keyFiles: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const secrets = new Map<string, string>(Object.entries(canaries));
  secrets.set('loginPassword', scene.stage.services.password);
  secrets.set('clientSecret', scene.stage.services.clientSecret);
  for (const file of keyFiles) {
    const { private_key: key } = JSON.parse(await readFile(file, 'utf8')) as { readonly private_key: string };
    // A line from the middle: it stands so in the file, in JSON and in whatever quotes a part of it.
    secrets.set(`key material of ${relative(scene.stage.folder, file)}`, key.split('\n')[12] ?? key);
  }
  return secrets;
}

/** Names of the secrets that some bytes hold, plain or in base64. */
export function secretsIn(bytes: string | Uint8Array, secrets: ReadonlyMap<string, string>): readonly string[] {
  const text = typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('latin1');
  return [...secrets].filter(([, secret]) => forms(secret).some((form) => text.includes(form))).map(([name]) => name);
}

/** The text itself and what base64 makes of it, wherever it stands in what is encoded. */
function forms(secret: string): readonly string[] {
  const shifted = [0, 1, 2].map((shift) => {
    const encoded = Buffer.from('x'.repeat(shift) + secret).toString('base64');
    // The first and last group depend on what stands beside the secret.
    return encoded.slice(4, encoded.length - 4);
  });
  return [secret, ...shifted];
}

/** Every file below a folder, by its path there. */
export async function filesBelow(folder: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = new Map<string, Uint8Array>();
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(relative(folder, path), await readFile(path));
  }
  return files;
}
