/** One regular file of a tar archive. */
export interface TarFile {
  readonly path: string;
  readonly content: Buffer;
}

const block = 512;

/**
 * Reads the regular files of a tar archive: ustar with the long names of PAX and GNU tar. Throws for links, devices, paths
 * that lead out of the folder, and archives that are cut off: none of them belongs into a chart.
 */
export function* readTar(archive: Buffer): Generator<TarFile> {
  let offset = 0;
  let longPath: string | undefined;
  while (offset + block <= archive.length) {
    const header = archive.subarray(offset, offset + block);
    if (header.every((byte) => byte === 0)) return;
    checkSum(header);
    const size = octal(header, 124, 12);
    const start = offset + block;
    if (start + size > archive.length) throw new Error('the archive is cut off');
    const content = archive.subarray(start, start + size);
    offset = start + Math.ceil(size / block) * block;
    const type = String.fromCharCode(header[156] ?? 0);
    if (type === 'x') longPath = paxPath(content) ?? longPath;
    else if (type === 'L') longPath = text(content, 0, content.length);
    else if (type === '0' || type === '\0') {
      yield { path: safePath(longPath ?? headerPath(header)), content };
      longPath = undefined;
    } else if (type === '5') longPath = undefined;
    else if (type !== 'g') throw new Error(`the archive holds ${kindOf(type)}, ${longPath ?? headerPath(header)}`);
  }
  if (offset !== archive.length) throw new Error('the archive is cut off');
}

function checkSum(header: Buffer): void {
  let sum = 8 * 32;
  for (const [index, byte] of header.entries()) if (index < 148 || index >= 156) sum += byte;
  if (sum !== octal(header, 148, 8)) throw new Error('it is no tar archive');
}

function headerPath(header: Buffer): string {
  const name = text(header, 0, 100);
  const isUstar = text(header, 257, 5) === 'ustar';
  const prefix = isUstar ? text(header, 345, 155) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** Records are `LENGTH KEY=VALUE\n`, the length in bytes. */
function paxPath(content: Buffer): string | undefined {
  let found: string | undefined;
  let offset = 0;
  while (offset < content.length) {
    const length = Number.parseInt(content.toString('latin1', offset, offset + 20), 10);
    if (!(length > 0)) throw new Error('a header of the archive cannot be read');
    const [, key, value] = /^\d+ ([^=]+)=(.*)\n$/s.exec(content.toString('utf8', offset, offset + length)) ?? [];
    if (key === 'path') found = value;
    offset += length;
  }
  return found;
}

function safePath(path: string): string {
  const clean = path.replace(/^(\.\/)+/, '');
  if (/^([/\\]|[A-Za-z]:)/.test(clean) || clean.split(/[/\\]/).includes('..') || clean.includes('\0')) {
    throw new Error(`the archive holds a path that leads out of it: ${path}`);
  }
  return clean;
}

function kindOf(type: string): string {
  return type === '1' || type === '2' ? 'a link' : `an entry of type ${JSON.stringify(type)}`;
}

function octal(header: Buffer, offset: number, length: number): number {
  const digits = text(header, offset, length).trim();
  if (!/^[0-7]+$/.test(digits)) throw new Error('it is no tar archive');
  return Number.parseInt(digits, 8);
}

function text(buffer: Buffer, offset: number, length: number): string {
  const part = buffer.toString('utf8', offset, offset + length);
  const end = part.indexOf('\0');
  return end === -1 ? part : part.slice(0, end);
}
