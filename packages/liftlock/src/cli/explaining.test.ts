import { expect, test } from 'vitest';
import { isProblem } from '../model/problem.ts';
import { explainCode } from './explaining.ts';

async function adviceFor(code: string): Promise<readonly string[]> {
  const error: unknown = await explainCode(code, 'text', { width: 80, color: false }).catch(
    (reason: unknown) => reason,
  );
  if (!isProblem(error)) throw new Error('expected a Problem', { cause: error });
  expect(error.code).toBe('UNKNOWN_CODE');
  return error.advice;
}

test('a code that may be that of a problem is told apart from findings; a slip is still corrected', async () => {
  const ofProblems = 'A problem says where it is printed what to do: explain knows findings.';
  expect(await adviceFor('REPLICA_DIFFERS')).toEqual([ofProblems, 'liftlock explain lists them all.']);
  expect(await adviceFor('KEY_EXPIRNG')).toEqual([ofProblems, 'liftlock explain KEY_EXPIRING']);
  expect(await adviceFor('key-expirng')).toEqual(['liftlock explain KEY_EXPIRING']);
});
