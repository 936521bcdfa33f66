import { parseAllDocuments } from 'yaml';
import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import type { KubeObject } from '../model/kube.ts';
import { Problem } from '../model/problem.ts';
import { YamlBounds, yamlData } from '../model/yaml-data.ts';

/** CRDs have some 40 levels and 50,000 values; helm writes no aliases, but a chart's text may have some. */
const limits = { levels: 200, values: 2_000_000, aliases: 1000 };

/**
 * Objects of a rendered manifest, in its order; documents that are empty or no object are left out.
 * @throws MANIFEST_UNREADABLE (exit 3) for aliases without anchor or end, and for nesting that nobody can follow
 */
export function parseManifest(manifest: string): readonly KubeObject[] {
  try {
    return readDocuments(manifest);
  } catch (error) {
    if (!(error instanceof YamlBounds) && !(error instanceof RangeError)) throw error;
    const why = error instanceof YamlBounds ? error.message : 'it is nested too deeply';
    throw new Problem('MANIFEST_UNREADABLE', `The manifest of a release cannot be read: ${why}.`, {
      advice: ['Look at it: helm get manifest RELEASE -n NAMESPACE', 'No helm has written it like that.'],
      cause: error,
    });
  }
}

function readDocuments(manifest: string): readonly KubeObject[] {
  const objects: KubeObject[] = [];
  for (const document of parseAllDocuments(manifest, { version: '1.1', logLevel: 'silent' })) {
    if (!('toJS' in document)) continue;
    const value = yamlData(document, limits) as Json;
    const { apiVersion, kind, metadata } = isJsonObject(value) ? value : {};
    if (typeof apiVersion === 'string' && typeof kind === 'string' && isJsonObject(metadata)) {
      objects.push(value as unknown as KubeObject);
    }
  }
  return objects;
}

const workloadKinds = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'Job']);

/** Objects that run pods and whose readiness counts (O16). */
export function workloadsOf(objects: readonly KubeObject[]): readonly KubeObject[] {
  return objects.filter((object) => workloadKinds.has(object.kind));
}

/** The pod spec of a workload's template. */
export function podSpecOf(object: KubeObject): JsonObject | undefined {
  const template = object.spec?.['template'];
  const spec = isJsonObject(template) ? template['spec'] : undefined;
  return isJsonObject(spec) ? spec : undefined;
}

/** Every container and init container of a pod spec. */
export function containersOf(podSpec: JsonObject | undefined): readonly JsonObject[] {
  return ['initContainers', 'containers'].flatMap((key) => {
    const list = podSpec?.[key];
    return Array.isArray(list) ? (list as readonly Json[]).filter(isJsonObject) : [];
  });
}

/** Names of the containers of a pod, init containers left out. */
export function containerNames(pod: KubeObject): readonly string[] {
  return containersOf({ containers: pod.spec?.['containers'] })
    .map(({ name }) => name)
    .filter((name) => typeof name === 'string');
}
