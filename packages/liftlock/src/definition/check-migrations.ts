import { conditionFault } from '../facts/condition.ts';
import type { ConditionNames } from '../facts/names.ts';
import { namesOf } from '../facts/scope.ts';
import { fillInCondition, fillInFault, type FillInNames } from '../model/fill-in.ts';
import { isJsonObject } from '../model/json.ts';
import type { Migration, MigrationStep, ValueRule } from '../model/migration.ts';
import type { Platform } from '../model/platform.ts';
import { isVersion } from '../model/version.ts';
import { repeated, type Fault } from './fault.ts';
import type { Path } from './mistake.ts';
import { suggestion } from './nearest.ts';

/** Kinds whose deletion takes data or other people's objects along. */
const holdsData: readonly string[] = [
  'CustomResourceDefinition',
  'Namespace',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'StorageClass',
];

/** What the parts of a definition are checked against. */
export interface Known {
  readonly components: readonly string[];
  readonly texts: FillInNames;
  /** Inputs that are files. */
  readonly files: readonly string[];
  /** What conditions over the installation may name. */
  readonly names: ConditionNames;
}

/** The names that a definition declares. */
export function knownOf(platform: Platform): Known {
  return {
    components: platform.components.map(({ name }) => name),
    texts: { inputs: Object.keys(platform.inputs), options: Object.keys(platform.options) },
    files: Object.entries(platform.inputs).flatMap(([name, { type }]) => (type === 'file' ? [name] : [])),
    names: namesOf(platform, true),
  };
}

/** What is wrong in the migrations of a definition that has the right shape. */
export function migrationFaults(platform: Platform): readonly Fault[] {
  const known = knownOf(platform);
  const ids = platform.migrations.map(({ id }) => id);
  return [
    ...repeated('migration', ids, (index) => ['migrations', index, 'id']),
    ...platform.migrations.flatMap((migration, index) => faultsOf(migration, ['migrations', index], known)),
  ];
}

function faultsOf(migration: Migration, path: Path, known: Known): Fault[] {
  const { crosses, component, when, steps, values } = migration;
  const faults: Fault[] = [];
  if (!isVersion(crosses) || crosses.startsWith('v'))
    faults.push({ path: [...path, 'crosses'], message: `"${crosses}" is not a version of the form x.y.z` });
  if (component !== undefined && !known.components.includes(component)) {
    const message = `the platform has no component "${component}"${suggestion(component, known.components)}`;
    faults.push({ path: [...path, 'component'], message });
  }
  if (steps.length === 0 && values === undefined)
    faults.push({ path, message: 'does nothing: it has neither steps nor values' });
  faults.push(
    ...whenFaults(when, [...path, 'when'], known.names),
    ...repeated(
      'step',
      steps.map(({ id }) => id),
      (index) => [...path, 'steps', index, 'id'],
    ),
    ...steps.flatMap((step, index) => stepFaults(step, [...path, 'steps', index], known)),
    ...valuesFaults(migration, [...path, 'values'], known),
  );
  return faults;
}

/** A condition over the installation. */
export function whenFaults(when: string | undefined, path: Path, names: ConditionNames): Fault[] {
  const fault = when === undefined ? undefined : conditionFault(when, names);
  return fault === undefined ? [] : [{ path, message: fault }];
}

const ofObjects: ConditionNames = { objects: undefined, object: undefined };
const ofPages: ConditionNames = { response: ['status', 'body'] };

/** Keys whose text is no template: names of this file, and conditions, which are checked as such. */
const untouched = new Set(['id', 'kind', 'when', 'until', 'returns', 'title', 'timeout', 'minimum', 'returnsWithin']);

function stepFaults(step: MigrationStep, path: Path, known: Known): Fault[] {
  const parts = Object.entries(step).filter(([key]) => !untouched.has(key));
  return [
    ...whenFaults(step.when, [...path, 'when'], known.names),
    ...parts.flatMap(([key, part]) => textFaults(part, [...path, key], known.texts, step.kind)),
    ...ofItsKind(step, path, known),
  ];
}

/** `{claim}` stands for each of the claims in the guide's command about them. */
function textFaults(value: unknown, path: Path, names: FillInNames, kind?: string): Fault[] {
  if (typeof value === 'string') {
    const text = kind === 'protect-claims' ? value.replaceAll('{claim}', '') : value;
    const fault = fillInFault(text, names);
    return fault === undefined ? [] : [{ path, message: fault }];
  }
  const entries = Array.isArray(value) ? [...value.entries()] : isJsonObject(value) ? Object.entries(value) : [];
  return entries.flatMap(([key, inner]) => textFaults(inner, [...path, key], names, kind));
}

function ofItsKind(step: MigrationStep, path: Path, known: Known): Fault[] {
  switch (step.kind) {
    case 'protect-claims':
      return repeated('claim', step.claims, (index) => [...path, 'claims', index]);
    case 'patch-object':
      return patchFaults(step, path);
    case 'replace-object':
      return [
        ...(holdsData.includes(step.object.kind)
          ? [
              {
                path: [...path, 'object', 'kind'],
                message: `no migration deletes a ${step.object.kind}: data would go with it`,
              },
            ]
          : []),
        ...filledFaults(step.returns, [...path, 'returns'], ofObjects, known),
      ];
    case 'create-secret':
      return secretFaults(step, path, known);
    case 'await-condition': {
      const { objects, http } = step;
      if ((objects === undefined) === (http === undefined))
        return [{ path, message: 'says either objects: or http:, and not both' }];
      return filledFaults(step.until, [...path, 'until'], objects === undefined ? ofPages : ofObjects, known);
    }
    case 'run-job':
      return jobFaults(step, path);
    default:
      return [];
  }
}

