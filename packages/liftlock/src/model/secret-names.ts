import { isJsonObject, type Json, type JsonObject } from './json.ts';

const secretName =
  /pass(word|wd|phrase|code)?$|pwd$|secret|token|credential|api[-_]?key|private[-_]?key|dsn$|connection[-_]?string|dockerconfig|\bpat\b|auth$|salt$|cookie$/i;

/** `jwt_key`, `tls.key`, `ENCRYPTION_KEY`, `fernetKey`; `key` alone names an entry, a label or a taint as often. */
const keyName = /[-_.](key|Key|KEY)$|[a-z\d]Key$/;
const joinedKeyName = /(master|signing|licen[cs]e|shared|access|account|storage|session|encryption|jwt|hmac|sas)key$/i;

/** Keys and seeds of NATS. */
const natsName = /(^|[-_.])[nxNX][-_]?(key|seed|KEY|SEED)|[NX](key|seed|Key|Seed)/;

/**
 * Names that look like a secret's, with no secret behind them: the name of a Secret, of an entry in one, or of a service account's
 * key, which people need to find what is missing; the address at which tokens are asked for; keys that sort, select or are public.
 */
const plainName = [
  /^(image)?pullsecrets?$|secret[-_]?name$|existing[-_]?secret|^secret[-_]?keys$|external[-_]?secrets?$|secret[-_]?(store|provider)/i,
  /^(secret|config[-_]?map)?(key)?[-_]?ref$|^remote[-_]?ref$|^value[-_]?from$|^private[-_]?key[-_]?id$|^token[-_]?ur[il]$/i,
  /(topology|primary|foreign|partition|routing|sort|group|label|annotation|taint|config|map|public|password|user(name)?|cache|object|remote)[-_.]?key$/i,
  /tokeni[sz]|[-_]per[-_]token$/i,
  /(^|[-_.])([Mm]ax|[Mm]in|[Nn]um|[Tt]otal)([-_A-Z]\w{0,40})?[Tt]okens$|(^|_)(MAX|MIN|NUM|TOTAL)_(\w{0,40}_)?TOKENS$/,
];

/** What stands beside a secret and is none: who logs in, and where. */
const besideSecret =
  /^(key|name|user(name)?|host(name)?|port|database|registry|namespace|realm|enabled|create|type|kind|path|mount[-_]?path|mode)$/i;

function isPlainName(name: string): boolean {
  return plainName.some((pattern) => pattern.test(name));
}

/** True for a values key or environment variable whose value nobody should read over a shoulder. */
export function isSecretName(name: string): boolean {
  return [secretName, keyName, joinedKeyName, natsName].some((pattern) => pattern.test(name)) && !isPlainName(name);
}

/** True for a path of which a key has a secret's name, and none below it says that it is something else. */
export function isSecretPath(path: readonly string[]): boolean {
  return path.reduce((isSecret, key) => goesOn(key, isSecret) || isSecretName(key), false);
}

/**
 * True where what a map holds below a key is secret: by its name, as the value of an entry that is named so, or since all is
 * that stands there.
 * @param isBelow whether the map itself stands below a secret's name
 */
export function isSecretEntry(map: JsonObject, key: string, isBelow: boolean): boolean {
  if (key === 'key' && !isReference(map)) return isBelow || !isJsonObject(map[key]);
  return goesOn(key, isBelow) || isSecretName(key) || (key === 'value' && isNamedSecret(map['name']));
}

/** Beside these `key` names something: an entry of a Secret, a label, a taint; and so it does where it is a word. */
function isReference(map: JsonObject): boolean {
  const beside = ['name', 'property', 'path', 'optional', 'operator', 'effect', 'topologyKey', 'value', 'values'];
  const { key } = map;
  return beside.some((name) => name in map) || (typeof key === 'string' && /^[a-z./-]*$/.test(key));
}

function goesOn(key: string, isBelow: boolean): boolean {
  return isBelow && !besideSecret.test(key) && !isPlainName(key);
}

function isNamedSecret(name: Json | undefined): boolean {
  return typeof name === 'string' && isSecretName(name);
}
