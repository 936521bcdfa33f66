import { execFileSync } from 'node:child_process';
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { packTarGz, unpackTarGz } from './tar.ts';

test('C35: files with long names that begin alike are all in the archive', () => {
  const pod = `logs/${'a-long-name-of-a-release-'.repeat(5)}5d8f`;
  const names = [`${pod}-abcde.main.txt`, `${pod}-fghij.main.txt`, 'support.txt'];
  const archive = packTarGz(
    names.map((name) => ({ name, text: `text of ${name}` })),
    new Date(0),
  );
  const listed = execFileSync('tar', ['-tzf', '-'], { input: archive }).toString().trim().split('\n');
  expect(new Set(listed).size).toBe(3);
  expect(listed.every((name) => name.length < 100 && name.endsWith('.txt'))).toBe(true);
  for (const [index, name] of listed.entries()) {
    const text = execFileSync('tar', ['-xzOf', '-', name], { input: archive }).toString();
    expect(text).toBe(`text of ${names[index] ?? ''}`);
  }
});

const archive = (name: string, text = 'text') => gunzipSync(packTarGz([{ name, text }], new Date(0)));

/** The same archive with some bytes of its first header changed, and the header's sum made right again. */
function changed(change: (header: Buffer) => void): Buffer {
  const bytes = Buffer.from(archive('file.txt'));
  const header = bytes.subarray(0, 512);
  change(header);
  header.write(' '.repeat(8), 148, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return gzipSync(bytes);
}

test('O23: what was packed is unpacked as it was', () => {
  const files = [
    { name: 'a/empty.txt', text: '' },
    { name: 'b.txt', text: 'ä\n'.repeat(600) },
  ];
  expect(unpackTarGz(packTarGz(files, new Date(0)))).toEqual(files);
});

test.each([
  ['no gzip', Buffer.from('hello'), /incorrect header check/],
  ['cut off', gzipSync(archive('a.txt').subarray(0, 700)), 'it is cut off'],
  ['no end', gzipSync(archive('a.txt').subarray(0, 1024)), 'it is cut off'],
  ['no tar', gzipSync(Buffer.alloc(1024, 7)), 'no tar archive'],
  ['a file twice', gzipSync(Buffer.concat([archive('a').subarray(0, 1024), archive('a')])), 'it holds "a" twice'],
  ['a path that leads out', gzipSync(archive('a/../../b')), 'leads out of it'],
  ['an absolute path', gzipSync(archive('/etc/passwd')), 'leads out of it'],
  ['no name', gzipSync(archive('')), 'leads out of it'],
  ['a link', changed((header) => header.write('2', 156, 'latin1')), 'which is no file'],
  ['a size beyond its end', changed((header) => header.write('77777777777', 124, 'latin1')), 'it is cut off'],
  ['a size that is none', changed((header) => header.write('-1         ', 124, 'latin1')), 'no tar archive'],
  ['far more than it looks', gzipSync(Buffer.alloc(257 * 1024 * 1024)), /larger than/],
])('O23: an archive with %s is refused', (_what, bytes, message) => {
  expect(() => unpackTarGz(bytes)).toThrow(message);
});
