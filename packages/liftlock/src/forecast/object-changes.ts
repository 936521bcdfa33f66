import { canonicalJson, isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import { refOf, type KubeObject } from '../model/kube.ts';
import type { FieldChange, ObjectChange } from '../model/plan.ts';
import type { ShadowAnswer } from '../model/ports.ts';
import { masked, type Redactor } from '../model/redaction.ts';
import type { FieldPath } from '../release/field-path.ts';
import type { Attribute } from './attribution.ts';
import { isHiddenField, withoutSecrets } from './hidden-fields.ts';

/** How many changed fields of one object are kept: beyond that a person reads the chart's notes. */
const mostFields = 40;

/** The accepted answers as changes, object by object, in helm's order. */
export function changesOf(
  answers: readonly ShadowAnswer[],
  redactor: Redactor,
  attributionOf: (before: KubeObject, replacedBy?: KubeObject) => Attribute,
): readonly ObjectChange[] {
  return answers.flatMap((answer) => {
    const change = changeOf(answer, redactor, attributionOf);
    return change === undefined ? [] : [change];
  });
}

function changeOf(
  answer: ShadowAnswer,
  redactor: Redactor,
  attributionOf: (before: KubeObject, replacedBy?: KubeObject) => Attribute,
): ObjectChange | undefined {
  const { before, after } = answer;
  if (answer.status >= 300 || answer.unforeseen !== undefined) return undefined;
  if (answer.method === 'DELETE') {
    return before === undefined
      ? undefined
      : { object: refOf(before), change: 'deleted', fields: [], restartsPods: false };
  }
  if (after?.metadata === undefined) return undefined;
  if (before === undefined) return { object: refOf(after), change: 'created', fields: [], restartsPods: false };
  const fields = changedFields(
    before,
    after,
    redactor,
    attributionOf(before, answer.method === 'PUT' ? after : undefined),
  );
  const restartsPods = fields.some((field) => field.path.startsWith('spec.template.'));
  return {
    object: refOf(after),
    change: fields.length === 0 ? 'unchanged' : 'changed',
    fields: mostTelling(fields),
    restartsPods,
  };
}

/** Live edits are never among those that are left out. */
function mostTelling(fields: readonly FieldChange[]): readonly FieldChange[] {
  if (fields.length <= mostFields) return fields;
  const isEdit = (field: FieldChange) => field.because === 'live edit';
  return [...fields.filter(isEdit), ...fields.filter((field) => !isEdit(field))].slice(0, mostFields);
}

/** A field that differs, and whether content that is there would give way. */
export interface ChangedPath {
  readonly path: string;
  readonly overwrites: boolean;
}

/** Fields in which two states of an object differ, without what the server and its controllers write. */
export function changedPaths(before: KubeObject, after: KubeObject): readonly ChangedPath[] {
  const changed: ChangedPath[] = [];
  walk(comparable(before), comparable(after), [], (keys, old) => {
    changed.push({ path: dotted(keys), overwrites: old !== undefined && old !== null });
  });
  return changed;
}

/** Written by the server or by controllers, and different each time. */
const serverFields = new Set([
  'resourceVersion',
  'generation',
  'managedFields',
  'uid',
  'creationTimestamp',
  'selfLink',
]);

function changedFields(
  before: KubeObject,
  after: KubeObject,
  redactor: Redactor,
  attribute: Attribute,
): readonly FieldChange[] {
  const fields: FieldChange[] = [];
  const shown = (value: Json) => {
    const plain = withoutSecrets(value);
    return redactor.text(typeof plain === 'string' ? plain : JSON.stringify(plain));
  };
  walk(comparable(before), comparable(after), [], (keys, old, young) => {
    const hide = isHiddenField(after, keys);
    const show = (value: Json | undefined, hidden: string) =>
      value === undefined ? '(none)' : hide ? hidden : shown(value);
    const change = { before: show(old, masked), after: show(young, old === undefined ? masked : 'changed') };
    fields.push({ path: dotted(keys), ...change, ...attribute(keys) });
  });
  return fields;
}

function dotted(keys: FieldPath): string {
  return keys
    .map((key, index) => (typeof key === 'string' ? `${index === 0 ? '' : '.'}${key}` : `[${key.item}]`))
    .join('');
}

function comparable(object: KubeObject): JsonObject {
  const { status: _status, metadata, ...rest } = object as unknown as JsonObject;
  const kept = isJsonObject(metadata) ? Object.entries(metadata).filter(([key]) => !serverFields.has(key)) : [];
  return { ...rest, metadata: Object.fromEntries(kept) };
}

function walk(
  before: Json | undefined,
  after: Json | undefined,
  path: FieldPath,
  found: (path: FieldPath, before: Json | undefined, after: Json | undefined) => void,
): void {
  if (canonicalJson(before ?? null) === canonicalJson(after ?? null)) return;
  if (isJsonObject(before) && isJsonObject(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      walk(before[key], after[key], [...path, key], found);
    }
  } else if (Array.isArray(before) && Array.isArray(after)) {
    walkLists(before as readonly Json[], after as readonly Json[], path, found);
  } else {
    found(path, before, after);
  }
}

/** Kubernetes lists of maps are keyed by name: containers, env, volumes, ports. */
function walkLists(
  before: readonly Json[],
  after: readonly Json[],
  path: FieldPath,
  found: (path: FieldPath, before: Json | undefined, after: Json | undefined) => void,
): void {
  const nameOf = (item: Json) => (isJsonObject(item) && typeof item['name'] === 'string' ? item['name'] : undefined);
  if (![...before, ...after].every((item) => nameOf(item) !== undefined)) {
    found(path, before, after);
    return;
  }
  const names = new Set([...before, ...after].map((item) => nameOf(item) ?? ''));
  for (const name of names) {
    const pick = (list: readonly Json[]) => list.find((item) => nameOf(item) === name);
    walk(pick(before), pick(after), [...path, { item: name }], found);
  }
}
