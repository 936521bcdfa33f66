import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import type { Plan } from '../model/plan.ts';
import { quoteArgument } from './shell.ts';

/** Inputs that name the site, and the flag of each. */
const siteFlags: readonly (readonly [input: string, flag: string])[] = [
  ['kubeconfig', '--kubeconfig'],
  ['context', '--context'],
  ['namespace', '--namespace'],
  ['helm', '--helm'],
  ['valuesFrom', '--values-from'],
  ['keyFile', '--key-file'],
  ['keyCreated', '--key-created'],
  ['caFile', '--ca-file'],
  ['proveImages', '--prove-images'],
];

/** What follows `liftlock VERB` to mean this plan again: the flags that it was made with. */
export function invocationOf(plan: Plan): string {
  const target = plan.route.at(-1)?.to;
  const selection = objectAt(plan.inputs?.['selection']);
  const only = Array.isArray(selection['only']) ? (selection['only'] as readonly Json[]) : [];
  const affirmed = Array.isArray(plan.inputs?.['affirm']) ? (plan.inputs['affirm'] as readonly Json[]) : [];
  const words = [
    ...siteWords(plan, []),
    ...(target === undefined ? [] : [`--to ${quoteArgument(target)}`]),
    ...only.flatMap((name) => flag('--only', name)),
    ...['from', 'until'].flatMap((edge) => flag(`--${edge}`, selection[edge])),
    ...affirmed.flatMap((word) => flag('--affirm', word)),
    ...plan.decisions.filter(({ how }) => how === 'flag').map(({ remedy }) => `--allow ${quoteArgument(remedy)}`),
  ];
  return words.join(' ');
}

/** The command that renews the key of a plan's site. */
export function rotateCommand(plan: Plan): string {
  return [
    'liftlock credentials rotate',
    ...siteWords(plan, ['keyFile', 'keyCreated', 'proveImages']),
    '--key-file ./new-key.json',
  ].join(' ');
}

/** The command that carries a plan out. */
export function applyCommand(plan: Plan, invocation: string): string {
  switch (plan.purpose) {
    case 'upgrade':
      return `liftlock apply ${invocation}`;
    case 'rollback':
      return 'liftlock rollback';
    case 'rotation':
      return `liftlock credentials rotate ${invocation}`;
    case 'restore':
      return `liftlock restore ${invocation}`;
  }
}

function siteWords(plan: Plan, without: readonly string[]): readonly string[] {
  const inputs = plan.inputs ?? {};
  const file = inputs['file'];
  const platform = typeof inputs['platform'] === 'string' ? inputs['platform'] : plan.platform.name;
  // A site file says the platform and its options itself; flags win over it, and only flags are said again.
  const options = file === undefined ? plan.site.options : objectAt(inputs['options']);
  return [
    ...(typeof file === 'string' ? [`-f ${quoteArgument(file)}`] : [quoteArgument(platform)]),
    ...Object.entries(options).flatMap(([name, value]) => flag(`--${name}`, value)),
    ...pairs('--input', inputs['inputs']),
    ...pairs('--answer', inputs['answers']),
    ...siteFlags.filter(([input]) => !without.includes(input)).flatMap(([input, name]) => flag(name, inputs[input])),
  ];
}

function flag(name: string, value: Json | undefined): readonly string[] {
  return typeof value === 'string' ? [`${name} ${quoteArgument(value)}`] : [];
}

function pairs(name: string, map: Json | undefined): readonly string[] {
  return Object.entries(objectAt(map)).flatMap(([key, value]) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return flag(name, `${key}=${text}`);
  });
}

function objectAt(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}
