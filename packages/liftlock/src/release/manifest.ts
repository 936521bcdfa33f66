import { parseAllDocuments } from 'yaml';
import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import type { KubeObject } from '../model/kube.ts';

/** Objects of a rendered manifest, in its order; documents that are empty or no object are left out. */
export function parseManifest(manifest: string): readonly KubeObject[] {
  const objects: KubeObject[] = [];
  for (const document of parseAllDocuments(manifest, { version: '1.1', logLevel: 'silent' })) {
    if (!('toJS' in document)) continue;
    const value = document.toJS() as Json;
    if (isJsonObject(value) && typeof value['kind'] === 'string' && isJsonObject(value['metadata'])) {
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
