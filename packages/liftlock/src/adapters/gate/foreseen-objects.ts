import { isJsonObject, type JsonObject } from '../../model/json.ts';
import type { KubeObject } from '../../model/kube.ts';
import { customResourceOf, established, isCrd, type CustomResource } from './crd-names.ts';
import { matchesFields } from './field-selector.ts';
import { matchesLabels } from './label-selector.ts';

/** Where an object is: the parts of its path that all versions of an API share. */
export interface Place {
  readonly group: string;
  /** Plural, as in the path. */
  readonly resource: string;
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** The part of a collection that a list asks for. */
export interface ListQuery {
  readonly group: string;
  readonly resource: string;
  readonly namespace?: string | undefined;
  readonly labelSelector: string;
  readonly fieldSelector: string;
}

/** Objects as they would be, over those of the cluster: foreseen from the start, or written in the shadow since. */
export interface ForeseenObjects {
  /** Undefined: the cluster's own object counts; null: it will be gone. */
  find(place: Place): KubeObject | null | undefined;
  keep(place: Place, object: KubeObject): void;
  remove(place: Place): void;
  /** True where a list of that resource is not the cluster's own. */
  concerns(resource: Pick<Place, 'group' | 'resource'>): boolean;
  /** A list as the cluster gave it, with what is foreseen in place of its own. */
  merge(list: JsonObject, query: ListQuery): JsonObject;
  /** Resources of CustomResourceDefinitions that exist, or are as they are, in the shadow alone. */
  customResources(): readonly CustomResource[];
}

/** A release all of whose records will be gone. */
export interface GoneRelease {
  readonly name: string;
  readonly namespace: string;
}

/** How helm names the Secrets that are its memory: name of the release, revision. */
const recordName = /^sh\.helm\.release\.v1\.(.+)\.v\d+$/;

export function isRecordName(name: string | undefined): boolean {
  return name !== undefined && recordName.test(name);
}

interface Kept {
  readonly place: Place;
  readonly object: KubeObject | null;
}

export function makeForeseenObjects(gone: readonly GoneRelease[] = []): ForeseenObjects {
  const kept = new Map<string, Kept>();

  const isGone = ({ group, resource, namespace, name }: Place) => {
    if (group !== '' || resource !== 'secrets') return false;
    const release = recordName.exec(name)?.[1];
    return gone.some((one) => one.name === release && one.namespace === namespace);
  };
  const find = (place: Place): KubeObject | null | undefined => {
    const found = kept.get(keyOf(place));
    if (found !== undefined) return found.object;
    return isGone(place) ? null : undefined;
  };

  return {
    find,
    keep: (place, object) => {
      kept.set(keyOf(place), { place, object: isCrd(object) ? established(object) : object });
    },
    remove: (place) => {
      kept.set(keyOf(place), { place, object: null });
    },
    concerns: ({ group, resource }) =>
      [...kept.values()].some(({ place }) => place.group === group && place.resource === resource) ||
      (gone.length > 0 && group === '' && resource === 'secrets'),
    customResources: () =>
      [...kept.values()].flatMap(({ object }) => {
        const custom = object !== null && isCrd(object) ? customResourceOf(object) : undefined;
        return custom === undefined ? [] : [custom];
      }),
    merge: (list, query) => {
      const items = (Array.isArray(list['items']) ? list['items'] : []) as readonly KubeObject[];
      const placeOf = ({ metadata }: KubeObject): Place => ({
        group: query.group,
        resource: query.resource,
        namespace: metadata.namespace,
        name: metadata.name,
      });
      const untouched = items.filter((item) => find(placeOf(item)) === undefined);
      const metadata = isJsonObject(list['metadata']) ? list['metadata'] : {};
      // A list in pages gets the shadow's own with its last page.
      const isLast = metadata['continue'] === undefined || metadata['continue'] === '';
      const own = isLast ? [...kept.values()].filter((one) => isIn(one, query)).map(({ object }) => object) : [];
      return { ...list, items: [...untouched, ...own] as unknown as JsonObject[] };
    },
  };
}

function keyOf({ group, resource, namespace, name }: Place): string {
  return `${group}/${resource}/${namespace ?? ''}/${name}`;
}

function isIn({ place, object }: Kept, query: ListQuery): boolean {
  return (
    object !== null &&
    place.group === query.group &&
    place.resource === query.resource &&
    (query.namespace === undefined || place.namespace === query.namespace) &&
    matchesLabels(query.labelSelector, object.metadata.labels ?? {}) &&
    matchesFields(query.fieldSelector, object)
  );
}
