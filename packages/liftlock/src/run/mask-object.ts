import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import type { KubeObject } from '../model/kube.ts';
import { masked } from '../model/redaction.ts';
import { isSecretName } from '../model/secret-names.ts';

/** A whole object as somebody applied it, as text: what is masked elsewhere stands in it in the clear. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** `--name=value` and `NAME=value`; a quoted value may hold spaces. */
const assignment = /(^|[\s;&|('"])(-{0,2}[A-Za-z][\w.-]*)(=)("[^"]*"|'[^']*'|[^\s;&|'"]+)/g;

/** `--name value` within one string, as a shell gets it. */
const flagAndValue = /(^|[\s;&|('"])(-{1,2}[A-Za-z][\w.-]*)(\s+)(?!-)("[^"]*"|'[^']*'|[^\s;&|'"]+)/g;

/**
 * An object for the support bundle: without values of environment variables, whatever their name, since a chart may put
 * anything there; without those of arguments that have a secret's name; without the copy that `kubectl apply` keeps.
 */
export function maskObject(object: KubeObject): Json {
  return mask(object as unknown as JsonObject) as Json;
}

function mask(value: Json | undefined): Json | undefined {
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => mask(item) ?? null);
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).filter(([key]) => key !== lastApplied);
  return Object.fromEntries(entries.map(([key, inner]) => [key, maskField(key, inner)]));
}

function maskField(key: string, value: Json | undefined): Json | undefined {
  if (!Array.isArray(value)) return mask(value);
  const items = value as readonly Json[];
  if (key === 'env') {
    return items.filter(isJsonObject).map((entry) => ('value' in entry ? { ...entry, value: masked } : entry));
  }
  return key === 'args' || key === 'command' ? maskArguments(items) : mask(items);
}

function maskArguments(items: readonly Json[]): readonly Json[] {
  return items.map((item, index) => {
    if (typeof item !== 'string') return mask(item) ?? null;
    const before = items[index - 1];
    const isValue = typeof before === 'string' && /^--?[A-Za-z][\w.-]*$/.test(before) && isSecretFlag(before);
    return isValue && !item.startsWith('-') ? masked : maskAssignments(item);
  });
}

function maskAssignments(text: string): string {
  const replace = (whole: string, start: string, name: string, sign: string) =>
    isSecretFlag(name) ? `${start}${name}${sign}${masked}` : whole;
  return text.replaceAll(assignment, replace).replaceAll(flagAndValue, replace);
}

function isSecretFlag(name: string): boolean {
  const bare = name.replace(/^-+/, '');
  return bare === 'key' || isSecretName(bare);
}
