import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import { listAt, textAt } from '../faults/read.ts';

/** One object that pods of a workload cannot do without. */
export interface Reference {
  readonly kind: 'Secret' | 'ConfigMap' | 'PersistentVolumeClaim';
  readonly name: string;
  /** The key that is read; undefined where any will do. */
  readonly key?: string | undefined;
  /** Where it stands: `env DB_PASSWORD of container web`. */
  readonly where: string;
  /** For pulling images: nodes may do without. */
  readonly isPullSecret: boolean;
}

/**
 * Everything that a pod spec refers to and needs; what is marked optional is left out. Claims that a StatefulSet makes from
 * its templates are volumes of no kind here.
 */
export function referencesOf(spec: JsonObject, made: ReadonlySet<string> = new Set()): readonly Reference[] {
  const containers = [...listAt(spec, 'initContainers'), ...listAt(spec, 'containers')];
  return [
    ...containers.flatMap(ofContainer),
    ...listAt(spec, 'volumes')
      .filter((volume) => !made.has(textAt(volume, 'name')))
      .flatMap(ofVolume),
    ...listAt(spec, 'imagePullSecrets').flatMap((item) =>
      reference('Secret', textAt(item, 'name'), 'imagePullSecrets', undefined, true),
    ),
  ];
}

function ofContainer(container: JsonObject): readonly Reference[] {
  const of = `container ${textAt(container, 'name')}`;
  const single = listAt(container, 'env').flatMap((variable) => {
    const where = `env ${textAt(variable, 'name')} of ${of}`;
    return [
      ...keyOf('Secret', mapAt(variable, 'valueFrom', 'secretKeyRef'), where),
      ...keyOf('ConfigMap', mapAt(variable, 'valueFrom', 'configMapKeyRef'), where),
    ];
  });
  const whole = listAt(container, 'envFrom').flatMap((source) => [
    ...wholeOf('Secret', mapAt(source, 'secretRef'), 'name', `envFrom of ${of}`),
    ...wholeOf('ConfigMap', mapAt(source, 'configMapRef'), 'name', `envFrom of ${of}`),
  ]);
  return [...single, ...whole];
}

function ofVolume(volume: JsonObject): readonly Reference[] {
  const where = `volume ${textAt(volume, 'name')}`;
  const projected = listAt(volume, 'projected', 'sources').flatMap((source) => [
    ...withItems('Secret', mapAt(source, 'secret'), 'name', where),
    ...withItems('ConfigMap', mapAt(source, 'configMap'), 'name', where),
  ]);
  return [
    ...withItems('Secret', mapAt(volume, 'secret'), 'secretName', where),
    ...withItems('ConfigMap', mapAt(volume, 'configMap'), 'name', where),
    ...reference('PersistentVolumeClaim', textAt(volume, 'persistentVolumeClaim', 'claimName'), where),
    ...projected,
  ];
}

function keyOf(kind: Reference['kind'], source: JsonObject | undefined, where: string): readonly Reference[] {
  if (source === undefined || source['optional'] === true) return [];
  return reference(kind, textAt(source, 'name'), where, textAt(source, 'key'));
}

function wholeOf(
  kind: Reference['kind'],
  source: JsonObject | undefined,
  name: string,
  where: string,
): readonly Reference[] {
  return source === undefined || source['optional'] === true ? [] : reference(kind, textAt(source, name), where);
}

/** A volume with `items` mounts these keys and fails without one of them. */
function withItems(
  kind: Reference['kind'],
  source: JsonObject | undefined,
  name: string,
  where: string,
): readonly Reference[] {
  if (source === undefined || source['optional'] === true) return [];
  const items = listAt(source, 'items');
  if (items.length === 0) return wholeOf(kind, source, name, where);
  return items.flatMap((item) => reference(kind, textAt(source, name), where, textAt(item, 'key')));
}

function reference(
  kind: Reference['kind'],
  name: string,
  where: string,
  key?: string,
  isPullSecret = false,
): readonly Reference[] {
  if (name === '') return [];
  return [{ kind, name, where, isPullSecret, ...(key === undefined || key === '' ? {} : { key }) }];
}

function mapAt(value: Json | undefined, ...path: readonly string[]): JsonObject | undefined {
  let here: Json | undefined = value;
  for (const key of path) here = isJsonObject(here) ? here[key] : undefined;
  return isJsonObject(here) ? here : undefined;
}
