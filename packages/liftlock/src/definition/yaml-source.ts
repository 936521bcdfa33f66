import type { z } from 'zod';
import { isJsonObject } from '../model/json.ts';
import { Platform } from '../model/platform.ts';
import { Site } from '../model/site.ts';
import { platformFaults } from './check-platform.ts';
import type { Fault } from './fault.ts';
import { siteFaults } from './check-site.ts';
import { badDefinition, type Path } from './mistake.ts';
import { findPlaceholders } from './placeholders.ts';
import { shapeMistakes } from './shape.ts';
import { wildTexts } from './wild-texts.ts';
import { readYaml, type YamlPlace, type YamlText } from './yaml-text.ts';

export interface PlatformChecks {
  /** Finding codes that exist: troubleshooting entries for others are mistakes. Not checked where absent. */
  readonly findingCodes?: readonly string[] | undefined;
}

function parse<T extends z.ZodType>(
  schema: T,
  text: string,
  file: string,
  check: (value: z.infer<T>) => readonly Fault[],
): z.infer<T> {
  const yaml = readYaml(text, file);
  const wild = wildTexts(yaml.data);
  if (wild.length > 0)
    throw badDefinition(
      file,
      wild.map(({ path, message, isKey }) => ({ ...placeOf(yaml, path, isKey), path, message })),
    );
  const result = schema.safeParse(yaml.data);
  if (!result.success) throw badDefinition(file, shapeMistakes(schema, yaml, result.error.issues));
  const faults = check(result.data);
  if (faults.length === 0) return result.data;
  throw badDefinition(
    file,
    faults.map(({ path, message, isKey }) => ({ ...placeOf(yaml, path, isKey), path, message })),
  );
}

function placeOf(yaml: YamlText, path: Path, isKey: boolean | undefined): YamlPlace {
  const last = path.at(-1);
  return isKey === true && typeof last === 'string' ? yaml.placeOfKey(path.slice(0, -1), last) : yaml.placeOf(path);
}

/**
 * Reads a platform definition.
 * @param file named in mistakes; not read
 * @throws BAD_DEFINITION (exit 2) that lists all mistakes with their places
 */
export function parsePlatform(text: string, file: string, checks: PlatformChecks = {}): Platform {
  return parse(Platform, text, file, (platform) => platformFaults(platform, checks.findingCodes));
}

/**
 * Reads a site file.
 * @param platform where given, the names that the site uses (options, components, checks, affirmations) must be its
 * @throws BAD_DEFINITION (exit 2) that lists all mistakes with their places
 */
export function parseSite(text: string, file: string, platform?: Platform): Site {
  const left = findPlaceholders(text, file).map(({ name, place }) => ({
    line: place.line ?? 1,
    column: place.column ?? 1,
    path: [],
    message: `${name} is a placeholder of the guide: put the real value there`,
  }));
  if (left.length > 0) throw badDefinition(file, left);
  return parse(Site, text, file, (site) => siteFaults(site, platform));
}

/** The `kind` that a definition states, or undefined. Throws BAD_DEFINITION for text that is no YAML. */
export function kindOf(text: string, file: string): string | undefined {
  const { data } = readYaml(text, file);
  const kind = isJsonObject(data) ? data['kind'] : undefined;
  return typeof kind === 'string' ? kind : undefined;
}
