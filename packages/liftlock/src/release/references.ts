import { isJsonObject, jsonAt, type Json, type JsonObject } from '../model/json.ts';
import type { KubeObject } from '../model/kube.ts';
import { containersOf, podSpecOf } from './manifest.ts';

/** Names of the claims that a workload mounts, by the form of its controller: own volumes, and templates with numbers. */
export function mountsClaim(workload: KubeObject, claim: string): boolean {
  const isNamed = itemsOf(podSpecOf(workload)?.['volumes']).some(
    (volume) => jsonAt(volume, ['persistentVolumeClaim', 'claimName']) === claim,
  );
  return isNamed || isTemplatedClaim(workload, claim);
}

/** A StatefulSet names its claims TEMPLATE-SET-NUMBER. */
export function isTemplatedClaim(workload: KubeObject, claim: string): boolean {
  if (workload.kind !== 'StatefulSet') return false;
  return itemsOf(workload.spec?.['volumeClaimTemplates']).some((template) => {
    const prefix = `${textOf(jsonAt(template, ['metadata', 'name']))}-${workload.metadata.name}-`;
    return claim.startsWith(prefix) && /^\d+$/.test(claim.slice(prefix.length));
  });
}

/** Names of the Secrets that a workload's pods mount or read by their environment. */
export function secretsOf(workload: KubeObject): readonly string[] {
  return secretsOfPod(podSpecOf(workload));
}

/** Names of the Secrets that a pod of this spec mounts or reads by its environment. */
export function secretsOfPod(spec: JsonObject | undefined): readonly string[] {
  const containers = containersOf(spec);
  const volumes = itemsOf(spec?.['volumes']);
  const names = [
    ...volumes.map((volume) => jsonAt(volume, ['secret', 'secretName'])),
    ...volumes.flatMap((volume) =>
      itemsOf(jsonAt(volume, ['projected', 'sources'])).map((source) => jsonAt(source, ['secret', 'name'])),
    ),
    ...containers.flatMap((container) =>
      itemsOf(container['env']).map((variable) => jsonAt(variable, ['valueFrom', 'secretKeyRef', 'name'])),
    ),
    ...containers.flatMap((container) =>
      itemsOf(container['envFrom']).map((source) => jsonAt(source, ['secretRef', 'name'])),
    ),
  ];
  return [...new Set(names.map(textOf).filter((name) => name !== ''))];
}

function itemsOf(list: Json | undefined): readonly JsonObject[] {
  return Array.isArray(list) ? (list as readonly Json[]).filter(isJsonObject) : [];
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
