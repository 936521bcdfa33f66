import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf } from '../../model/digest.ts';
import type { ChartListing, PulledChart } from '../../model/ports.ts';
import { exitCodes, isProblem, Problem } from '../../model/problem.ts';
import { readBytes, type HttpAnswer } from '../http/http-client.ts';
import { newestStable, readIndex, type ChartEntries, type IndexEntry } from './chart-index.ts';
import { hexOf, keep } from './chart-cache.ts';
import { provenanceLimit } from './manifest.ts';
import { discard, NetworkFailure, type OciClient } from './oci-client.ts';
import { isLoopback } from './reference.ts';
import { answerProblem, unreachableProblem, wrongContentProblem } from './registry-problem.ts';

/** Bytes. Large public repositories have indexes of some 20 MB; helm reads whatever comes. */
const indexLimit = 64 * 1024 * 1024;
/** helm's own limit of a chart is far below. */
const archiveLimit = 100 * 1024 * 1024;

/** `https://HOST/PATH/CHART` apart. */
export interface RepositoryChart {
  /** Without a slash at the end. */
  readonly repository: string;
  readonly chart: string;
}

export interface ChartRepositories {
  resolve(source: string, version: string): Promise<string>;
  pull(source: string, digest: string): Promise<PulledChart>;
  /** What lies beside the archive under its name and `.prov`; undefined where nothing does. */
  provenance(source: string, digest: string): Promise<string | undefined>;
  listing(source: string): Promise<ChartListing>;
}

interface FoundIndex extends ChartEntries {
  readonly digest: string;
}

/** True for a chart of a repository with an index.yaml. */
export function isRepositoryChart(source: string): boolean {
  return /^https?:\/\//.test(source);
}

export function parseRepositoryChart(source: string): RepositoryChart {
  const at = source.lastIndexOf('/');
  return { repository: source.slice(0, at), chart: source.slice(at + 1) };
}

/**
 * Chart repositories over HTTP. The index is fetched anew by each process, as after `helm repo update`, and once for all
 * charts; archives are kept by their digest.
 */
