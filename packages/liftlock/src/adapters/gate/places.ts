import { isJsonObject, jsonAt, type Json, type JsonObject } from '../../model/json.ts';
import type { ObjectRef } from '../../model/kube.ts';
import type { ForeseenWorld } from '../../model/ports.ts';
import { isCrd } from './crd-names.ts';
import type { DiscoveryCache } from './discovery-cache.ts';
import { makeForeseenObjects, type ForeseenObjects, type Place } from './foreseen-objects.ts';
import { parseObject } from './forward.ts';

interface Resource {
  readonly name: string;
  readonly namespaced: boolean;
}

/**
 * Puts a foreseen world where reads and writes will look for it: by the resources that the API server says are called
 * so. An object whose kind nobody serves cannot be asked for either, and is left out.
 *
 * @param namespace for objects that name none
 */
export async function placeWorld(
  world: ForeseenWorld,
  parts: { readonly discovery: DiscoveryCache; readonly namespace: string },
): Promise<ForeseenObjects> {
  const objects = makeForeseenObjects(world.withoutReleases);
  const kept = [...(world.records ?? []), ...(world.objects ?? [])];
  // Definitions first: objects of theirs are placed by them.
  for (const object of kept.toSorted((one, other) => Number(isCrd(other)) - Number(isCrd(one)))) {
    const { namespace, name } = object.metadata;
    const place = await placeOf({ ...object, namespace, name }, objects, parts);
    if (place !== undefined) objects.keep(place, object);
  }
  for (const ref of world.absent ?? []) {
    const place = await placeOf(ref, objects, parts);
    if (place !== undefined) objects.remove(place);
  }
  return objects;
}

async function placeOf(
  ref: ObjectRef,
  objects: ForeseenObjects,
  parts: { readonly discovery: DiscoveryCache; readonly namespace: string },
): Promise<Place | undefined> {
  const group = ref.apiVersion.includes('/') ? (ref.apiVersion.split('/')[0] ?? '') : '';
  const own = objects.customResources().find((one) => one.group === group && one.kind === ref.kind);
  const resource: Resource | undefined =
    own === undefined
      ? await resourceOf(ref.apiVersion, ref.kind, parts.discovery)
      : { name: own.resource, namespaced: own.namespaced };
  if (resource === undefined) return undefined;
  const namespace = resource.namespaced ? (ref.namespace ?? parts.namespace) : undefined;
  return { group, resource: resource.name, namespace, name: ref.name };
}

async function resourceOf(apiVersion: string, kind: string, discovery: DiscoveryCache): Promise<Resource | undefined> {
  // helm's records, most of all: nothing has to be asked for them.
  if (apiVersion === 'v1' && kind === 'Secret') return { name: 'secrets', namespaced: true };
  const path = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const answer = await discovery.get(path, { accept: 'application/json' });
  const resources = jsonAt(parseObject(answer.body) as unknown as JsonObject, ['resources']);
  return (Array.isArray(resources) ? (resources as readonly Json[]) : []).filter(isJsonObject).flatMap((one) => {
    const { name } = one;
    // A subresource has a slash in its name, and may have another's kind.
    const isIt = one['kind'] === kind && typeof name === 'string' && !name.includes('/');
    return isIt ? [{ name, namespaced: one['namespaced'] === true }] : [];
  })[0];
}

/** The definition that makes a resource known in the shadow alone; undefined where there is none. */
export function definitionOf(
  target: { readonly group: string; readonly resource: string },
  objects: ForeseenObjects,
): string | undefined {
  return objects.customResources().find((one) => one.group === target.group && one.resource === target.resource)?.crd;
}
