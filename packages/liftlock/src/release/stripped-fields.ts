import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import type { KubeObject } from '../model/kube.ts';
import { itemOf, isSameJson, keyText, mergeKeyOf, type FieldPath } from './field-path.ts';

/** Written anew by controllers whenever they are missing. */
const renewed = /^deployment\.kubernetes\.io\//;

/** Where a `type` says which fields there are. */
const typedMaps = new Set(['spec', 'strategy', 'updateStrategy']);

/** Fields that the API server fills from another one of the same map. Source: defaults of k8s.io/api core/v1. */
const filledFrom: Readonly<Record<string, string>> = { serviceAccount: 'serviceAccountName', requests: 'limits' };

/**
 * What an object has, no longer has once it is replaced, and the installed revision has not set: not the chart takes it away,
 * the replacement does (O21). Each is the topmost field that goes; items of lists are told by their merge keys, a finalizer by
 * its name. What admission or a default puts back is in `after` already. A list without a merge key is left out where the chart
 * has it: a patch replaces it as a whole too.
 * @param installed the object as the installed revision has it; undefined where that does not have it
 */
export function strippedFields(
  before: KubeObject,
  after: KubeObject,
  installed: KubeObject | undefined,
): readonly FieldPath[] {
  const finalizers = (before.metadata.finalizers ?? []).filter(
    (name) => !(after.metadata.finalizers ?? []).includes(name),
  );
  const [old, young, set] = [before, after, installed].map(withoutServerFields);
  return [
    ...finalizers.map((name) => ['metadata', 'finalizers', { item: name }]),
    ...lost({ before: old, after: young, installed: set }, []).filter((path) => !isRenewed(path)),
  ];
}

/** Of `metadata` what a replacement can lose; labels and annotations are always there, so that they are judged key by key. */
function withoutServerFields(object: KubeObject | undefined): Json | undefined {
  if (object === undefined) return undefined;
  const { status: _status, metadata, apiVersion: _apiVersion, kind: _kind, ...rest } = object as unknown as JsonObject;
  const { annotations, labels, ownerReferences } = isJsonObject(metadata) ? metadata : {};
  const { data, stringData } = rest;
  // A Secret's `stringData` is stored as `data`; only its keys count here.
  const stored = isJsonObject(stringData) ? { data: { ...(isJsonObject(data) ? data : {}), ...stringData } } : {};
  return { ...rest, ...stored, metadata: { annotations: annotations ?? {}, labels: labels ?? {}, ownerReferences } };
}

function isRenewed([first, map, key]: FieldPath): boolean {
  return first === 'metadata' && map === 'annotations' && typeof key === 'string' && renewed.test(key);
}

interface Three {
  readonly before: Json | undefined;
  readonly after: Json | undefined;
  readonly installed: Json | undefined;
}

function lost({ before, after, installed }: Three, path: FieldPath): readonly FieldPath[] {
  if (isNothing(before)) return [];
  // What the chart takes back, it takes back whole, with the defaults that came to it: as a patch does.
  if (isAbsent(after)) return isAbsent(installed) ? [path] : [];
  if (isJsonObject(before) && isJsonObject(after)) return lostOfMap(before, after, installed, path);
  const mergeKey = listKeyOf(path);
  if (!Array.isArray(before) || !Array.isArray(after) || mergeKey === undefined) return [];
  const names = (before as readonly Json[]).map((item) => (isJsonObject(item) ? keyText(item[mergeKey]) : undefined));
  // Two items of one key, which it does not tell apart.
  if (new Set(names).size < names.length) return [];
  return names.flatMap((name) => {
    if (name === undefined) return [];
    const [old, young, set] = [before as Json, after as Json, installed].map((list) => itemOf(list, mergeKey, name));
    return lost({ before: old, after: young, installed: set }, [...path, { item: name }]);
  });
}

function lostOfMap(
  before: JsonObject,
  after: JsonObject,
  installed: Json | undefined,
  path: FieldPath,
): readonly FieldPath[] {
  // Another type has other fields, and the server's defaults for the former one go: `rollingUpdate`, node ports.
  const last = path.at(-1);
  if (typeof last === 'string' && typedMaps.has(last) && before['type'] !== after['type']) return [];
  const set = isJsonObject(installed) ? installed : {};
  return Object.keys(before).flatMap((key) => {
    const source = Object.hasOwn(filledFrom, key) ? filledFrom[key] : undefined;
    const filled = source !== undefined && isSameJson(before[key], before[source]) ? set[source] : undefined;
    return lost({ before: before[key], after: after[key], installed: set[key] ?? filled }, [...path, key]);
  });
}

/** Webhooks are merged by name too: what is injected into them is lost. Source: admissionregistration.k8s.io/v1. */
function listKeyOf(path: FieldPath): string | undefined {
  return path.length === 1 && path[0] === 'webhooks' ? 'name' : mergeKeyOf(path);
}

function isAbsent(value: Json | undefined): value is null | undefined {
  return value === undefined || value === null;
}

function isNothing(value: Json | undefined): boolean {
  return isAbsent(value) || (typeof value === 'object' && Object.keys(value).length === 0);
}
