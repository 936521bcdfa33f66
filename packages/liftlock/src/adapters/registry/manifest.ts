import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import { exitCodes, Problem } from '../../model/problem.ts';

export const manifestTypes = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
] as const;

// https://helm.sh/docs/topics/registries/#helm-chart-manifest
const chartLayerType = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';
/** helm's own limit of a chart archive is far below. */
const sizeLimit = 100 * 1024 * 1024;

export interface Layer {
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
}

const provenanceLayerType = 'application/vnd.cncf.helm.chart.provenance.v1.prov';
/** Bytes of a provenance file: Chart.yaml, digests and a signature. */
export const provenanceLimit = 1024 * 1024;

/** The layer that holds the chart's provenance; undefined where nobody has signed it. Throws CHART_BAD for one that cannot be. */
export function provenanceLayerOf(manifest: string, subject: string): Layer | undefined {
  const layer = layersOf(manifest).find(({ mediaType }) => mediaType === provenanceLayerType);
  return layer === undefined ? undefined : checked(layer, provenanceLimit, subject);
}

/** The layer that holds the chart's archive. Throws CHART_BAD where the manifest is no chart's. */
export function chartLayerOf(manifest: string, subject: string): Layer {
  const charts = layersOf(manifest).filter(({ mediaType }) => mediaType === chartLayerType);
  const [layer] = charts;
  if (layer === undefined || charts.length > 1)
    throw bad(subject, 'what the registry holds under that name is no Helm chart');
  return checked(layer, sizeLimit, subject);
}

function layersOf(manifest: string): readonly JsonObject[] {
  const layers = parse(manifest)?.['layers'];
  return Array.isArray(layers) ? (layers as readonly Json[]).filter(isJsonObject) : [];
}

function checked({ digest, size, mediaType }: JsonObject, limit: number, subject: string): Layer {
  const what = mediaType === chartLayerType ? 'archive' : 'provenance';
  if (typeof digest !== 'string' || !/^sha256:[0-9a-f]{64}$/.test(digest))
    throw bad(subject, `its ${what} has no sha256 digest`);
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0 || size > limit)
    throw bad(subject, `its ${what} has ${JSON.stringify(size)} bytes`);
  return { digest, size };
}

function parse(text: string) {
  try {
    const value = JSON.parse(text) as Json;
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function bad(subject: string, why: string): Problem {
  return new Problem('CHART_BAD', `${subject} cannot be used: ${why}.`, {
    advice: ['Ask the vendor, or check the reference: it has to be a chart pushed with helm push.'],
    exitCode: exitCodes.blocked,
  });
}
