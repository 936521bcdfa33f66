import { join } from 'node:path';
import { packLayered, type PackOptions } from '../coder/packing.ts';
import type { PrivateHelm } from '../codemie/helm.ts';
import type { PackedChart } from '../codemie/packing.ts';

/** The charts: two names of the control plane's, and the cluster part's. */
export type RunaiChart = 'runai-backend' | 'control-plane' | 'runai-cluster';

/** The versions that a stage publishes unless it is told others. */
export const runaiVersions = {
  'control-plane': ['2.13.8', '2.16.5', '2.19.3', '2.19.11', '2.20.5'],
  'runai-cluster': ['2.13.8', '2.16.5', '2.19.3', '2.19.11', '2.20.5'],
} as const;

/** The chart of the control plane at a version: it was renamed with 2.12. */
export function controlPlaneChart(version: string): 'runai-backend' | 'control-plane' {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < 2 || (major === 2 && minor < 12) ? 'runai-backend' : 'control-plane';
}

/** Packs one of the charts in one version into `folder`. */
export async function packRunai(
  helm: PrivateHelm,
  chart: RunaiChart,
  version: string,
  folder: string,
  options: PackOptions = {},
): Promise<PackedChart> {
  const sources = join(import.meta.dirname, 'charts', chart);
  return await packLayered(helm, { chart, sources }, version, folder, options);
}
