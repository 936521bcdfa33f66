import { finding } from '../findings/make-finding.ts';
import { canonicalJson, isJsonObject, type Json } from '../model/json.ts';
import { formatRef, isSameObject, refOf, type KubeObject } from '../model/kube.ts';
import type { ObjectChange } from '../model/plan.ts';
import { parseManifest } from '../release/manifest.ts';
import type { ForeseenRelease, ReleaseLook } from './foreseen-release.ts';

/** Fields of one object that two renders of the same values gave differently, as changes name them. */
export interface RandomFields {
  readonly object: KubeObject;
  readonly paths: readonly string[];
}

/** Says once of a release which fields its chart makes up anew at each render (O19). */
export const nondeterministicOf: ReleaseLook = async (foreseen) => {
  const { step } = foreseen;
  const random = randomFields(foreseen);
  // Of a reinstall it is judged what of that would be lost.
  if (random.length === 0 || (step.kind === 'helm-upgrade' && step.reinstalls === true))
    return { findings: [], unforeseen: [] };
  const list = random.map(({ object, paths }) => `${formatRef(refOf(object))}: ${paths.join(', ')}`).join('; ');
  return {
    findings: [
      finding({
        code: 'NONDETERMINISTIC_RENDER',
        severity: 'warning',
        component: step.component,
        message: `The chart of ${step.release} makes these up anew at every upgrade; they are left out of the changes: ${list}.`,
      }),
    ],
    unforeseen: [],
  };
};

/** What differs between two renders of the same input; nothing where there was one render. */
export function randomFields({ record, again }: Pick<ForeseenRelease, 'record' | 'again'>): readonly RandomFields[] {
  if (record === undefined || again === undefined || record.manifest === again.manifest) return [];
  const second = parseManifest(again.manifest);
  return parseManifest(record.manifest).flatMap((object, index) => {
    const found = second.find((item) => isSameObject(object, item, item.metadata.namespace ?? ''));
    // A name that is made up: the object at its place is another one each time.
    const other = found ?? second[index];
    const paths = other === undefined ? [] : differing(object as unknown as Json, other as unknown as Json, '');
    return paths.length === 0 ? [] : [{ object, paths: [...new Set(paths.map(asStored))] }];
  });
}

/** The API server stores a Secret's `stringData` as `data`. */
function asStored(path: string): string {
  return path.replace(/^stringData(?=\.|$)/, 'data');
}

function differing(one: Json | undefined, other: Json | undefined, path: string): readonly string[] {
  if (canonicalJson(one ?? null) === canonicalJson(other ?? null)) return [];
  if (isJsonObject(one) && isJsonObject(other)) {
    return [...new Set([...Object.keys(one), ...Object.keys(other)])].flatMap((key) =>
      differing(one[key], other[key], path === '' ? key : `${path}.${key}`),
    );
  }
  const [items, others] = [namedItems(one), namedItems(other)];
  if (items === undefined || others === undefined) return [path];
  return [...new Set([...items.keys(), ...others.keys()])].flatMap((name) =>
    differing(items.get(name), others.get(name), `${path}[${name}]`),
  );
}

/** Items by name, of a list that changes name item by item; undefined for any other value: it counts as a whole. */
function namedItems(value: Json | undefined): ReadonlyMap<string, Json> | undefined {
  if (!Array.isArray(value)) return undefined;
  const named = new Map<string, Json>();
  for (const item of value as readonly Json[]) {
    const name = isJsonObject(item) ? item['name'] : undefined;
    if (typeof name !== 'string') return undefined;
    if (!named.has(name)) named.set(name, item);
  }
  return named;
}

/** Changes without the fields that are made up; whether pods restart stays as it is. */
export function withoutRandom(
  changes: readonly ObjectChange[],
  random: readonly RandomFields[],
  namespace: string,
): readonly ObjectChange[] {
  return changes.map((change) => {
    const { apiVersion, kind, name, namespace: there } = change.object;
    const live = { apiVersion, kind, metadata: { name, ...(there === undefined ? {} : { namespace: there }) } };
    const paths = random.find(({ object }) => isSameObject(object, live, namespace))?.paths ?? [];
    const fields = change.fields.filter(
      ({ path }) => !paths.some((made) => path === made || path.startsWith(`${made}.`) || path.startsWith(`${made}[`)),
    );
    if (fields.length === change.fields.length) return change;
    return { ...change, fields, change: fields.length === 0 && !change.restartsPods ? 'unchanged' : change.change };
  });
}
