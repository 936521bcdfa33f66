import type { ChartContent } from '../model/chart-content.ts';
import type { KubeObject } from '../model/kube.ts';
import { parseManifest } from './manifest.ts';

/** Definitions in `crds/` of a chart and of the charts inside it: those that helm installs with the first revision only. */
export function packedDefinitions(content: ChartContent | undefined): readonly KubeObject[] {
  if (content === undefined) return [];
  const own = (content.crds ?? []).flatMap(({ text }) => parseManifest(text)).filter(isDefinition);
  return [...own, ...content.subcharts.flatMap(packedDefinitions)];
}

/** True for a CustomResourceDefinition. */
export function isDefinition({ kind, apiVersion }: KubeObject): boolean {
  return kind === 'CustomResourceDefinition' && apiVersion.startsWith('apiextensions.k8s.io/');
}
