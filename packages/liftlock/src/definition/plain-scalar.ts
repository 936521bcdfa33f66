/**
 * Plain (unquoted) scalars as helm reads them. helm's YAML library (go-yaml 2, through sigs.k8s.io/yaml) follows
 * neither YAML 1.1 nor 1.2 to the letter: `y` and `on` are booleans, `0o17` and `017` are 15, `08` is 8, `1_000` is
 * 1000, `1:30` and dates stay text. The test beside this file compares with what helm 3 and 4 printed.
 */

const words = new Map<string, boolean | null | number>([
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((word) => [word, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((word) => [word, false] as const),
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, Number.NaN] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((word) => [word, Number.POSITIVE_INFINITY] as const),
  ...['-.inf', '-.Inf', '-.INF'].map((word) => [word, Number.NEGATIVE_INFINITY] as const),
]);

const float = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const maxUnsigned = 2n ** 64n - 1n;
const minSigned = -(2n ** 63n);

/** Go's integer syntax with base prefixes, within 64 bits. */
function parseInteger(text: string): number | undefined {
  const match = /^([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))$/.exec(text);
  if (!match) return undefined;
  const [, sign, hex, binary, octal, decimal] = match;
  const digits =
    hex !== undefined
      ? `0x${hex}`
      : binary !== undefined
        ? `0b${binary}`
        : octal !== undefined
          ? `0o${octal}`
          : decimal;
  const size = BigInt(digits ?? '0');
  const value = sign === '-' ? -size : size;
  // Only unsigned text may use the upper half of 64 bits.
  const top = sign === '' ? maxUnsigned : -minSigned - 1n;
  return value >= minSigned && value <= top ? Number(value) : undefined;
}

function parseFloatText(text: string): number | undefined {
  if (!float.test(text)) return undefined;
  const value = Number(text);
  // Go's parser calls this out of range, and the scalar stays text.
  return Number.isFinite(value) ? value : undefined;
}

/** The value of a plain scalar. NaN and infinities are returned: JSON, and so helm, cannot hold them. */
export function resolvePlain(source: string): string | number | boolean | null {
  const word = words.get(source);
  if (word !== undefined) return word;
  if (source.startsWith('.')) return parseFloatText(source) ?? source;
  if (!/^[-+0-9]/.test(source)) return source;
  const plain = source.replaceAll('_', '');
  const integer = parseInteger(plain);
  // -0 is the integer 0, but -0.0 keeps its sign in neither tool's comparison.
  return (integer === undefined ? parseFloatText(plain) : integer === 0 ? 0 : integer) ?? source;
}
