import { isJsonObject, type Json } from '../model/json.ts';
import { isSameObject, refOf, type KubeObject, type ObjectRef } from '../model/kube.ts';
import { itemOf, keyText, mergeKeyOf, type FieldPath } from './field-path.ts';
import { holds } from './leftover-fields.ts';
import { isTemplatedClaim, mountsClaim } from './references.ts';

/** An object that helm leaves where it is when a release goes back. */
export interface LeftObject {
  readonly object: ObjectRef;
  /** As a sentence goes on: `was made by 2.0.0 and asks to be kept`. */
  readonly why: string;
}

/** What of a release goes back, and what went away with it. */
export interface GoneBack {
  readonly namespace: string;
  /** Objects of the revision that the release went back to. */
  readonly target: readonly KubeObject[];
  /** Objects of the revisions that it left, and their hooks. */
  readonly left: readonly KubeObject[];
  readonly hooks: readonly KubeObject[];
  /** Hooks of the target. */
  readonly targetHooks: readonly KubeObject[];
}

const keep = 'helm.sh/resource-policy';

/**
 * Objects of the newer revisions that are neither of the target nor gone. helm deletes what the target's manifest does not name, save
 * what asks to be kept; hooks are none of its objects, and claims of a StatefulSet are none of the manifest's.
 * @param live those that exist, as they are
 * @param claims all claims of the namespace
 */
export function leftObjects(
  { namespace, target, left, hooks, targetHooks }: GoneBack,
  live: readonly KubeObject[],
  claims: readonly KubeObject[],
): readonly LeftObject[] {
  const isOf = (list: readonly KubeObject[], item: KubeObject) =>
    list.some((other) => isSameObject(other, item, namespace));
  const objects = live.flatMap((item): readonly LeftObject[] => {
    if (isOf(target, item) || isOf(targetHooks, item)) return [];
    const object = refOf(item);
    if (isOf(left, item)) {
      const isKept = item.metadata.annotations?.[keep] === 'keep';
      return [{ object, why: isKept ? `helm keeps it, as its annotation ${keep} asks` : 'helm has not deleted it' }];
    }
    return isOf(hooks, item)
      ? [{ object, why: 'it is a hook, and hooks go only as their own delete policy says' }]
      : [];
  });
  const mine = claims.filter(
    ({ metadata: { name } }) =>
      left.some((workload) => isTemplatedClaim(workload, name)) &&
      !target.some((workload) => mountsClaim(workload, name)),
  );
  return [
    ...objects,
    ...mine.map((claim) => ({
      object: refOf(claim),
      why: 'a StatefulSet has made it, and helm deletes no such claim',
    })),
  ];
}

/**
 * Dotted paths at which a live object is not as its manifest has it: the smallest fields that differ. What the API server has added is
 * no difference. Of a Secret only keys are compared, and named.
 */
export function differingPaths(wanted: KubeObject, live: KubeObject): readonly FieldPath[] {
  const { apiVersion: _version, kind: _kind, status: _status, ...fields } = wanted;
  const asked = wanted.kind === 'Secret' ? withData(fields) : fields;
  return differing(asked as unknown as Json, live as unknown as Json, []);
}

function differing(wanted: Json | undefined, live: Json | undefined, path: FieldPath): readonly FieldPath[] {
  if (holds(live, wanted)) return [];
  if (isJsonObject(wanted) && isJsonObject(live))
    return Object.keys(wanted).flatMap((key) => differing(wanted[key], live[key], [...path, key]));
  const key = mergeKeyOf(path);
  if (!Array.isArray(wanted) || !Array.isArray(live) || key === undefined) return [path];
  const items = (wanted as readonly Json[]).flatMap((item) => {
    const value = isJsonObject(item) ? keyText(item[key]) : undefined;
    return value === undefined ? [] : [{ value, item }];
  });
  if (items.length !== wanted.length) return [path];
  const below = items.flatMap(({ value, item }) =>
    differing(item, itemOf(live, key, value), [...path, { item: value }]),
  );
  // All that was asked for is there: someone has added an item, or the order is another.
  return below.length === 0 ? [path] : below;
}

/** `stringData` is what the API server stores as `data`. */
function withData(fields: object): object {
  const { stringData, data, ...rest } = fields as { readonly stringData?: Json; readonly data?: Json };
  const plain = isJsonObject(stringData)
    ? Object.fromEntries(
        Object.entries(stringData).map(([key, value]) => [
          key,
          Buffer.from(typeof value === 'string' ? value : '').toString('base64'),
        ]),
      )
    : {};
  return { ...rest, data: { ...(isJsonObject(data) ? data : {}), ...plain } };
}
