import { isJsonObject, jsonAt, type Json, type JsonObject } from '../../model/json.ts';
import type { KubeObject } from '../../model/kube.ts';

/** What a CustomResourceDefinition calls its resource, in the words of discovery. */
export interface CustomResource {
  readonly crd: string;
  readonly group: string;
  /** Plural, as in paths. */
  readonly resource: string;
  readonly singular: string;
  readonly kind: string;
  readonly listKind: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly versions: readonly { readonly name: string; readonly subresources: readonly string[] }[];
}

/** True for a CustomResourceDefinition of the version that API servers still serve. */
export function isCrd(object: KubeObject): boolean {
  return object.kind === 'CustomResourceDefinition' && object.apiVersion === 'apiextensions.k8s.io/v1';
}

/** The names in a CustomResourceDefinition; undefined where one that matters is missing. */
export function customResourceOf(crd: KubeObject): CustomResource | undefined {
  const names = jsonAt(crd.spec, ['names']);
  const group = textAt(crd.spec, 'group');
  const resource = textAt(names, 'plural');
  const kind = textAt(names, 'kind');
  if (group === undefined || resource === undefined || kind === undefined) return undefined;
  const versions = jsonAt(crd.spec, ['versions']);
  return {
    crd: crd.metadata.name,
    group,
    resource,
    kind,
    singular: textAt(names, 'singular') ?? kind.toLowerCase(),
    listKind: textAt(names, 'listKind') ?? `${kind}List`,
    namespaced: textAt(crd.spec, 'scope') === 'Namespaced',
    shortNames: textsAt(names, 'shortNames'),
    categories: textsAt(names, 'categories'),
    versions: (Array.isArray(versions) ? (versions as readonly Json[]) : [])
      .filter(isJsonObject)
      .filter((version) => version['served'] === true)
      .map((version) => ({
        name: textAt(version, 'name') ?? '',
        subresources: isJsonObject(version['subresources']) ? Object.keys(version['subresources']) : [],
      })),
  };
}

/**
 * A CustomResourceDefinition as the API server would make it within moments: helm waits for these conditions before it
 * goes on, and nothing establishes what exists in a shadow alone.
 */
export function established(crd: KubeObject): KubeObject {
  const conditions = ['NamesAccepted', 'Established'].map((type) => ({
    type,
    status: 'True',
    reason: 'Foreseen',
    message: '',
    lastTransitionTime: crd.metadata.creationTimestamp ?? '1970-01-01T00:00:00Z',
  }));
  const names = jsonAt(crd.spec, ['names']) ?? {};
  const stored =
    jsonAt(crd.status, ['storedVersions']) ?? customResourceOf(crd)?.versions.map(({ name }) => name) ?? [];
  return { ...crd, status: { conditions, acceptedNames: names, storedVersions: stored } };
}

function textAt(value: Json | undefined, key: string): string | undefined {
  const text = jsonAt(value, [key]);
  return typeof text === 'string' ? text : undefined;
}

function textsAt(value: Json | JsonObject | undefined, key: string): readonly string[] {
  const texts = jsonAt(value, [key]);
  return Array.isArray(texts) ? (texts as readonly Json[]).filter((text) => typeof text === 'string') : [];
}
