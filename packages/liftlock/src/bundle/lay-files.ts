import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { bundleFiles, LoadedBundle, type FileSet } from '../model/bundle.ts';
import { exitCodes, Problem } from '../model/problem.ts';

/** One file that goes into the folder of charts. */
export interface FileToLay {
  readonly from: FileSet;
  readonly path: string;
  /** Its name in the folder. */
  readonly name: string;
  readonly digest: string;
  readonly isProgram?: boolean | undefined;
}

/** Copies files out of a bundle, each whole or not at all, and verifies them on the way once more. */
export async function layFiles(folder: string, files: readonly FileToLay[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const file of files) {
    if (!isName(file.name)) throw misnamed(file);
    const target = join(folder, file.name);
    if (await isThere(target, file.digest)) {
      if (file.isProgram === true) await chmod(target, 0o755);
      continue;
    }
    const part = `${target}.part`;
    try {
      await copy(file, part);
      await chmod(part, file.isProgram === true ? 0o755 : 0o644);
      await rename(part, target);
    } finally {
      await rm(part, { force: true });
    }
  }
}

/** Adds what was loaded to what earlier bundles have left: a folder may hold the charts of several. */
export async function writeReceipt(folder: string, receipt: LoadedBundle): Promise<void> {
  const before = await readReceipt(folder);
  const names = new Set(receipt.charts.map(({ file }) => file));
  const charts = [...(before?.charts ?? []).filter(({ file }) => !names.has(file)), ...receipt.charts];
  const helm = receipt.helm ?? before?.helm;
  const published = [...new Set([...(before?.published ?? []), ...(receipt.published ?? [])])].toSorted();
  const sorted = charts.toSorted((a, b) => (a.file < b.file ? -1 : 1));
  const whole: LoadedBundle = {
    ...receipt,
    charts: sorted,
    ...(helm === undefined ? {} : { helm }),
    ...(published.length === 0 ? {} : { published }),
  };
  const file = join(folder, bundleFiles.loaded);
  await writeFile(`${file}.part`, `${JSON.stringify(whole, undefined, 2)}\n`);
  await rename(`${file}.part`, file);
}

/** Undefined where nothing was loaded into the folder, or by something else. */
async function readReceipt(folder: string): Promise<LoadedBundle | undefined> {
  const file = join(folder, bundleFiles.loaded);
  if (!existsSync(file)) return undefined;
  try {
    return LoadedBundle.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return undefined;
  }
}

/** Names come from charts, and charts from elsewhere: none leads out of the folder. */
function isName(name: string): boolean {
  return basename(name) === name && !['', '.', '..'].includes(name) && !name.includes('\0');
}

function misnamed({ from, path, name }: FileToLay): Problem {
  return new Problem('BUNDLE_ALTERED', `${from.place}: ${path} says that it is called ${JSON.stringify(name)}.`, {
    advice: ['Ask who made it: a chart has no slash in its name or version.'],
    exitCode: exitCodes.blocked,
  });
}

async function isThere(file: string, digest: string): Promise<boolean> {
  if (!existsSync(file)) return false;
  return (
    `sha256:${createHash('sha256')
      .update(await readFile(file))
      .digest('hex')}` === digest
  );
}

async function copy({ from, path, digest }: FileToLay, part: string): Promise<void> {
  const hash = createHash('sha256');
  const target = await open(part, 'w', 0o644);
  try {
    for await (const chunk of from.read(path)) {
      hash.update(chunk);
      await target.appendFile(chunk);
    }
    await target.sync();
  } finally {
    await target.close();
  }
  if (`sha256:${hash.digest('hex')}` === digest) return;
  throw new Problem('BUNDLE_ALTERED', `${from.place}: ${path} was changed while it was read.`, {
    advice: ['Load it again from a disk that nobody writes to.'],
    exitCode: exitCodes.blocked,
  });
}
