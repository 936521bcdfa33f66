import { isProblem, Problem } from '../../model/problem.ts';

// Primary result codes: https://www.sqlite.org/rescode.html
const busy = new Set([5, 6]);
const unwritable = new Set([3, 8, 10, 13, 14]);
const damaged = new Set([1, 11, 26]);
const fileErrors = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOTDIR', 'EISDIR', 'EEXIST', 'ENOENT']);

/** The Problem that an error of the file system or of SQLite stands for; other errors come back as they are. */
export function journalProblem(error: unknown, file: string): unknown {
  if (isProblem(error) || !(error instanceof Error)) return error;
  const cause = { cause: error, details: { file } };
  if (error instanceof SyntaxError) return damagedProblem(file, cause);
  const { code, errcode } = error as Error & { readonly code?: unknown; readonly errcode?: unknown };
  if (typeof code === 'string' && fileErrors.has(code)) return unwritableProblem(file, error.message, cause);
  if (code !== 'ERR_SQLITE_ERROR' || typeof errcode !== 'number') return error;
  const primary = errcode & 0xff;
  if (unwritable.has(primary)) return unwritableProblem(file, error.message, cause);
  if (damaged.has(primary)) return damagedProblem(file, cause);
  if (busy.has(primary)) {
    return new Problem('JOURNAL_BUSY', `The journal ${file} is held by another process.`, {
      ...cause,
      advice: ['See whether another liftlock works on this site: liftlock status', 'Then try again.'],
    });
  }
  return error;
}

type Cause = { readonly cause: Error; readonly details: { readonly file: string } };

function damagedProblem(file: string, cause: Cause): Problem {
  return new Problem('JOURNAL_DAMAGED', `The journal ${file} is damaged: ${cause.cause.message}.`, {
    ...cause,
    advice: [
      `Keep it, under another name: mv ${file} ${file}.damaged`,
      'A run that was interrupted cannot be resumed without it: look at the releases with liftlock status, then plan again.',
    ],
  });
}

function unwritableProblem(file: string, why: string, cause: Cause): Problem {
  return new Problem('JOURNAL_UNWRITABLE', `The journal ${file} cannot be written: ${why}.`, {
    ...cause,
    advice: ['See that its folder exists, belongs to you and has room.', 'Without a journal nothing is changed.'],
  });
}
