import { createHash } from 'node:crypto';
import { extname } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

export interface TarFile {
  /** One that a header does not hold is shortened, so that it stays unlike every other. */
  readonly name: string;
  readonly text: string;
}

const block = 512;

/** A gzipped ustar archive of small text files: enough for a support bundle, readable by every tar. */
export function packTarGz(files: readonly TarFile[], modified: Date): Buffer {
  const parts = files.flatMap((file) => {
    const body = Buffer.from(file.text);
    const padding = Buffer.alloc((block - (body.length % block)) % block);
    return [header(file.name, body.length, modified), body, padding];
  });
  return gzipSync(Buffer.concat([...parts, Buffer.alloc(2 * block)]));
}

/** Bytes of a name in a header, without its closing zero. */
const longest = 99;

function fitting(name: string): string {
  if (name.length <= longest) return name;
  const end = `~${createHash('sha256').update(name).digest('hex').slice(0, 12)}${extname(name).slice(0, 10)}`;
  return name.slice(0, longest - end.length) + end;
}

function header(name: string, size: number, modified: Date): Buffer {
  const bytes = Buffer.alloc(block);
  const put = (text: string, offset: number) => bytes.write(text, offset, 'latin1');
  const octal = (value: number, digits: number) => value.toString(8).padStart(digits, '0');
  put(fitting(name), 0);
  put(`${octal(0o600, 7)}\0`, 100);
  put(`${octal(0, 7)}\0`, 108);
  put(`${octal(0, 7)}\0`, 116);
  put(`${octal(size, 11)}\0`, 124);
  put(`${octal(Math.floor(modified.getTime() / 1000), 11)}\0`, 136);
  put(' '.repeat(8), 148);
  put('0', 156);
  put('ustar\0', 257);
  put('00', 263);
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  put(`${octal(sum, 6)}\0 `, 148);
  return bytes;
}

/** Bytes of an unpacked archive at most, and its files: a bundle of thousands of pods has a tenth of it. */
const largest = 256 * 1024 * 1024;
const mostFiles = 50_000;

/**
 * The files of an archive that packTarGz has made, wherever it has been since. Nothing is written anywhere.
 * @throws Error with the reason in its message: cut off, too large, links, paths that lead out of it, files twice
 */
export function unpackTarGz(archive: Uint8Array): readonly TarFile[] {
  const bytes = gunzipSync(archive, { maxOutputLength: largest });
  const files = new Map<string, string>();
  let offset = 0;
  for (;;) {
    if (offset + block > bytes.length) throw new Error('it is cut off');
    const head = bytes.subarray(offset, offset + block);
    if (head.every((byte) => byte === 0)) break;
    const { name, size } = readHeader(head);
    const start = offset + block;
    if (start + size > bytes.length) throw new Error('it is cut off');
    if (files.has(name)) throw new Error(`it holds ${JSON.stringify(name)} twice`);
    if (files.size >= mostFiles) throw new Error(`it holds more than ${mostFiles} files`);
    files.set(name, bytes.toString('utf8', start, start + size));
    offset = start + Math.ceil(size / block) * block;
  }
  return [...files].map(([name, text]) => ({ name, text }));
}

function readHeader(head: Buffer): { readonly name: string; readonly size: number } {
  const sum = head.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0);
  if (readOctal(head, 148, 8) !== sum) throw new Error('it is damaged, or no tar archive');
  const name = head.toString('latin1', 0, 100).split('\0')[0] ?? '';
  const type = String.fromCharCode(head[156] ?? 0);
  if (type !== '0' && type !== '\0') throw new Error(`it holds ${JSON.stringify(name)}, which is no file`);
  const isOutside = name === '' || /^([/\\]|[A-Za-z]:)/.test(name) || name.split(/[/\\]/).includes('..');
  if (isOutside) throw new Error(`it holds a path that leads out of it: ${JSON.stringify(name)}`);
  return { name, size: readOctal(head, 124, 12) };
}

function readOctal(head: Buffer, offset: number, length: number): number {
  const digits = (head.toString('latin1', offset, offset + length).split('\0')[0] ?? '').trim();
  if (!/^[0-7]{1,11}$/.test(digits)) throw new Error('it is damaged, or no tar archive');
  return Number.parseInt(digits, 8);
}
