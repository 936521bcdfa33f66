import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Tells this program from another build of it: its version, and where it runs from source when the newest of its files was
 * changed. What one build foresaw must not be taken for what another would.
 *
 * @param version of the package
 */
export async function programIdentity(version: string): Promise<string> {
  const here = fileURLToPath(import.meta.url);
  if (extname(here) !== '.ts') return `${version} ${(await stat(here)).mtimeMs}`;
  const source = fileURLToPath(new URL('../../', import.meta.url));
  const files = await readdir(source, { recursive: true });
  const times = await Promise.all(
    files.filter((name) => name.endsWith('.ts')).map(async (name) => (await stat(join(source, name))).mtimeMs),
  );
  return `${version} ${times.reduce((newest, time) => Math.max(newest, time), 0)}`;
}
