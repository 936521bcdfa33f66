import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { kindOf, nearestWord, parsePlatform, parseSite } from '../../definition/index.ts';
import { counted } from '../../model/counted.ts';
import { digestOf } from '../../model/digest.ts';
import type { Platform } from '../../model/platform.ts';
import { exitCodes, Problem } from '../../model/problem.ts';
import type { Site } from '../../model/site.ts';
import { errorCode, readText, resolvePath } from './read-text.ts';
import { isPath, withAbsoluteInputs, withAbsolutePaths } from './site-paths.ts';

export interface PlatformEntry {
  readonly name: string;
  readonly title: string;
  readonly file: string;
}

export interface LoadedPlatform {
  readonly platform: Platform;
  /** Of the file's bytes. */
  readonly digest: string;
  readonly file: string;
}

export interface LoadedSite {
  /** All paths absolute. */
  readonly site: Site;
  readonly digest: string;
  readonly file: string;
}

/** Where the definitions lie that come with liftlock. The one place that knows how far away they are. */
export function platformsFolder(): string {
  const inPackage = fileURLToPath(new URL('../../../platforms/', import.meta.url));
  return existsSync(inPackage) ? inPackage : fileURLToPath(new URL('../../../../../platforms/', import.meta.url));
}

async function definitionNames(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  });
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .toSorted();
}

async function definitionFile(nameOrFile: string, folder: string): Promise<string> {
  if (isPath(nameOrFile)) {
    const file = resolvePath(process.cwd(), nameOrFile);
    return /\.ya?ml$/.test(file) ? file : path.join(file, 'platform.yaml');
  }
  const names = await definitionNames(folder);
  if (names.includes(nameOrFile)) return path.join(folder, nameOrFile, 'platform.yaml');
  const near = nearestWord(nameOrFile, names);
  throw new Problem('UNKNOWN_PLATFORM', `There is no platform "${nameOrFile}".`, {
    exitCode: exitCodes.usage,
    advice: [
      ...(near === undefined ? [] : [`Did you mean "${near}"?`]),
      `Known: ${names.join(', ')}. A path such as ./my-platform/platform.yaml names any other definition.`,
    ],
  });
}

function readDefinition(file: string, what: string): Promise<string> {
  return readText(file, {
    code: 'FILE_UNREADABLE',
    what,
    exitCode: exitCodes.usage,
    advice: ['Check the path; a relative one counts from the present folder.'],
  });
}

/**
 * Loads one platform definition.
 * @param nameOrFile a name of the catalogue, or a path (with a slash, or ending in .yaml) of a definition or its folder
 * @param folder the catalogue: one folder a platform, each with a platform.yaml
 * @throws UNKNOWN_PLATFORM with the nearest name, FILE_UNREADABLE, BAD_DEFINITION; exit 2
 */
export async function loadPlatform(nameOrFile: string, folder: string = platformsFolder()): Promise<LoadedPlatform> {
  const file = await definitionFile(nameOrFile, folder);
  const text = await readDefinition(file, 'The platform definition');
  return { platform: parsePlatform(text, file), digest: digestOf(text), file };
}

/** The definitions that come with liftlock, by name. Throws BAD_DEFINITION for a broken one. */
export async function listPlatforms(folder: string = platformsFolder()): Promise<PlatformEntry[]> {
  const names = await definitionNames(folder);
  const loaded = await Promise.all(names.map((name) => loadPlatform(name, folder)));
  return loaded.map(({ platform: { metadata }, file }) => ({ name: metadata.name, title: metadata.title, file }));
}

/**
 * Loads a site file and checks the names that it uses against its platform.
 * @throws FILE_UNREADABLE, UNKNOWN_PLATFORM, BAD_DEFINITION; exit 2
 */
export async function loadSite(written: string, folder: string = platformsFolder()): Promise<LoadedSite> {
  const file = resolvePath(process.cwd(), written);
  const text = await readDefinition(file, 'The site file');
  const site = withAbsolutePaths(parseSite(text, file), path.dirname(file));
  // Again with the platform, so that wrong names are found with their places.
  const { platform } = await loadPlatform(site.platform, folder);
  parseSite(text, file, platform);
  return { site: withAbsoluteInputs(site, platform, path.dirname(file)), digest: digestOf(text), file };
}

/**
 * Reads a definition or a site file whole, and says what it is.
 * @param nameOrFile as loadPlatform takes it, or the path of a site file
 * @returns for example `platform codemie, 5 components, no mistakes`
 * @throws as loadPlatform and loadSite
 */
export async function validateFile(
  nameOrFile: string,
  findingCodes?: readonly string[],
  folder: string = platformsFolder(),
): Promise<string> {
  const file = await definitionFile(nameOrFile, folder);
  const text = await readDefinition(file, 'The definition');
  if (kindOf(text, file) === 'Site') {
    const { site } = await loadSite(file, folder);
    return `site ${site.metadata.name} of the platform ${site.platform}, no mistakes`;
  }
  const { metadata, components } = parsePlatform(text, file, findingCodes === undefined ? {} : { findingCodes });
  return `platform ${metadata.name}, ${counted(components.length, 'component')}, no mistakes`;
}

export { checkCheckout, hasValuesFile, loadValuesFile } from './checkout.ts';
