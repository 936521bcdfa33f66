import { isSecretName } from './secret-names.ts';

/**
 * Texts that are secret by their shape, wherever they come from: what a log or another program prints was never learned.
 * The first group is what stays. Shapes as in the default redactors of Troubleshoot (https://troubleshoot.sh/docs/redact/built-in/).
 */
export const secretShapes: readonly RegExp[] = [
  /()-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  // JSON Web Tokens, such as those of service accounts, and Google's access tokens.
  /()(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}/g,
  /()\bya29\.[\w-]{10,}/g,
  /(\bauthorization["']?\s*[:=]\s*["']?(?:bearer|basic)\s+)[\w.~+/=-]{8,}/gi,
  // The last @ before the path ends the password.
  /((?<![a-z0-9+.-])[a-z][a-z0-9+.-]{1,30}:\/\/[^\s:/@"']{0,200}:)(?!\*{8}@)[^\s/"']{1,500}(?=@)/gi,
];

/**
 * How a secret looks in texts that quote it: in JSON as JavaScript, Go and Python write it, once and twice over, in YAML, in an
 * address, and in base64 wherever it stands in what is encoded.
 */
export function formsOf(secret: string): readonly string[] {
  const quoted = JSON.stringify(secret).slice(1, -1);
  const inJson = [quoted, escaped(quoted, /[<>&\u2028\u2029]/g), escaped(quoted, /[\u0080-\uffff]/g)];
  return [
    secret,
    ...inJson,
    ...inJson.map((text) => JSON.stringify(text).slice(1, -1)),
    secret.replaceAll("'", "''"),
    encodeURIComponent(secret.toWellFormed()),
    ...base64Forms(secret),
  ];
}

function escaped(text: string, characters: RegExp): string {
  return text.replaceAll(characters, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The first and the last group of base64 depend on what stands beside the secret; what is between does not. */
function base64Forms(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const whole = bytes.toString('base64');
  const parts = [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    const from = shift === 0 ? 0 : 4;
    const rest = (bytes.length + shift) % 3;
    return encoded.slice(from, encoded.length - (rest === 0 ? 0 : 4));
  });
  const long = parts.filter((part) => part.length >= 12);
  return [whole, whole.replace(/=+$/, ''), bytes.toString('base64url'), ...long, ...long.map(urlSafe)];
}

function urlSafe(text: string): string {
  return text.replaceAll('+', '-').replaceAll('/', '_');
}

/** Secrets inside of a longer text: lines of a key, and what stands behind a secret's name in settings, arguments and queries. */
export function secretsInside(text: string): readonly string[] {
  const named = [...text.matchAll(namedSecret)].flatMap(([, name = '', quoted, bare]) => {
    const value = quoted ?? bare ?? '';
    return isSecretBehind(name, value) ? [value] : [];
  });
  return [...linesOfKeys(text), ...named];
}

/** Lines that are base64 or hexadecimal by their letters, where a word or a name would be none; in PEM whatever they look like. */
function linesOfKeys(text: string): readonly string[] {
  if (!text.includes('\n')) return [];
  const isPem = text.includes('-----BEGIN ');
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^[\w+/-]{16,}={0,2}$/.test(line) && (isPem || looksRandom(line)));
}

function looksRandom(text: string): boolean {
  return (/[a-z]/.test(text) && /[A-Z]/.test(text) && /\d/.test(text)) || /^[\da-f]{32,}$/i.test(text);
}

/** A text with something else in the place of all that stands behind a secret's name, whether or not it was learned. */
export function withoutNamed(text: string, instead: string): string {
  return text.replaceAll(namedSecret, (whole: string, name: string, quoted?: string, bare?: string) => {
    const value = quoted ?? bare ?? '';
    const from = whole.lastIndexOf(value);
    return isSecretBehind(name, value) ? whole.slice(0, from) + instead + whole.slice(from + value.length) : whole;
  });
}

/** A placeholder stands for a secret, and is none. */
function isSecretBehind(name: string, value: string): boolean {
  if (/^(\$|\{\{|%\()/.test(value)) return false;
  return isSecretName(name) || (/^key$/i.test(name) && looksRandom(value));
}

/** `name: value`, `NAME="value"`, `--name=value`, `?name=value`. */
const namedSecret =
  /(?<![\w.-])-{0,2}([\w.-]{1,100})["']?[ \t]*[:=][ \t]*(?:["']([^"'\n]{1,4000})["']|([^\s"',;&]{1,4000}))/g;
