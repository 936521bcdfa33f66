import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import type { CustomResource } from './crd-names.ts';

const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/**
 * A discovery document as it would be with more CustomResourceDefinitions. Of whichever of the four kinds it is: the
 * aggregated list, the list of groups, one group, or the resources of one version.
 * Source: https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api
 */
export function withCustomResources(document: JsonObject, custom: readonly CustomResource[]): JsonObject {
  switch (document['kind']) {
    case 'APIGroupDiscoveryList':
      return { ...document, items: custom.reduce(addAggregated, listOf(document['items'])) };
    case 'APIGroupList':
      return { ...document, groups: custom.reduce(addGroup, listOf(document['groups'])) };
    case 'APIGroup':
      return custom.filter((one) => one.group === document['name']).reduce(addVersions, document);
    case 'APIResourceList':
      return { ...document, resources: addResources(document, custom) };
    default:
      return document;
  }
}

/** The documents of a group, or of one version, that no API server serves yet; undefined where none would. */
export function newDocument(path: string, custom: readonly CustomResource[]): JsonObject | undefined {
  const [group, version] = path.replace(/^\/apis\//, '').split('/');
  const its = custom.filter((one) => one.group === group);
  if (group === undefined || its.length === 0) return undefined;
  if (version === undefined) {
    return withCustomResources({ kind: 'APIGroup', apiVersion: 'v1', name: group, versions: [] }, its);
  }
  if (!its.some((one) => one.versions.some(({ name }) => name === version))) return undefined;
  const groupVersion = `${group}/${version}`;
  return withCustomResources({ kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources: [] }, its);
}

function listOf(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? (value as readonly Json[]).filter(isJsonObject) : [];
}

function addAggregated(items: readonly JsonObject[], custom: CustomResource): readonly JsonObject[] {
  const isIts = (item: JsonObject) => isJsonObject(item['metadata']) && item['metadata']['name'] === custom.group;
  const found = items.find(isIts) ?? { metadata: { name: custom.group }, versions: [] };
  const versions = custom.versions.reduce<readonly JsonObject[]>((all, { name, subresources }) => {
    const version = all.find((one) => one['version'] === name) ?? {
      version: name,
      resources: [],
      freshness: 'Current',
    };
    const others = listOf(version['resources']).filter((one) => one['resource'] !== custom.resource);
    const resources = [...others, aggregated(custom, name, subresources)];
    return replaced(all, (one) => one['version'] === name, { ...version, resources });
  }, listOf(found['versions']));
  return replaced(items, isIts, { ...found, versions });
}

function aggregated(custom: CustomResource, version: string, subresources: readonly string[]): JsonObject {
  const responseKind = { group: custom.group, version, kind: custom.kind };
  return {
    resource: custom.resource,
    responseKind,
    scope: custom.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: custom.singular,
    verbs,
    shortNames: custom.shortNames,
    categories: custom.categories,
    subresources: subresources.map((subresource) => ({ subresource, responseKind, verbs: ['get', 'patch', 'update'] })),
  };
}

function addGroup(groups: readonly JsonObject[], custom: CustomResource): readonly JsonObject[] {
  const isIts = (group: JsonObject) => group['name'] === custom.group;
  return replaced(groups, isIts, addVersions(groups.find(isIts) ?? { name: custom.group, versions: [] }, custom));
}

function addVersions(group: JsonObject, custom: CustomResource): JsonObject {
  const known = listOf(group['versions']);
  const added = custom.versions
    .filter(({ name }) => !known.some((version) => version['version'] === name))
    .map(({ name }) => ({ groupVersion: `${custom.group}/${name}`, version: name }));
  const versions = [...known, ...added];
  return { ...group, versions, preferredVersion: group['preferredVersion'] ?? versions[0] };
}

function addResources(document: JsonObject, custom: readonly CustomResource[]): readonly JsonObject[] {
  const known = listOf(document['resources']);
  const added = custom.flatMap((one) => {
    const version = one.versions.find(({ name }) => `${one.group}/${name}` === document['groupVersion']);
    if (version === undefined || known.some((resource) => resource['name'] === one.resource)) return [];
    const base = { namespaced: one.namespaced, kind: one.kind };
    return [
      { ...base, name: one.resource, singularName: one.singular, verbs, shortNames: one.shortNames },
      ...version.subresources.map((name) => ({ ...base, name: `${one.resource}/${name}`, singularName: '', verbs })),
    ];
  });
  return [...known, ...added];
}

function replaced(
  all: readonly JsonObject[],
  isIt: (one: JsonObject) => boolean,
  by: JsonObject,
): readonly JsonObject[] {
  return all.some(isIt) ? all.map((one) => (isIt(one) ? by : one)) : [...all, by];
}
