import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { exitCodes, Problem } from '../../model/problem.ts';
import type { Layer } from './manifest.ts';

/**
 * Writes a blob to a file of mode 0600, whole or not at all. Throws DIGEST_MISMATCH where the content is not what the
 * digest says; other errors are those of the stream.
 */
export async function storeBlob(body: Readable, file: string, layer: Layer): Promise<void> {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const temporary = `${file}.${randomUUID()}.tmp`;
  // Opened by hand: a write stream that fails early may still make its file after it was removed.
  const target = await open(temporary, 'wx', 0o600);
  try {
    const digest = await copy(body, target, layer);
    if (digest !== layer.digest) throw mismatch(layer, digest);
    await target.sync();
    await target.close();
    renameSync(temporary, file);
  } finally {
    body.destroy();
    await target.close();
    rmSync(temporary, { force: true });
  }
}

async function copy(body: Readable, target: FileHandle, layer: Layer): Promise<string> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > layer.size) throw mismatch(layer, `more than the ${layer.size} bytes that were announced`);
    hash.update(chunk);
    await target.appendFile(chunk);
  }
  return `sha256:${hash.digest('hex')}`;
}

function mismatch(layer: Layer, found: string): Problem {
  return new Problem('DIGEST_MISMATCH', `The registry was asked for ${layer.digest} and sent ${found}.`, {
    advice: ['Try again. If it stays so, a proxy or mirror on the way changes what it passes on: do not use it.'],
    exitCode: exitCodes.blocked,
    details: { digest: layer.digest },
  });
}
