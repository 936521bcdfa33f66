import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { bundleFiles, LoadedBundle } from '../../model/bundle.ts';
import { digestOf } from '../../model/digest.ts';
import type { ChartListing, PulledChart, Registry } from '../../model/ports.ts';
import { exitCodes, isProblem, Problem } from '../../model/problem.ts';
import { compareVersions, isPreRelease } from '../../model/version.ts';
import { provenanceLimit } from './manifest.ts';
import { readChart } from './read-chart.ts';

interface FoundChart {
  readonly name: string;
  readonly version: string;
  readonly file: string;
  readonly digest: string;
}

/** A folder as it was read, once. */
interface FolderContent {
  readonly charts: readonly FoundChart[];
  readonly published: readonly string[] | undefined;
}

/**
 * A folder with chart archives in the place of every registry of charts: known by what their Chart.yaml says, whatever the
 * files are called. Archives that `bundle load` laid there must be as it left them.
 */
export function makeChartFolder(folder: string): Pick<Registry, 'resolve' | 'listing' | 'pull' | 'provenance'> {
  let content: FolderContent | undefined;

  function contentOf(): FolderContent {
    if (content !== undefined) return content;
    if (!existsSync(folder) || !statSync(folder).isDirectory()) {
      throw new Problem('CHARTS_FOLDER_MISSING', `There is no folder ${folder}, where this site has its charts.`, {
        advice: ['See `charts` in the site file, or --charts.', 'liftlock bundle load makes it.'],
        exitCode: exitCodes.usage,
        details: { folder },
      });
    }
    const receipt = receiptOf(folder);
    const expected = new Map(receipt?.charts.map((chart) => [chart.file, chart.digest]));
    const charts = readdirSync(folder)
      .filter((name) => name.endsWith('.tgz'))
      .toSorted()
      .map((name) => chartOf(folder, name, expected));
    content = { charts, published: receipt?.published };
    return content;
  }

  function named(reference: string): readonly FoundChart[] {
    const name = reference.slice(reference.lastIndexOf('/') + 1);
    return contentOf()
      .charts.filter((chart) => chart.name === name)
      .toSorted((a, b) => compareVersions(b.version, a.version));
  }

  return {
    async resolve(reference, version) {
      const found = named(reference).filter((chart) => chart.version === version);
      const digests = new Set(found.map(({ digest }) => digest));
      const [first] = found;
      if (first === undefined) throw absent(folder, reference, version, named(reference));
      if (digests.size > 1) throw twice(folder, found);
      return first.digest;
    },
    async listing(reference): Promise<ChartListing> {
      const found = named(reference);
      if (found.length === 0) throw absent(folder, reference, undefined, []);
      const versions = [...new Set(found.map(({ version }) => version))];
      const newest = versions.find((version) => !isPreRelease(version));
      const digest = digestOf(found.map((chart) => `${chart.version} ${chart.digest}\n`).join(''));
      const { published } = contentOf();
      return {
        index: { digest, ...(newest === undefined ? {} : { newest }) },
        versions,
        ...(published === undefined ? {} : { published }),
      };
    },
    async pull(reference, digest): Promise<PulledChart> {
      const found = named(reference).find((chart) => chart.digest === digest);
      if (found === undefined) {
        throw new Problem('CHART_NOT_FOUND', `${folder} has no archive of ${reference} with the digest ${digest}.`, {
          advice: ['It was exchanged since the plan was made. Make a new plan: liftlock plan'],
          exitCode: exitCodes.blocked,
        });
      }
      return { digest, file: join(folder, found.file), source: found.file };
    },
    async provenance(reference, digest) {
      const found = named(reference).find((chart) => chart.digest === digest);
      const file = found === undefined ? undefined : join(folder, `${found.file}.prov`);
      return file !== undefined && existsSync(file) && statSync(file).size <= provenanceLimit
        ? readFileSync(file, 'utf8')
        : undefined;
    },
  };
}

function chartOf(folder: string, name: string, expected: ReadonlyMap<string, string>): FoundChart {
  const file = join(folder, name);
  const digest = `sha256:${createHash('sha256').update(readFileSync(file)).digest('hex')}`;
  const wanted = expected.get(name);
  if (wanted !== undefined && wanted !== digest) {
    throw new Problem('CHART_ALTERED', `${file} is not the archive that was loaded.`, {
      advice: ['Load the bundle again: liftlock bundle load', 'If it comes back, find out who changes it.'],
      exitCode: exitCodes.blocked,
      details: { file },
    });
  }
  const { name: chart, version } = readLaid(file);
  return { name: chart, version, file: name, digest };
}

/** What lies in this folder nobody pulls again. */
function readLaid(file: string): ReturnType<typeof readChart> {
  try {
    return readChart(file);
  } catch (error) {
    if (!isProblem(error)) throw error;
    throw new Problem(error.code, error.message, {
      advice: ['Copy it again from where it was made, or load the bundle again: liftlock bundle load'],
      exitCode: exitCodes.blocked,
      details: { file },
      cause: error,
    });
  }
}

/** What `bundle load` has left; undefined where a person has laid the charts there. */
function receiptOf(folder: string): LoadedBundle | undefined {
  const file = join(folder, bundleFiles.loaded);
  if (!existsSync(file)) return undefined;
  try {
    return LoadedBundle.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new Problem('CHART_ALTERED', `${file} cannot be read: it says which charts were loaded.`, {
      advice: ['Load the bundle again: liftlock bundle load'],
      exitCode: exitCodes.blocked,
      cause: error,
    });
  }
}

/** The helm that came along with the charts, where one did and is what it was. */
export function helmBeside(folder: string): string | undefined {
  const { helm } = receiptOf(folder) ?? {};
  if (helm === undefined) return undefined;
  const file = join(folder, helm.file);
  const digest = existsSync(file) ? `sha256:${createHash('sha256').update(readFileSync(file)).digest('hex')}` : '';
  if (digest === helm.digest) return file;
  throw new Problem('HELM_ALTERED', `${file} is not the helm that was loaded with the bundle.`, {
    advice: ['Load the bundle again: liftlock bundle load', 'Or name another helm: --helm PATH'],
    exitCode: exitCodes.blocked,
    details: { file },
  });
}

function absent(folder: string, reference: string, version: string | undefined, known: readonly FoundChart[]): Problem {
  const name = reference.slice(reference.lastIndexOf('/') + 1);
  const what = version === undefined ? `chart ${name}` : `chart ${name} ${version}`;
  const others = [...new Set(known.map((chart) => chart.version))];
  return new Problem('CHART_NOT_FOUND', `${what}: no archive in ${folder} is it.`, {
    advice: [
      others.length === 0 ? `It has no archive of ${name}.` : `It has: ${others.join(', ')}.`,
      'Load a bundle that has it: liftlock bundle load',
    ],
    exitCode: exitCodes.blocked,
    details: { folder },
  });
}

function twice(folder: string, found: readonly FoundChart[]): Problem {
  const files = found.map(({ file }) => file).join(' and ');
  return new Problem('CHART_TWICE', `In ${folder}, ${files} say that they are the same chart, and differ.`, {
    advice: ["Take away the one that is not the vendor's."],
    exitCode: exitCodes.blocked,
  });
}