/** A condition in which inputs and options may stand between quotes. */
function filledFaults(condition: string | undefined, path: Path, names: ConditionNames, { texts }: Known): Fault[] {
  if (condition === undefined) return [];
  const template = fillInFault(condition, texts);
  if (template !== undefined) return [{ path, message: template }];
  const any = (keys: readonly string[]) => Object.fromEntries(keys.map((key) => [key, 'x']));
  const values = {
    inputs: any(texts.inputs),
    options: any(texts.options),
    namespace: 'x',
    release: 'x',
    version: '1.0.0',
  };
  return whenFaults(fillInCondition(condition, values), path, names);
}

function patchFaults(step: Extract<MigrationStep, { kind: 'patch-object' }>, path: Path): Fault[] {
  const set = Object.keys(step.set);
  if (set.length + step.remove.length === 0)
    return [{ path, message: 'changes nothing: it has neither set: nor remove:' }];
  const both = step.remove.flatMap((field, index) =>
    set.includes(field) ? [{ path: [...path, 'remove', index], message: `"${field}" is set as well; keep one` }] : [],
  );
  return [...both, ...repeated('field', step.remove, (index) => [...path, 'remove', index])];
}

/** Which file of this machine goes into the cluster is for the site to say: a definition names an input, never a path. */
function secretFaults(step: Extract<MigrationStep, { kind: 'create-secret' }>, path: Path, { files }: Known): Fault[] {
  const named = Object.entries(step.files).filter(([, file]) => !files.some((input) => file === `{inputs.${input}}`));
  if (named.length > 0)
    return named.map(([key]) => ({
      path: [...path, 'files', key],
      message: 'must be {inputs.NAME} of an input of type file: a definition names no path of this machine',
    }));
  const keys = Object.keys(step.files);
  const wanted = step.type === 'kubernetes.io/tls' ? ['tls.crt', 'tls.key'] : [];
  const missing = wanted.filter((key) => !keys.includes(key));
  if (missing.length > 0)
    return [{ path: [...path, 'files'], message: `a Secret of type ${step.type} needs ${missing.join(' and ')}` }];
  return keys.length === 0 ? [{ path: [...path, 'files'], message: 'names no file' }] : [];
}

function jobFaults({ manifest }: Extract<MigrationStep, { kind: 'run-job' }>, path: Path): Fault[] {
  const at = [...path, 'manifest'];
  if (manifest['kind'] !== 'Job' || manifest['apiVersion'] !== 'batch/v1')
    return [{ path: at, message: 'must be a Job: apiVersion: batch/v1, kind: Job' }];
  const metadata = manifest['metadata'];
  const name = isJsonObject(metadata) ? metadata['name'] : undefined;
  if (typeof name !== 'string') return [{ path: at, message: 'has no metadata.name' }];
  return isJsonObject(metadata) && 'namespace' in metadata
    ? [
        {
          path: [...at, 'metadata', 'namespace'],
          message: 'leave it out: the Job runs in the namespace of the platform',
        },
      ]
    : [];
}

function valuesFaults({ values }: Migration, path: Path, { texts }: Known): Fault[] {
  if (values === undefined) return [];
  const { set, carry, keeps, thisHopOnly } = values;
  const froms = carry.map(({ from }) => from);
  const faults = Object.entries(set).flatMap(([key, value]) => [
    ...pathFaults(key, [...path, 'set', key], true),
    ...textFaults(value, [...path, 'set', key], texts),
  ]);
  faults.push(...carryFaults(carry, [...path, 'carry']));
  for (const [index, keep] of keeps.entries()) {
    faults.push(...pathFaults(keep, [...path, 'keeps', index]));
    if (froms.includes(keep))
      faults.push({ path: [...path, 'keeps', index], message: `"${keep}" is carried by a rule as well; keep one` });
  }
  faults.push(
    ...repeated('value', froms, (index) => [...path, 'carry', index, 'from']),
    ...repeated('value', keeps, (index) => [...path, 'keeps', index]),
  );
  if (thisHopOnly && Object.keys(set).length === 0)
    faults.push({ path: [...path, 'thisHopOnly'], message: 'is about what is set, and nothing is set', isKey: true });
  return faults;
}

/** Rules by which values are carried over: of a definition or a site. */
export function carryFaults(rules: readonly ValueRule[], path: Path): Fault[] {
  const faults: Fault[] = [];
  for (const [index, rule] of rules.entries()) {
    const at = [...path, index];
    faults.push(...pathFaults(rule.from, [...at, 'from']), ...pathFaults(rule.to ?? 'a', [...at, 'to']));
    if (rule.drop === true && (rule.to !== undefined || rule.as !== undefined))
      faults.push({ path: [...at, 'drop'], message: 'drop excludes to and as; keep one', isKey: true });
    if (rule.from.endsWith('.*') && rule.to !== undefined && !rule.to.endsWith('.*'))
      faults.push({ path: [...at, 'to'], message: `must end in .*, as ${rule.from} does` });
  }
  return faults;
}

/** helm's dotted form: no empty key, and a star only at the end. */
function pathFaults(text: string, path: Path, isKey = false): Fault[] {
  const keys = text.replaceAll(/\\./g, 'x').split('.');
  const isWrong = keys.some(
    (key, index) => key.trim() === '' || (key.includes('*') && (key !== '*' || index + 1 < keys.length)),
  );
  return isWrong ? [{ path, message: `"${text}" is not a path such as a.b or a.*`, isKey }] : [];
}
