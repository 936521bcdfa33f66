import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import { isSameObject, refOf, type KubeObject, type ObjectRef } from '../model/kube.ts';
import { fieldAt, formatFieldPath, itemOf, keyText, mergeKeyOf, type FieldPath } from './field-path.ts';
import { holds } from './leftover-fields.ts';
import { ownsField, type FindItem } from './managed-fields.ts';

/** A field that a manifest sets and that another program than helm has changed in the cluster. */
export interface ForeignEdit {
  readonly object: ObjectRef;
  /** As formatFieldPath has it. */
  readonly field: string;
  /** The field manager, such as `kubectl-edit`. */
  readonly manager: string;
  /** By the API server's clock, ISO 8601, in whole seconds. */
  readonly at: string;
}

/** Programs whose writes are part of an upgrade; what controllers write into `status` or `scale` is left out anyway. */
const ownManagers = new Set(['helm', 'liftlock', 'kube-controller-manager', 'kube-scheduler', 'kubelet']);

/**
 * What others have written into the objects of a manifest after a time of the API server's: fields that the manifest sets, that
 * have another value now and that such a writer owns, one an object. A field that is gone has no owner any more: it is the
 * last writer's. `spec.replicas` is left out, which autoscalers move.
 * Source of the form: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/ (managedFields)
 */
export function foreignEdits(
  manifest: readonly KubeObject[],
  live: readonly KubeObject[],
  namespace: string,
  since: Date,
): readonly ForeignEdit[] {
  return live.flatMap((object) => {
    const writers = foreignWriters(object, since);
    const set = manifest.find((item) => isSameObject(item, object, namespace));
    if (writers.length === 0 || set === undefined) return [];
    const now = object as unknown as Json;
    const edits = differing(comparable(set), now, []).flatMap((path) => {
      const field = formatFieldPath(path);
      const isGone = fieldAt(now, path) === undefined;
      const writer = writers.find(({ fields }) => isGone || ownsField(fields, now, path, byMergeKey));
      if (field === 'spec.replicas' || writer === undefined) return [];
      return [{ object: refOf(object), field, manager: writer.manager, at: writer.at }];
    });
    return edits.slice(0, 1);
  });
}

const byMergeKey: FindItem = (list, path, name) => itemOf(list, mergeKeyOf(path), name);

/** What the manifest asks for; its place in the cluster is no field of it, and nothing that an upgrade could change. */
function comparable(set: KubeObject): Json {
  const { apiVersion: _apiVersion, kind: _kind, status: _status, metadata, ...fields } = asStored(set);
  const { namespace: _namespace, ...others } = metadata;
  return { ...fields, metadata: others } as unknown as Json;
}

/** A Secret's `stringData` is stored as `data`. */
function asStored(object: KubeObject): KubeObject {
  const { stringData, ...rest } = object as unknown as JsonObject;
  if (object.kind !== 'Secret' || !isJsonObject(stringData)) return object;
  const texts = Object.entries(stringData).map(([key, value]) => [
    key,
    typeof value === 'string' ? Buffer.from(value).toString('base64') : value,
  ]);
  return { ...rest, data: { ...object.data, ...Object.fromEntries(texts) } } as unknown as KubeObject;
}

interface Writer extends Pick<ForeignEdit, 'manager' | 'at'> {
  readonly fields: Json | undefined;
}

/** Those who wrote after a time, the last one first. */
function foreignWriters(object: KubeObject, since: Date): readonly Writer[] {
  const { managedFields } = object.metadata as unknown as JsonObject;
  if (!Array.isArray(managedFields)) return [];
  return (managedFields as readonly Json[])
    .flatMap((entry) => {
      if (!isJsonObject(entry) || (entry['subresource'] ?? '') !== '') return [];
      const { manager, time, fieldsV1: fields } = entry;
      if (typeof manager !== 'string' || typeof time !== 'string') return [];
      const isLater = Date.parse(time) > since.getTime();
      return ownManagers.has(manager) || !isLater ? [] : [{ manager, at: time, fields }];
    })
    .toSorted((a, b) => b.at.localeCompare(a.at));
}

function differing(set: Json | undefined, live: Json | undefined, path: FieldPath): readonly FieldPath[] {
  if (holds(live, set) || (live === undefined && isEmpty(set))) return [];
  if (isJsonObject(set) && isJsonObject(live))
    return Object.keys(set).flatMap((key) => differing(set[key], live[key], [...path, key]));
  const mergeKey = mergeKeyOf(path);
  if (mergeKey === undefined || !Array.isArray(set) || !Array.isArray(live)) return [path];
  return (set as readonly Json[]).flatMap((item) => {
    const name = isJsonObject(item) ? keyText(item[mergeKey]) : undefined;
    return name === undefined ? [path] : differing(item, itemOf(live, mergeKey, name), [...path, { item: name }]);
  });
}

/** Values that the API server does not store where they are optional: nothing is lost with them. */
function isEmpty(set: Json | undefined): boolean {
  if (Array.isArray(set)) return set.length === 0;
  if (isJsonObject(set)) return Object.values(set).every(isEmpty);
  return set === undefined || set === null || set === false || set === 0 || set === '';
}
