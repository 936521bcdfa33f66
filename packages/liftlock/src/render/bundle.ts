import type { BundleManifest } from '../model/bundle.ts';
import { counted } from '../model/counted.ts';

/** What a bundle holds, for a person. */
export function renderBundle(manifest: BundleManifest, digest?: string): string {
  const { platform, route, charts, images, helm, blobs } = manifest;
  const steps = [route[0]?.from ?? '', ...route.map(({ to }) => to)];
  const lines = [
    `${platform.title} (${platform.name}), ${steps.join(' -> ')}`,
    '',
    `charts (${charts.length})`,
    ...charts.map((chart) => `  ${chart.name} ${chart.version}  ${chart.digest}`),
    '',
    `images (${images.length}), ${blobs.count} blobs, ${megabytes(blobs.size)}`,
    ...images.flatMap((image) => [
      `  ${image.name}  ${image.digest}`,
      `    ${image.platforms.length === 0 ? 'one platform' : image.platforms.join(', ')}; ${image.usedBy.join(', ')}`,
    ]),
    '',
    helm === undefined ? 'no helm' : `helm ${helm.version} for ${helm.platform}`,
    ...(digest === undefined ? [] : [`every byte is what it was made as: ${digest}`]),
  ];
  return `${lines.join('\n')}\n`;
}

/** What became of a bundle, and what to do next. */
export function renderLoaded({ folder, charts, helm, pushed }: LoadedSummary): string {
  const lines = [
    `${counted(charts.length, 'chart')} in ${folder}: ${charts.join(', ')}`,
    ...(helm === undefined ? [] : [`helm: ${helm}, taken where there is no other`]),
    pushed === undefined
      ? 'images were left alone'
      : `${counted(pushed.images.length, 'image')}, ${pushed.known} of them there already; ${counted(pushed.blobsSent, 'blob')} sent, ${pushed.blobsMounted} taken over from other images`,
    '',
    `Next: charts: ${folder} in the site file, and liftlock plan`,
  ];
  return `${lines.join('\n')}\n`;
}

/** What `bundle load` did. */
export interface LoadedSummary {
  readonly folder: string;
  readonly charts: readonly string[];
  readonly helm?: string | undefined;
  readonly pushed?:
    | {
        readonly images: readonly string[];
        readonly known: number;
        readonly blobsSent: number;
        readonly blobsMounted: number;
      }
    | undefined;
}

function megabytes(bytes: number): string {
  return bytes < 10_000_000 ? `${Math.ceil(bytes / 1000)} kB` : `${Math.ceil(bytes / 1_000_000)} MB`;
}
