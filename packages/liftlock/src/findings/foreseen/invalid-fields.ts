import type { RefusalFacts } from './refusal.ts';

/**
 * One cause in a refusal as invalid: a field's path, the class of the mistake, the value in Go's or JSON's form, the words.
 * Source: k8s.io/apimachinery pkg/util/validation/field/errors.go.
 */
const cause =
  /(?:^|[[ ,])((?:metadata|spec|data|stringData|binaryData|immutable|type|roleRef|subjects|parameters|provisioner|reclaimPolicy|volumeBindingMode|allowedTopologies|value|preemptionPolicy|handler|overhead|scheduling|status|webhooks|rules|aggregationRule)[\w.[\]-]*): (?:Invalid value|Forbidden|Required value|Unsupported value|Too long|Too many|Duplicate value|Not found|Internal error): /g;

/** The API server's words for a field that is fixed once its object exists, of all versions since 1.16. */
const fixed =
  /field is immutable|is immutable (?:after creation|when)|may not change once set|updates to \w+ spec for fields other than .* are forbidden|updates to (?:parameters|provisioner|reclaimPolicy|volumeBindingMode|allowedTopologies)\b.* (?:is|are) forbidden|cannot change roleRef|primary clusterIP can not be unset|(?:can ?not|may not) be (?:updated|changed) (?:after|once)|field can not be less than|is not allowed to be (?:changed|updated)|may not be changed in an update/i;

/**
 * An object that is invalid only because fields that are fixed would change. Where something else is wrong with it too, making
 * it anew would not help: that is no case of this class.
 */
export function immutableFields(words: string): (RefusalFacts & { readonly code: 'IMMUTABLE_FIELD' }) | undefined {
  const begin = words.indexOf(' is invalid: ');
  if (begin === -1) return /cannot change roleRef/.test(words) ? fixedField('roleRef') : undefined;
  const text = words.slice(begin + ' is invalid: '.length);
  const matches = [...text.matchAll(cause)];
  const causes = matches.map((match, index) => ({
    field: match[1] ?? '',
    text: text.slice(match.index, matches[index + 1]?.index),
  }));
  if (causes.length === 0 || !causes.every((item) => fixed.test(item.text))) return undefined;
  const reasons = causes.flatMap((item) => fixed.exec(item.text)?.[0] ?? []);
  const fields = [...new Set(causes.map((item) => item.field))];
  return { code: 'IMMUTABLE_FIELD', fields, why: [...new Set(reasons)].join('; ') };
}

function fixedField(field: string): RefusalFacts & { readonly code: 'IMMUTABLE_FIELD' } {
  return { code: 'IMMUTABLE_FIELD', fields: [field], why: 'field is immutable' };
}

/** Fields that the API does not know, or that stand there twice; by all wordings of strict decoding. */
export function strictFields(words: string): readonly string[] {
  const named = [...words.matchAll(/(?:unknown|duplicate) field "([^"]+)"/g)].map((match) => match[1] ?? '');
  const undeclared = [...words.matchAll(/\.(\S+): field not declared in schema/g)].map((match) => match[1] ?? '');
  return [...new Set([...named, ...undeclared])];
}
