import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import { isSameObject, refOf, type KubeObject, type ObjectRef } from '../model/kube.ts';
import { formatFieldPath, itemOf, keyText, mergeKeyOf, type FieldPath } from './field-path.ts';
import { holds } from './leftover-fields.ts';

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
 * What others have written into the objects of a manifest after a time of the API server's: fields that the manifest sets and
 * that have another value now, one an object. `spec.replicas` is left out, which autoscalers move.
 * Source of the form: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/ (managedFields)
 */
export function foreignEdits(
  manifest: readonly KubeObject[],
  live: readonly KubeObject[],
  namespace: string,
  since: Date,
): readonly ForeignEdit[] {
  return live.flatMap((object) => {
    const writer = lastForeign(object, since);
    const set = manifest.find((item) => isSameObject(item, object, namespace));
    if (writer === undefined || set === undefined) return [];
    const { apiVersion: _apiVersion, kind: _kind, status: _status, ...fields } = asStored(set);
    const changed = differing(fields as unknown as Json, object as unknown as Json, [])
      .map(formatFieldPath)
      .filter((path) => path !== 'spec.replicas');
    return changed.slice(0, 1).map((field) => ({ object: refOf(object), field, ...writer }));
  });
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

function lastForeign(object: KubeObject, since: Date): Pick<ForeignEdit, 'manager' | 'at'> | undefined {
  const { managedFields } = object.metadata as unknown as JsonObject;
  if (!Array.isArray(managedFields)) return undefined;
  return (managedFields as readonly Json[])
    .flatMap((entry) => {
      if (!isJsonObject(entry) || (entry['subresource'] ?? '') !== '') return [];
      const { manager, time } = entry;
      if (typeof manager !== 'string' || typeof time !== 'string') return [];
      return ownManagers.has(manager) || !(Date.parse(time) > since.getTime()) ? [] : [{ manager, at: time }];
    })
    .toSorted((a, b) => b.at.localeCompare(a.at))[0];
}

function differing(set: Json | undefined, live: Json | undefined, path: FieldPath): readonly FieldPath[] {
  if (holds(live, set)) return [];
  if (isJsonObject(set) && isJsonObject(live))
    return Object.keys(set).flatMap((key) => differing(set[key], live[key], [...path, key]));
  const mergeKey = mergeKeyOf(path);
  if (mergeKey === undefined || !Array.isArray(set) || !Array.isArray(live)) return [path];
  return (set as readonly Json[]).flatMap((item) => {
    const name = isJsonObject(item) ? keyText(item[mergeKey]) : undefined;
    return name === undefined ? [path] : differing(item, itemOf(live, mergeKey, name), [...path, { item: name }]);
  });
}