export function makeChartRepositories(client: OciClient, cacheFolder: string): ChartRepositories {
  const indexes = new Map<string, Promise<{ readonly text: string; readonly digest: string }>>();

  async function fetchBytes(url: URL, subject: string, limit: number): Promise<Buffer> {
    refusePlain(url);
    let answer: HttpAnswer;
    try {
      const scheme = url.protocol === 'http:' ? 'http' : 'https';
      answer = await client.send({ host: url.host, path: url.pathname + url.search, scheme, method: 'GET' });
      if (answer.status === 200) return await readBytes(answer, limit);
    } catch (error) {
      if (isProblem(error)) throw error;
      throw unreachableProblem(subject, url.host, error instanceof NetworkFailure ? error : new Error(String(error)));
    }
    discard(answer);
    throw answerProblem(subject, url.host, answer.status);
  }

  async function indexOf(source: string): Promise<FoundIndex> {
    const { repository, chart } = parseRepositoryChart(source);
    let reading = indexes.get(repository);
    if (reading === undefined) {
      reading = fetchBytes(new URL(`${repository}/index.yaml`), `the index of ${repository}`, indexLimit).then(
        (bytes) => ({ text: bytes.toString('utf8'), digest: digestOf(bytes.toString('utf8')) }),
      );
      indexes.set(repository, reading);
    }
    const { text, digest } = await reading;
    return { ...readIndex(text, chart, repository), digest };
  }

  async function resolve(source: string, version: string): Promise<string> {
    const { entries } = await indexOf(source);
    const entry = entries.find((item) => item.version === version || item.version === `v${version}`);
    if (entry === undefined) throw absent(source, version, entries);
    if (entry.digest !== undefined) return `sha256:${entry.digest}`;
    // An index without digests: what comes now is what the plan is made from.
    const archive = await fetchArchive(source, entry);
    const digest = digestOf(archive);
    keep(fileOf(digest), archive);
    return digest;
  }

  async function pull(source: string, digest: string): Promise<PulledChart> {
    const file = fileOf(digest);
    if (existsSync(file) && digestOf(readFileSync(file)) === digest) return { digest, file };
    const { entries } = await indexOf(source);
    const entry = entries.find((item) => `sha256:${item.digest ?? ''}` === digest);
    const { repository, chart } = parseRepositoryChart(source);
    if (entry === undefined) {
      throw new Problem(
        'CHART_NOT_FOUND',
        `${repository} has no archive of ${chart} with the digest ${digest} any more.`,
        {
          advice: ['The vendor may have withdrawn it, or packed it anew. Make a new plan: liftlock plan'],
          exitCode: exitCodes.blocked,
        },
      );
    }
    const archive = await fetchArchive(source, entry);
    const found = digestOf(archive);
    if (found !== digest) throw wrongContentProblem(`chart ${chart} ${entry.version}`, repository, digest, found);
    keep(file, archive);
    return { digest, file };
  }

  async function fetchArchive(source: string, entry: IndexEntry): Promise<Buffer> {
    const { repository, chart } = parseRepositoryChart(source);
    const url = addressOf(entry, repository);
    return fetchBytes(url, `chart ${chart} ${entry.version}`, archiveLimit);
  }

  async function provenance(source: string, digest: string): Promise<string | undefined> {
    const { entries } = await indexOf(source);
    const { repository, chart } = parseRepositoryChart(source);
    const entry = entries.find((item) => `sha256:${item.digest ?? ''}` === digest);
    if (entry === undefined) return undefined;
    const url = addressOf(entry, repository);
    url.pathname += '.prov';
    try {
      const bytes = await fetchBytes(url, `the provenance of chart ${chart} ${entry.version}`, provenanceLimit);
      return bytes.toString('utf8');
    } catch (error) {
      if (isProblem(error) && error.code === 'CHART_NOT_FOUND') return undefined;
      throw error;
    }
  }

  async function listing(source: string): Promise<ChartListing> {
    const { entries, generated, digest } = await indexOf(source);
    const newest = newestStable(entries);
    if (entries.length === 0) throw absent(source, undefined, entries);
    const index = {
      digest,
      ...(generated === undefined ? {} : { generated }),
      ...(newest === undefined ? {} : { newest }),
    };
    return { index, versions: entries.map(({ version }) => version) };
  }

  function fileOf(digest: string): string {
    return join(cacheFolder, 'charts', `${hexOf(digest)}.tgz`);
  }

  return { resolve, pull, provenance, listing };
}

/** Relative addresses count from the index, which lies in the repository as in a folder. */
function addressOf({ urls, version }: IndexEntry, repository: string): URL {
  const [written = ''] = urls;
  if (URL.canParse(written, `${repository}/`)) return new URL(written, `${repository}/`);
  throw new Problem('INDEX_BAD', `The index of ${repository} gives no address for version ${version}.`, {
    advice: ['Ask who runs the repository.'],
    exitCode: exitCodes.blocked,
    details: { repository },
  });
}

function absent(source: string, version: string | undefined, entries: readonly IndexEntry[]): Problem {
  const { repository, chart } = parseRepositoryChart(source);
  const what = version === undefined ? `chart ${chart}` : `chart ${chart} ${version}`;
  const known = entries.slice(0, 5).map((entry) => entry.version);
  return new Problem('CHART_NOT_FOUND', `${what}: the index of ${repository} does not have it.`, {
    advice:
      known.length === 0
        ? [`It has no chart of the name ${chart}.`]
        : [`The newest there: ${known.join(', ')}.`, 'Check the version against the release notes.'],
    exitCode: exitCodes.blocked,
    details: { repository, chart },
  });
}

function refusePlain(url: URL): void {
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.host))) return;
  throw new Problem('PLAIN_HTTP_REFUSED', `Charts come over https, and ${url.origin} is not.`, {
    advice: [
      'Plain HTTP is for repositories on this machine only. For a private CA there is credentials.registry.caFile.',
    ],
    exitCode: exitCodes.blocked,
    details: { host: url.host },
  });
}
