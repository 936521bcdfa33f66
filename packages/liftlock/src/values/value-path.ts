import { joinPath, splitPath } from './compare.ts';
import type { ValuePath } from './template-values.ts';

/** Which values a rule is about: `a.b` is that key with all below it, `a.*` only what is below `a`. */
export interface ValuePattern {
  readonly keys: ValuePath;
  readonly isBelow: boolean;
}

/** Reads `a.b` or `a.*`; a key that is a star is written `\*`. */
export function readPattern(text: string): ValuePattern {
  const isBelow = text === '*' || /(^|[^\\])(\\\\)*\.\*$/.test(text);
  const keys = splitPath(text);
  return { keys: isBelow ? keys.slice(0, -1) : keys, isBelow };
}

/** The dotted path of one value as a rule or a decision names it; the reverse of readPattern. */
export function patternOf(keys: ValuePath): string {
  const text = joinPath(keys);
  return keys.at(-1) === '*' ? `${text.slice(0, -1)}\\*` : text;
}

/** True where the path is what the pattern names, or lies below it. */
export function fitsPattern(path: ValuePath, { keys, isBelow }: ValuePattern): boolean {
  return path.length >= keys.length + (isBelow ? 1 : 0) && startsWith(path, keys);
}

/** True where the first path is the second, or lies below it. */
export function startsWith(path: ValuePath, start: ValuePath): boolean {
  return path.length >= start.length && start.every((key, index) => path[index] === key);
}
