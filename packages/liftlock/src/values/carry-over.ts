import { canonicalJson, isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import type { ValueRule } from '../model/migration.ts';
import type { CarryOver } from '../model/step.ts';
import { joinPath, mergeValues } from './compare.ts';
import type { ValuePath } from './template-values.ts';
import { fitsPattern, readPattern, startsWith, type ValuePattern } from './value-path.ts';
import { asType } from './value-types.ts';

/** One value of the user's on its way: a list is one value, and so are null and an empty map. */
export interface CarriedLeaf {
  /** Where it stood; several where values became one. */
  readonly origins: readonly ValuePath[];
  readonly path: ValuePath;
  readonly value: Json;
  /** A rule has decided about it. */
  readonly isRuled: boolean;
  /** A rule keeps it as it is: no later one is asked. */
  readonly isFixed: boolean;
}

/** What became of values, and why some could not be carried. */
export interface Carried {
  readonly leaves: readonly CarriedLeaf[];
  readonly dropped: readonly { readonly path: ValuePath; readonly rule: ValueRule }[];
  readonly faults: readonly CarryFault[];
}

export interface CarryFault {
  /** Where the value stands, and stays. */
  readonly path: ValuePath;
  readonly why: string;
  /** The user's other value that is in its way. */
  readonly other?: ValuePath | undefined;
}

/**
 * The user's values as the new chart takes them: one rule after the other, each upon what the former have left, then what the
 * definition sets. Nothing is lost that no rule drops: what cannot be moved or converted stays where it is.
 */
export function applyCarryOver(values: JsonObject, { rules, set }: CarryOver): JsonObject {
  return mergeValues(treeOf(traceRules(values, rules).leaves), set);
}

/** Applies the rules and tells of every value what became of it. */
export function traceRules(values: JsonObject, rules: readonly ValueRule[]): Carried {
  let leaves: readonly CarriedLeaf[] = leavesBelow(values, []).map(({ path, value }) => ({
    origins: [path],
    path,
    value,
    isRuled: false,
    isFixed: false,
  }));
  const dropped: Carried['dropped'][number][] = [];
  const faults: CarryFault[] = [];
  for (const rule of rules) {
    const pattern = readPattern(rule.from);
    const fits = (leaf: CarriedLeaf) => !leaf.isFixed && fitsPattern(leaf.path, pattern);
    const matched = leaves.filter(fits);
    if (matched.length === 0) continue;
    const others = leaves.filter((leaf) => !fits(leaf));
    if (rule.drop === true) {
      leaves = others;
      dropped.push(...matched.flatMap(({ origins }) => origins).map((path) => ({ path, rule })));
    } else if (rule.to === undefined && rule.as === undefined) {
      leaves = leaves.map((leaf) => (fits(leaf) ? { ...leaf, isRuled: true, isFixed: true } : leaf));
    } else {
      const moved = translate(matched, pattern, rule);
      const placed = moved.faults.length > 0 ? moved : place(moved.leaves, others);
      // All of a rule or nothing: half a move could put one value in the way of another.
      if (placed.faults.length === 0) leaves = placed.leaves;
      else {
        faults.push(...placed.faults);
        leaves = leaves.map((leaf) => (matched.includes(leaf) ? { ...leaf, isRuled: true } : leaf));
      }
    }
  }
  return { leaves, dropped, faults };
}

type Placed = Pick<Carried, 'leaves' | 'faults'>;

/** The values that a rule is about, at their new places and in their new type. */
function translate(matched: readonly CarriedLeaf[], pattern: ValuePattern, rule: ValueRule): Placed {
  const from = pattern.keys;
  const to = rule.to === undefined ? from : readPattern(rule.to).keys;
  const isWhole = !pattern.isBelow && (rule.as === 'list' || rule.as === 'map-by-name');
  const parts = isWhole ? [whole(matched, from)] : matched;
  const leaves: CarriedLeaf[] = [];
  const faults: CarryFault[] = [];
  for (const part of parts) {
    // An empty map says nothing, and as a list it would.
    if (rule.as !== undefined && isEmpty(part.value)) continue;
    const value = rule.as === undefined ? part.value : asType(part.value, rule.as);
    const [origin = from] = part.origins;
    if (value === undefined) {
      faults.push({ path: origin, why: `it cannot be turned into a ${rule.as ?? ''}` });
      continue;
    }
    const path = [...to, ...part.path.slice(from.length)];
    const inner = isJsonObject(value) ? leavesBelow(value, path) : [{ path, value }];
    leaves.push(...inner.map((leaf) => ({ ...part, ...leaf, isRuled: true })));
  }
  return { leaves, faults };
}

/** Everything at a path as one value. */
function whole(matched: readonly CarriedLeaf[], from: ValuePath): CarriedLeaf {
  const [first] = matched;
  const isOne = first !== undefined && matched.length === 1 && first.path.length === from.length;
  const value = isOne ? first.value : treeOf(matched.map((leaf) => ({ ...leaf, path: leaf.path.slice(from.length) })));
  const origins = matched.flatMap((leaf) => leaf.origins);
  return { origins, path: from, value, isRuled: true, isFixed: false };
}

/** Puts values among others. Two of the user's values for one place are a fault, unless they are equal. */
function place(moved: readonly CarriedLeaf[], others: readonly CarriedLeaf[]): Placed {
  let leaves: readonly CarriedLeaf[] = others;
  const faults: CarryFault[] = [];
  for (const leaf of moved) {
    const near = leaves.filter((item) => startsWith(item.path, leaf.path) || startsWith(leaf.path, item.path));
    const equal = near.find((item) => isSame(item, leaf));
    const [other] = near.filter((item) => !isSame(item, leaf) && !isEmpty(item.value));
    if (equal !== undefined) {
      const both = { ...leaf, origins: [...equal.origins, ...leaf.origins] };
      leaves = leaves.map((item) => (item === equal ? both : item));
    } else if (other === undefined || isEmpty(leaf.value)) {
      const kept = leaves.filter((item) => !near.includes(item) || !isEmpty(item.value));
      leaves = other === undefined ? [...kept, leaf] : leaves;
    } else {
      const [path = leaf.path] = leaf.origins;
      const [otherPath = other.path] = other.origins;
      const why = `it would go to ${joinPath(leaf.path)}, where your values have something else`;
      faults.push({ path, why, other: otherPath });
    }
  }
  return { leaves, faults };
}

function isSame(a: CarriedLeaf, b: CarriedLeaf): boolean {
  return (
    a.path.length === b.path.length && startsWith(a.path, b.path) && canonicalJson(a.value) === canonicalJson(b.value)
  );
}

/** An empty map says nothing: helm merges it with the defaults to the defaults. */
function isEmpty(value: Json): boolean {
  return isJsonObject(value) && Object.keys(value).length === 0;
}

function leavesBelow(value: JsonObject, at: ValuePath): readonly { readonly path: ValuePath; readonly value: Json }[] {
  return Object.entries(value).flatMap(([key, inner]) => {
    const path = [...at, key];
    if (inner === undefined) return [];
    return isJsonObject(inner) && !isEmpty(inner) ? leavesBelow(inner, path) : [{ path, value: inner }];
  });
}

/** The tree that has these leaves: none lies below another. */
function treeOf(leaves: readonly Pick<CarriedLeaf, 'path' | 'value'>[]): JsonObject {
  const tree: Branch = new Map();
  for (const { path, value } of leaves) {
    let here = tree;
    for (const key of path.slice(0, -1)) {
      const next = here.get(key);
      const branch: Branch = next instanceof Map ? next : new Map<string, Branch | Json>();
      if (branch !== next) here.set(key, branch);
      here = branch;
    }
    here.set(path.at(-1) ?? '', value);
  }
  return plain(tree);
}

type Branch = Map<string, Branch | Json>;

function plain(branch: Branch): JsonObject {
  return Object.fromEntries([...branch].map(([key, inner]) => [key, inner instanceof Map ? plain(inner) : inner]));
}
