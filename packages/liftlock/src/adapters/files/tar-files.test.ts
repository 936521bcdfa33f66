import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Header } from 'tar';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeFile } from 'node:fs/promises';
import type { Problem } from '../../model/problem.ts';
import { makeArchives } from './archives.ts';

const archives = makeArchives();
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'liftlock-tar-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Entry {
  readonly path: string;
  readonly text?: string;
  readonly type?: 'File' | 'SymbolicLink' | 'Directory' | 'FIFO';
  readonly linkpath?: string;
}

function tarOf(entries: readonly Entry[]): Buffer {
  const parts = entries.flatMap(({ path, text = '', type = 'File', linkpath }) => {
    const body = Buffer.from(text);
    const header = new Header({
      path,
      size: body.length,
      type,
      mode: 0o644,
      mtime: new Date(0),
      ...(linkpath === undefined ? {} : { linkpath }),
    });
    const block = Buffer.alloc(512);
    header.encode(block, 0);
    return [block, body, Buffer.alloc((512 - (body.length % 512)) % 512)];
  });
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}

async function open(content: Buffer) {
  await writeFile(join(folder, 'a.tar'), content);
  return archives.openTar(await archives.open(join(folder, 'a.tar')), 'a.tar');
}

async function refusal(content: Buffer): Promise<string> {
  return open(content).then(
    () => 'opened',
    (error: unknown) => `${(error as Problem).code}: ${(error as Problem).message}`,
  );
}

test('files are read in parts, from where they lie; a tar in a tar too', async () => {
  const inner = tarOf([{ path: 'deep/file', text: 'something' }]);
  const outer = await open(
    tarOf([
      { path: './a', text: 'one' },
      { path: 'd', type: 'Directory' },
      { path: 'in.tar', text: inner.toString('latin1') },
    ]),
  );
  expect([...outer.files]).toEqual([
    ['a', 3],
    ['in.tar', inner.length],
  ]);
  const nested = await archives.openTar(outer, 'in.tar');
  const read: Uint8Array[] = [];
  for await (const chunk of nested.read('deep/file', 4, 7)) read.push(chunk);
  expect(Buffer.concat(read).toString()).toBe('thi');
});

test('paths that lead out, special files and doubles are refused by name', async () => {
  for (const path of ['../a', '/etc/passwd', 'a/../../b', String.raw`a\..\..\b`, 'C:a'])
    expect(await refusal(tarOf([{ path, text: 'x' }]))).toContain('BUNDLE_UNREADABLE');
  expect(await refusal(tarOf([{ path: 'pipe', type: 'FIFO' }]))).toContain('neither file nor folder');
  expect(await refusal(tarOf([{ path: 'a' }, { path: './a' }]))).toContain('it holds a twice');
  expect((await open(tarOf([{ path: 'a', type: 'SymbolicLink', linkpath: '/etc' }]))).links.get('a')).toBe('/etc');
});

test('what is no tar, empty, or cut off anywhere is refused', async () => {
  const whole = tarOf([
    { path: 'a', text: 'x'.repeat(700) },
    { path: 'b', text: 'y' },
  ]);
  expect(await refusal(Buffer.from('x'.repeat(2000)))).toContain('no tar archive');
  expect(await refusal(Buffer.alloc(0))).toContain('cut off');
  expect(await refusal(Buffer.alloc(1024))).toContain('empty');
  for (let length = 0; length < whole.length - 1024; length += 101)
    expect(await refusal(whole.subarray(0, length))).toContain('BUNDLE_UNREADABLE');
});
