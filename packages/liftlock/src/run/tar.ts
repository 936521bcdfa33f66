import { createHash } from 'node:crypto';
import { extname } from 'node:path';
import { gzipSync } from 'node:zlib';

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
