import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import { isSameObject, type KubeObject } from '../model/kube.ts';
import type { FieldAttribution } from '../model/plan.ts';
import type { Release } from '../model/snapshot.ts';
import { itemOf, mergeKeyOf, type FieldPath } from '../release/field-path.ts';
import { holds } from '../release/leftover-fields.ts';
import { ownsField, type FindItem } from '../release/managed-fields.ts';
import { parseManifest } from '../release/manifest.ts';
import { strippedFields } from '../release/stripped-fields.ts';

/** Says of a field that would change what changes it; lists are entered by the names of their items. */
export type Attribute = (path: FieldPath) => FieldAttribution;

/** helm's field manager in both majors. Source: `ManagedFieldsManager` in helm's pkg/kube, and cmd/helm/helm.go. */
const helmManager = 'helm';

const chartOrValues: FieldAttribution = { because: 'chart or values' };

/**
 * Attributes the changes of one release's objects (O21). A field that the installed revision sets and that is different in
 * the cluster was changed there since: the new revision undoes that. What a failed revision has set is no live edit. An object
 * that is replaced loses besides what the chart has never set.
 */
export function attributionOf(
  release: Release | undefined,
): (before: KubeObject, replacedBy?: KubeObject) => Attribute {
  if (release?.installed === undefined) return () => () => chartOrValues;
  const installed = parseManifest(release.manifest);
  const failed = (release.failedManifests ?? []).flatMap(parseManifest);
  return (before, replacedBy) => {
    const isIt = (object: KubeObject) => isSameObject(object, before, release.namespace);
    const owned = installed.find(isIt);
    const set = owned === undefined ? undefined : asStored(owned);
    const stripped = replacedBy === undefined ? [] : strippedFields(before, replacedBy, owned);
    const tried = failed.filter(isIt).map(asStored);
    const live = before as unknown as Json;
    return (path) => {
      const ours = valueAt(set, path);
      const now = valueAt(live, path);
      if (stripped.some((gone) => isWithin(live, path, gone))) return stripper(before, path);
      if (isAbsent(ours) || holdsAlso(now, ours)) return chartOrValues;
      if (tried.some((object) => !isAbsent(valueAt(object, path)) && holdsAlso(now, valueAt(object, path)))) {
        return chartOrValues;
      }
      return editor(before, path, now);
    };
  };
}

function isAbsent(value: Json | undefined): boolean {
  return value === undefined || value === null;
}

/** As holds, but a value that is gone holds nothing. */
function holdsAlso(now: Json | undefined, set: Json | undefined): boolean {
  return !isAbsent(now) && holds(now, set);
}

/** A manifest's object as the API server stores it: a Secret's `stringData` becomes `data`. */
function asStored(object: KubeObject): Json {
  const json = object as unknown as JsonObject;
  if (object.kind !== 'Secret') return json;
  const { stringData, data, ...rest } = json;
  const stored = { ...textsOf(data, 'base64'), ...textsOf(stringData, 'utf8') };
  return { ...rest, data: stored };
}

/** In base64 as the API server writes it: a manifest's may be wrapped. */
function textsOf(map: Json | undefined, encoding: 'base64' | 'utf8'): Readonly<Record<string, string>> {
  const texts = Object.entries(isJsonObject(map) ? map : {}).flatMap(([key, value]) =>
    typeof value === 'string' ? [[key, Buffer.from(value, encoding).toString('base64')] as const] : [],
  );
  return Object.fromEntries(texts);
}

function valueAt(object: Json | undefined, path: FieldPath): Json | undefined {
  return path.reduce<Json | undefined>((here, key) => {
    if (typeof key !== 'string') return itemNamed(here, key.item);
    return isJsonObject(here) ? here[key] : undefined;
  }, object);
}

const byName: FindItem = (list, _path, name) => itemNamed(list, name);

function itemNamed(list: Json | undefined, name: string): Json | undefined {
  if (!Array.isArray(list)) return undefined;
  return (list as readonly Json[]).find((item) => isJsonObject(item) && item['name'] === name);
}

/**
 * Who changed the field, by the API server's own record, the last one first. A value that helm itself put there is no live
 * edit, whatever the records say: a webhook changed it on its way, or the record of its revision is gone.
 */
function editor(before: KubeObject, path: FieldPath, now: Json | undefined): FieldAttribution {
  const managers = managersOf(before, path).toSorted((a, b) => b.time.localeCompare(a.time));
  const other = managers.find(({ manager }) => manager !== helmManager);
  if (other !== undefined) {
    return {
      because: 'live edit',
      manager: other.manager,
      ...(other.time === '' ? {} : { at: other.time }),
    };
  }
  const isWhole = !isAbsent(now) && typeof now !== 'object';
  return managers.length > 0 && isWhole ? chartOrValues : { because: 'live edit' };
}

/** Of a field that goes only since the object is replaced: whose it is, or else what takes it, for no chart does. */
function stripper(before: KubeObject, path: FieldPath): FieldAttribution {
  const found = editor(before, path, undefined);
  return found.manager === undefined ? { because: 'live edit', manager: '--force' } : found;
}

/** True where one path leads to the other; changes name items by their names, what is stripped by its merge keys. */
function isWithin(object: Json, path: FieldPath, gone: FieldPath): boolean {
  let here: Json | undefined = object;
  for (const [index, key] of path.slice(0, gone.length).entries()) {
    const other = gone[index];
    if (typeof key === 'string' || typeof other !== 'object') {
      if (key !== other) return false;
      here = typeof key === 'string' && isJsonObject(here) ? here[key] : undefined;
    } else {
      const item = itemNamed(here, key.item);
      if (item === undefined || item !== itemOf(here, mergeKeyOf(gone.slice(0, index)) ?? 'name', other.item))
        return false;
      here = item;
    }
  }
  return true;
}

interface Manager {
  readonly manager: string;
  /** ISO 8601, empty where the API server names none. */
  readonly time: string;
}

function managersOf(object: KubeObject, path: FieldPath): readonly Manager[] {
  const { managedFields } = object.metadata as unknown as JsonObject;
  if (!Array.isArray(managedFields)) return [];
  return (managedFields as readonly Json[]).flatMap((entry) => {
    if (!isJsonObject(entry) || !ownsField(entry['fieldsV1'], object as unknown as Json, path, byName)) return [];
    const { manager, time } = entry;
    // An entry without a name says nothing that people could use.
    return typeof manager !== 'string' || manager === ''
      ? []
      : [{ manager, time: typeof time === 'string' ? time : '' }];
  });
}
