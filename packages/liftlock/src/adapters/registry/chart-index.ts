import { parseDocument } from 'yaml';
import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import { exitCodes, Problem } from '../../model/problem.ts';
import { compareVersions, isPreRelease } from '../../model/version.ts';
import { yamlData } from '../../model/yaml-data.ts';

/** One version of a chart in an index. */
export interface IndexEntry {
  readonly version: string;
  /** Hex sha256 of the archive; an old repository may leave it out. */
  readonly digest?: string | undefined;
  readonly urls: readonly string[];
}

/** What an index.yaml says of one chart. */
export interface ChartEntries {
  readonly generated?: string | undefined;
  /** The newest first. */
  readonly entries: readonly IndexEntry[];
}

/**
 * Reads one chart's entries of an index.yaml (https://helm.sh/docs/topics/chart_repository/). Entries that helm would skip,
 * those without version or address, are left out. Throws INDEX_BAD where it is no index.
 */
export function readIndex(text: string, chart: string, repository: string): ChartEntries {
  const index = parseIndex(text, repository);
  const all = index['entries'];
  const found = isJsonObject(all) && Object.hasOwn(all, chart) ? all[chart] : undefined;
  const entries = (Array.isArray(found) ? (found as readonly Json[]) : []).flatMap(entryOf);
  const generated = index['generated'];
  return {
    ...(typeof generated === 'string' ? { generated } : {}),
    entries: entries.toSorted((a, b) => compareVersions(b.version, a.version)),
  };
}

/** The newest version that is no pre-release: what helm takes where nobody names one. */
export function newestStable(entries: readonly IndexEntry[]): string | undefined {
  return entries.find(({ version }) => !isPreRelease(version))?.version;
}

/** The largest public index has some 60,000 entries of 20 values. */
const limits = { levels: 30, values: 5_000_000, aliases: 100 };

function parseIndex(text: string, repository: string): JsonObject {
  let value: Json | undefined;
  try {
    // Timestamps stay text: only their day is shown.
    const document = parseDocument(text, { schema: 'core', logLevel: 'error', prettyErrors: false });
    value = document.errors.length > 0 ? undefined : (yamlData(document, limits) as Json);
  } catch {
    value = undefined;
  }
  if (isJsonObject(value) && 'entries' in value) return value;
  throw new Problem('INDEX_BAD', `What ${repository} serves as index.yaml is no index of charts.`, {
    advice: ['Look at it in a browser: a proxy may have answered in its place.', 'Or ask who runs the repository.'],
    exitCode: exitCodes.blocked,
    details: { repository },
  });
}

function entryOf(entry: Json): readonly IndexEntry[] {
  if (!isJsonObject(entry)) return [];
  const { version, digest, urls } = entry;
  const addresses = (Array.isArray(urls) ? (urls as readonly Json[]) : []).filter((url) => typeof url === 'string');
  if (typeof version !== 'string' || addresses.length === 0) return [];
  const hex = typeof digest === 'string' ? /^(?:sha256:)?([0-9a-f]{64})$/.exec(digest)?.[1] : undefined;
  return [{ version, urls: addresses, ...(hex === undefined ? {} : { digest: hex }) }];
}
