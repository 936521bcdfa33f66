import { canonicalJson, isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import type { PatchType } from '../model/ports.ts';
import { exitCodes, Problem } from '../model/problem.ts';

/** One step into an object: the key of a map, or the item of a list whose merge key has this value. */
export type FieldKey = string | { readonly item: string };
export type FieldPath = readonly FieldKey[];

/**
 * The keys by which the API server merges its own lists of maps, by the list's field; other lists are replaced as a whole.
 * Source: `patchMergeKey` in k8s.io/api core/v1.
 */
const mergeKeys: Readonly<Record<string, string>> = {
  containers: 'name',
  initContainers: 'name',
  ephemeralContainers: 'name',
  env: 'name',
  volumes: 'name',
  imagePullSecrets: 'name',
  volumeMounts: 'mountPath',
  volumeDevices: 'devicePath',
  hostAliases: 'ip',
  topologySpreadConstraints: 'topologyKey',
};

/** The merge key of the list at a path, or undefined where the list has none. */
export function mergeKeyOf(list: FieldPath): string | undefined {
  const name = list.at(-1);
  if (typeof name !== 'string') return undefined;
  if (name !== 'ports') return Object.hasOwn(mergeKeys, name) ? mergeKeys[name] : undefined;
  // A Service's ports and a container's have different keys.
  return typeof list.at(-2) === 'object' ? 'containerPort' : 'port';
}

/** `spec.template.spec.containers[app].env[MODE]`; dots and brackets inside a key are escaped with a backslash. */
export function formatFieldPath(path: FieldPath): string {
  return path
    .map((key, index) => {
      const text = (typeof key === 'string' ? key : key.item).replaceAll(/[\\.[\]]/g, String.raw`\$&`);
      if (typeof key !== 'string') return `[${text}]`;
      return index === 0 ? text : `.${text}`;
    })
    .join('');
}

/** The reverse of formatFieldPath. */
export function parseFieldPath(text: string): FieldPath {
  const keys: FieldKey[] = [];
  let key = '';
  let isItem = false;
  // An item's closing bracket ends it: what follows is a dot, a bracket or nothing.
  let isEnded = true;
  const end = () => {
    if (!isEnded) keys.push(isItem ? { item: key } : key);
    key = '';
    isEnded = true;
  };
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (character === '.' || character === '[' || character === ']') {
      end();
      isItem = character === '[';
      isEnded = character === ']';
      continue;
    }
    if (character === '\\') index += 1;
    key += text.charAt(index);
    isEnded = false;
  }
  end();
  return keys;
}

/** The value at a path, or undefined when the path leads nowhere. */
export function fieldAt(object: Json | undefined, path: FieldPath): Json | undefined {
  let here = object;
  for (const [index, key] of path.entries()) {
    if (typeof key === 'string') here = isJsonObject(here) ? here[key] : undefined;
    else here = itemOf(here, mergeKeyOf(path.slice(0, index)), key.item);
  }
  return here;
}

/** The value of a merge key as it stands in a path; undefined for what is no key. */
export function keyText(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

/** The item of a list whose merge key has a value. */
export function itemOf(list: Json | undefined, mergeKey: string | undefined, value: string): Json | undefined {
  if (!Array.isArray(list) || mergeKey === undefined) return undefined;
  return (list as readonly Json[]).find((item) => isJsonObject(item) && keyText(item[mergeKey]) === value);
}

export interface FieldPatch {
  readonly patch: JsonObject;
  readonly type: PatchType;
}

/** The patch that removes fields, and sets others. Throws BAD_FIELD_PATH for an item of a list that has no merge key. */
export function fieldPatch(
  remove: readonly FieldPath[],
  set: readonly { readonly path: FieldPath; readonly value: Json }[] = [],
): FieldPatch {
  const patch: MutableMap = {};
  for (const path of remove) put(patch, path, undefined);
  for (const { path, value } of set) put(patch, path, value);
  const hasItems = [...remove, ...set.map((item) => item.path)].some((path) =>
    path.some((key) => typeof key !== 'string'),
  );
  return { patch, type: hasItems ? 'strategic' : 'merge' };
}

/** JSON that is still being built. */
interface MutableMap {
  [key: string]: Json | MutableMap | MutableMap[];
}

function put(patch: MutableMap, path: FieldPath, value: Json | undefined): void {
  let here = patch;
  for (const [index, key] of path.entries()) {
    const isLast = index === path.length - 1;
    if (typeof key === 'string') {
      // The item that follows finds its list by this key.
      if (typeof path[index + 1] === 'object') continue;
      if (isLast) here[key] = value ?? null;
      else here = below(here, key);
    } else {
      here = itemBelow(here, path.slice(0, index), key.item);
      if (isLast) Object.assign(here, value === undefined ? { $patch: 'delete' } : value);
    }
  }
}

function below(map: MutableMap, key: string): MutableMap {
  const inner = map[key];
  if (isJsonObject(inner)) return inner as MutableMap;
  const made: MutableMap = {};
  map[key] = made;
  return made;
}

function itemBelow(map: MutableMap, list: FieldPath, item: string): MutableMap {
  const name = list.at(-1);
  const mergeKey = mergeKeyOf(list);
  if (typeof name !== 'string' || mergeKey === undefined) {
    throw new Problem('BAD_FIELD_PATH', `${formatFieldPath(list)} is no list whose items have a key.`, {
      exitCode: exitCodes.usage,
      advice: ['Copy the id from the finding: liftlock plan shows it.'],
    });
  }
  const present = map[name];
  const items: MutableMap[] = Array.isArray(present) ? present.filter(isJsonObject) : [];
  map[name] = items;
  const known = items.find((entry) => keyText(entry[mergeKey]) === item);
  if (known !== undefined) return known;
  const made: MutableMap = { [mergeKey]: mergeKey === 'containerPort' || mergeKey === 'port' ? Number(item) : item };
  items.push(made);
  return made;
}

/** True when both are the same JSON, whatever the order of their keys. */
export function isSameJson(a: Json | undefined, b: Json | undefined): boolean {
  return (a === undefined) === (b === undefined) && canonicalJson(a ?? null) === canonicalJson(b ?? null);
}
