import { createHash, type Hash } from 'node:crypto';
import { createReadStream, existsSync, statSync } from 'node:fs';
import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Blob } from '../model/bundle.ts';
import { exitCodes, Problem } from '../model/problem.ts';

/** Where an image layout keeps a blob. */
export function blobPath(digest: string): string {
  return `blobs/sha256/${digest.slice('sha256:'.length)}`;
}

/** From which byte on a source really sends. */
export interface BlobSource {
  readonly start: number;
  readonly body: AsyncIterable<Uint8Array>;
}

/** The blobs of one image layout: content under its own digest, whole or not at all. */
export interface BlobFolder {
  has(blob: Blob): boolean;
  /** Keeps small content and returns what it is. */
  put(content: Buffer, digest: string): Promise<void>;
  /**
   * Fetches a blob and verifies it. What an earlier attempt has left is kept: `open` is asked for the rest. Throws
   * DIGEST_MISMATCH where the content is not what the digest says; other errors are those of the source.
   */
  fetch(blob: Blob, subject: string, open: (start: number) => Promise<BlobSource>): Promise<void>;
}

export function openBlobFolder(folder: string): BlobFolder {
  const fileOf = (digest: string) => join(folder, blobPath(digest));

  return {
    has: ({ digest, size }) => existsSync(fileOf(digest)) && statSync(fileOf(digest)).size === size,
    async put(content, digest) {
      const file = fileOf(digest);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(`${file}.part`, content);
      await rename(`${file}.part`, file);
    },
    async fetch(blob, subject, source) {
      const file = fileOf(blob.digest);
      await mkdir(dirname(file), { recursive: true });
      const part = `${file}.part`;
      const begun = await hashOf(part, blob.size);
      const { start, body } = await source(begun.size);
      const hash = start === begun.size ? begun.hash : createHash('sha256');
      await append(part, start, body, hash, blob, subject);
      const found = `sha256:${hash.digest('hex')}`;
      if (found !== blob.digest) {
        await rm(part, { force: true });
        throw mismatch(subject, found);
      }
      await rename(part, file);
    },
  };
}

/** What an interrupted attempt has left; one that is too long is none. */
async function hashOf(part: string, most: number): Promise<{ readonly hash: Hash; readonly size: number }> {
  const hash = createHash('sha256');
  const size = existsSync(part) ? statSync(part).size : 0;
  if (size === 0 || size >= most) return { hash: createHash('sha256'), size: 0 };
  for await (const chunk of createReadStream(part) as AsyncIterable<Uint8Array>) hash.update(chunk);
  return { hash, size };
}

async function append(
  part: string,
  start: number,
  body: AsyncIterable<Uint8Array>,
  hash: Hash,
  blob: Blob,
  subject: string,
): Promise<void> {
  const target = await open(part, start === 0 ? 'w' : 'a');
  let size = start;
  try {
    for await (const chunk of body) {
      size += chunk.length;
      if (size > blob.size) throw mismatch(subject, `more than the ${blob.size} bytes that were announced`);
      hash.update(chunk);
      await target.appendFile(chunk);
    }
    await target.sync();
  } finally {
    await target.close();
  }
}

function mismatch(subject: string, found: string): Problem {
  return new Problem('DIGEST_MISMATCH', `${subject}: what was sent is ${found}.`, {
    advice: ['Try again. If it stays so, a proxy or mirror on the way changes what it passes on: do not use it.'],
    exitCode: exitCodes.blocked,
    details: { subject },
  });
}
