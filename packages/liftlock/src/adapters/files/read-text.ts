import { createReadStream } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { type ExitCode, Problem } from '../../model/problem.ts';

/** What `readText` says when it cannot read. */
export interface ReadProblem {
  readonly code: string;
  /** `the site file`, as a sentence names it. */
  readonly what: string;
  readonly exitCode: ExitCode;
  readonly advice?: readonly string[] | undefined;
}

const reasons: Record<string, string> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist: a part of its path is a file',
  EISDIR: 'is a folder',
  EACCES: 'may not be read by this user',
};

/** The error's code as Node gives it, for example ENOENT. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** Bytes of a definition, a site file or a file of values: what helm keeps of all of them has a mebibyte. */
const mostBytes = 16 * 1024 * 1024;

/** A device has no size that could be asked for beforehand. */
async function readUpTo(file: string, most: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of createReadStream(file, { end: most - 1 }) as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** A text file in UTF-8. Throws the Problem that the caller names. */
export async function readText(file: string, problem: ReadProblem): Promise<string> {
  const fail = (reason: string, cause: unknown): Problem =>
    new Problem(problem.code, `${problem.what} ${file} ${reason}.`, {
      exitCode: problem.exitCode,
      advice: problem.advice,
      at: { file },
      cause,
    });
  let bytes: Uint8Array;
  try {
    bytes = await readUpTo(file, mostBytes + 1);
  } catch (error) {
    throw fail(reasons[errorCode(error)] ?? `cannot be read (${errorCode(error)})`, error);
  }
  if (bytes.length > mostBytes) throw fail(`has more than ${mostBytes / 1024 / 1024} MiB`, undefined);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw fail('is not text in UTF-8', error);
  }
}

/** An absolute path: `~` is the home folder, anything relative counts from `folder`. */
export function resolvePath(folder: string, written: string): string {
  if (written === '~') return homedir();
  return path.resolve(folder, written.startsWith('~/') ? path.join(homedir(), written.slice(2)) : written);
}
