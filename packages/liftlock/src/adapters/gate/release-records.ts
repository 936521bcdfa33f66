import type { KubeObject } from '../../model/kube.ts';
import { isJsonObject, type JsonObject } from '../../model/json.ts';
import { matchesLabels } from './label-selector.ts';

/** How helm names the Secrets that are its memory. */
const recordName = /^sh\.helm\.release\.v1\./;

/** helm's release records as they would be: written in memory only, over those of the cluster. */
export interface ReleaseRecords {
  /** Undefined: the cluster's own record counts; null: it was deleted in the shadow. */
  find(namespace: string, name: string): KubeObject | null | undefined;
  keep(record: KubeObject): void;
  remove(namespace: string, name: string): void;
  /** A list as the cluster gave it, with the records of the shadow in place of its own. */
  merge(list: JsonObject, namespace: string | undefined, selector: string): JsonObject;
}

export function isRecordName(name: string | undefined): boolean {
  return name !== undefined && recordName.test(name);
}

export function isRecord(object: KubeObject | undefined): boolean {
  return object?.type === 'helm.sh/release.v1' && isRecordName(object.metadata.name);
}

export function makeReleaseRecords(): ReleaseRecords {
  const records = new Map<string, KubeObject | null>();
  const keyOf = (namespace: string, name: string) => `${namespace}/${name}`;

  return {
    find: (namespace, name) => records.get(keyOf(namespace, name)),
    keep: (record) => records.set(keyOf(record.metadata.namespace ?? '', record.metadata.name), record),
    remove: (namespace, name) => records.set(keyOf(namespace, name), null),
    merge: (list, namespace, selector) => {
      const items = (Array.isArray(list['items']) ? list['items'] : []) as readonly KubeObject[];
      const untouched = items.filter((item) => !records.has(keyOf(item.metadata.namespace ?? '', item.metadata.name)));
      const metadata = isJsonObject(list['metadata']) ? list['metadata'] : {};
      // A list in pages gets the shadow's records with its last page.
      const isLast = metadata['continue'] === undefined || metadata['continue'] === '';
      const own = [...records.values()]
        .filter((record) => record !== null)
        .filter((record) => {
          const isThere = namespace === undefined || record.metadata.namespace === namespace;
          return isThere && matchesLabels(selector, record.metadata.labels ?? {});
        });
      return { ...list, items: [...untouched, ...(isLast ? own : [])] as unknown as JsonObject[] };
    },
  };
}
