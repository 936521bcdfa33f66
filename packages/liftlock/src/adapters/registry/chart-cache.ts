import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { exitCodes, Problem } from '../../model/problem.ts';

/** The hexadecimal digits of a sha256 digest: names of files are made of them. Throws DIGEST_BAD (exit 2). */
export function hexOf(digest: string): string {
  const hex = /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1];
  if (hex !== undefined) return hex;
  throw new Problem('DIGEST_BAD', `"${digest.slice(0, 100)}" is no sha256 digest.`, {
    advice: ['Plan again; a saved plan may have been edited.'],
    exitCode: exitCodes.usage,
  });
}

/** Writes a file of mode 0600, whole or not at all. */
export function keep(file: string, content: string | Uint8Array): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, content, { mode: 0o600 });
    chmodSync(temporary, 0o600);
    renameSync(temporary, file);
  } finally {
    rmSync(temporary, { force: true });
  }
}
