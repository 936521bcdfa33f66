import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { create, Header, Pax } from 'tar';
import type { FileSet } from '../../model/bundle.ts';
import { exitCodes, Problem } from '../../model/problem.ts';

const block = 512;
/** Bytes of a header that only makes a name longer. */
const longestName = 1024 * 1024;
/** Entries that are looked at, at most: no bundle has a hundredth of it. */
const mostEntries = 200_000;

interface Walk {
  readonly outer: FileSet;
  readonly path: string;
  readonly end: number;
}

/**
 * A tar archive that lies in another set of files: its headers are read, its content stays where it is.
 * @throws Problem BUNDLE_UNREADABLE for an archive that is cut off, no tar, or holds paths that lead out of it
 */
export async function openTar(outer: FileSet, path: string): Promise<FileSet> {
  const end = outer.files.get(path) ?? 0;
  const place = path === '' ? outer.place : `${outer.place}/${path}`;
  const places = new Map<string, { readonly start: number; readonly size: number }>();
  const links = new Map<string, string>();
  try {
    for await (const { header, start } of headers({ outer, path, end })) {
      const name = safePath(header.path ?? '');
      const size = header.size ?? 0;
      if (header.type === 'File' || header.type === 'OldFile' || header.type === 'ContiguousFile') {
        if (places.has(name) || links.has(name)) throw new Error(`it holds ${name} twice`);
        places.set(name, { start, size });
      } else if (header.type === 'SymbolicLink' || header.type === 'Link') links.set(name, header.linkpath ?? '');
      else if (header.type !== 'Directory') throw new Error(`it holds ${name}, which is neither file nor folder`);
    }
  } catch (error) {
    throw unreadable(place, error instanceof Error ? error.message : 'unknown error', error);
  }
  return {
    place,
    files: new Map([...places].map(([name, { size }]) => [name, size])),
    links,
    read: (name, start = 0, until = Infinity) => {
      const found = places.get(name);
      if (found === undefined) throw new Error(`${place} has no ${name}`);
      return outer.read(path, found.start + start, found.start + Math.min(found.size, until));
    },
  };
}

/** Every entry with the byte at which its content begins. */
async function* headers(walk: Walk): AsyncGenerator<{ readonly header: Header; readonly start: number }> {
  let offset = 0;
  let extended: Partial<Pax> | undefined;
  let global: Pax | undefined;
  for (let count = 0; count < mostEntries; count += 1) {
    if (offset + block > walk.end) throw new Error('it is cut off');
    const header = new Header(await readBytes(walk, offset, block), 0, extended, global);
    if (header.nullBlock) {
      if (offset === 0) throw new Error('it is empty, or no tar archive');
      return;
    }
    if (!header.cksumValid) throw new Error(offset === 0 ? 'it is no tar archive' : 'it is damaged');
    const size = header.size ?? 0;
    const start = offset + block;
    if (start + size > walk.end) throw new Error('it is cut off');
    offset = start + Math.ceil(size / block) * block;
    const isMeta = metaTypes.has(header.type);
    if (isMeta && size > longestName) throw new Error('one of its headers is too long');
    const text = isMeta ? (await readBytes(walk, start, size)).toString('utf8') : '';
    if (header.type === 'ExtendedHeader') extended = Pax.parse(text, extended ?? {}, false);
    else if (header.type === 'GlobalExtendedHeader') global = Pax.parse(text, global ?? {}, true);
    else if (header.type === 'NextFileHasLongPath') extended = { ...extended, path: text.replace(/\0.*$/s, '') };
    else if (header.type === 'NextFileHasLongLinkpath') {
      extended = { ...extended, linkpath: text.replace(/\0.*$/s, '') };
    } else {
      yield { header, start };
      extended = undefined;
    }
  }
  throw new Error(`it holds more than ${mostEntries} entries`);
}

const metaTypes: ReadonlySet<string> = new Set([
  'ExtendedHeader',
  'GlobalExtendedHeader',
  'NextFileHasLongPath',
  'NextFileHasLongLinkpath',
]);

async function readBytes({ outer, path }: Walk, start: number, size: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of outer.read(path, start, start + size)) chunks.push(chunk);
  const whole = Buffer.concat(chunks);
  if (whole.length !== size) throw new Error('it is cut off');
  return whole;
}

/** Nothing is ever written under these names; a path that leads out of the archive is refused all the same. */
function safePath(path: string): string {
  const clean = path.replace(/^(\.\/)+/, '').replace(/\/+$/, '');
  if (/^([/\\]|[A-Za-z]:)/.test(clean) || clean.split(/[/\\]/).includes('..') || clean.includes('\0'))
    throw new Error(`it holds a path that leads out of it: ${JSON.stringify(path)}`);
  return clean;
}

function unreadable(place: string, why: string, cause: unknown): Problem {
  return new Problem('BUNDLE_UNREADABLE', `${place} cannot be used: ${why}.`, {
    advice: ['Copy it again from where it was made, and compare its checksum there and here.'],
    exitCode: exitCodes.blocked,
    details: { place },
    cause,
  });
}

/** Packs files so that the bytes depend on names and content alone: no times, no owners, in the order of their names. */
export async function packTar(folder: string, paths: readonly string[], file: string): Promise<void> {
  const sorted = paths.toSorted();
  // Modes are part of a tar archive, and whoever runs this has a umask.
  for (const path of sorted) await chmod(join(folder, path), path.startsWith('helm/') ? 0o755 : 0o644);
  await create({ cwd: folder, file, portable: true, mtime: new Date(0), noDirRecurse: true }, [...sorted]);
}
