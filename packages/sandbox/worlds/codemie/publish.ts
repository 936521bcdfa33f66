import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { components } from './components.ts';
import { eachAtOnce, withPrivateHelm } from './helm.ts';
import { packCharts } from './packing.ts';
import type { PackedChart } from './packing.ts';

/** Where the stand-in charts live below a registry's host. */
export const chartsRepository = 'codemie/helm-charts';

/** What is needed of a registry to push to it. */
export interface PublishRegistry {
  /** `127.0.0.1:5000` */
  readonly host: string;
  readonly scheme: 'http' | 'https';
  readonly caFile?: string | undefined;
  /** Absent or empty: the registry wants no login. */
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

/** What to publish, and where. */
export interface PublishOptions {
  /** Path of a helm binary, 3 or 4. */
  readonly helm: string;
  readonly registry: PublishRegistry;
  readonly versions: readonly string[];
  /** Receives the packed charts. */
  readonly folder: string;
  /** Charts to publish; all five unless given. Leave one out to play a chart that is missing. */
  readonly charts?: readonly string[] | undefined;
}

/** A chart in the registry. */
export interface PublishedChart extends PackedChart {
  /** `oci://HOST/codemie/helm-charts/<chart>`, without the version. */
  readonly ref: string;
  /** `sha256:…` of the manifest. */
  readonly digest: string;
}

/** Packs and pushes the stand-in charts. Credentials go through a private file, never through arguments. */
export async function publishCharts(options: PublishOptions): Promise<PublishedChart[]> {
  const { registry } = options;
  const repository = `oci://${registry.host}/${chartsRepository}`;
  return await withPrivateHelm(options.helm, async (helm) => {
    await writeLogin(join(helm.home, 'registry.json'), registry);
    const charts = options.charts ?? components.map((component) => component.chart);
    const packed: PackedChart[] = [];
    for (const version of options.versions) {
      packed.push(...(await packCharts(helm, version, options.folder, charts)));
    }
    return await eachAtOnce(packed, 2, async (chart) => {
      const output = await helm.run(['push', chart.file, repository, ...transportFlags(registry)]);
      const digest = /^Digest:\s*(sha256:[0-9a-f]{64})$/m.exec(output)?.[1];
      if (digest === undefined) throw new Error(`helm push told no digest: ${output}`);
      return { ...chart, ref: `${repository}/${chart.chart}`, digest };
    });
  });
}

async function writeLogin(path: string, registry: PublishRegistry): Promise<void> {
  if (registry.username === undefined || registry.username === '') return;
  const auth = Buffer.from(`${registry.username}:${registry.password ?? ''}`).toString('base64');
  await writeFile(path, JSON.stringify({ auths: { [registry.host]: { auth } } }), { mode: 0o600 });
}

function transportFlags(registry: PublishRegistry): string[] {
  if (registry.scheme === 'http') return ['--plain-http'];
  return registry.caFile === undefined ? [] : ['--ca-file', registry.caFile];
}
