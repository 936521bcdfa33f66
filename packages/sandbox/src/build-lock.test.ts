import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { withBuildLock } from './build-lock.ts';
import { markOf } from './processes.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'build-lock-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

it('lets one in after the other', async () => {
  const lock = join(folder, 'lock');
  const order: string[] = [];
  const waits: number[] = [];
  const enter = (name: string): Promise<void> =>
    withBuildLock(
      lock,
      (pid) => waits.push(pid),
      async () => {
        order.push(`${name} in`);
        await new Promise((resolve) => setTimeout(resolve, 20));
        order.push(`${name} out`);
      },
    );
  await Promise.all([enter('one'), enter('two')]);
  expect(order).toEqual(['one in', 'one out', 'two in', 'two out']);
  expect(waits).toEqual([process.pid]);
  expect(existsSync(lock)).toBe(false);
});

it.each([
  ['of a dead process', JSON.stringify({ pid: 2 ** 22 - 1, began: '1' })],
  ['of a process id that was given away again', JSON.stringify({ ...markOf(process.pid), began: 'before' })],
  ['that nobody can read', 'not json'],
])('takes over a lock %s', async (_, content) => {
  const lock = join(folder, 'lock');
  writeFileSync(lock, content);
  expect(
    await withBuildLock(
      lock,
      () => undefined,
      async () => 'done',
    ),
  ).toBe('done');
});
