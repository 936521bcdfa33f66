import { createContext, Script } from 'node:vm';

/** Characters of a pattern: those of the definitions and schemas that are known have some 60. */
const mostCharacters = 300;

/**
 * Why a regular expression from elsewhere is not used; undefined where nothing is wrong. Some take time without end for a text
 * of thirty characters: those in which what repeats holds what repeats or chooses, or looks back on itself.
 */
export function patternFault(pattern: string): string | undefined {
  if (pattern.length > mostCharacters) return `has ${pattern.length} characters; at most ${mostCharacters} may be`;
  try {
    RegExp(pattern);
  } catch {
    return 'is not a regular expression';
  }
  if (/\\[1-9]|\\k</.test(pattern)) return 'refers back to a part of itself: its time has no bound';
  return hasNestedRepeat(pattern)
    ? 'repeats what repeats or chooses itself, as (a+)+ or (a|b)*: its time has no bound'
    : undefined;
}

/** True where a group that repeats without bound holds a repetition or a choice. */
function hasNestedRepeat(pattern: string): boolean {
  // What is escaped and classes of characters count as one character.
  const bare = pattern.replaceAll(/\\./gs, 'x').replaceAll(/\[\^?\]?[^\]]*\]/g, 'x');
  const open: boolean[] = [];
  let isWild = false;
  for (let index = 0; index < bare.length; index += 1) {
    const character = bare[index];
    if (character === '(') {
      open.push(isWild);
      isWild = false;
    } else if (character === ')') {
      const before = open.pop() ?? false;
      const repeats = /^(?:[*+]|\{\d*,?\d*\})/.test(bare.slice(index + 1));
      if (repeats && isWild) return true;
      isWild = isWild || repeats || before;
    } else if (character === '|' || character === '*' || character === '+' || /^\{\d+,\d*\}/.test(bare.slice(index)))
      isWild = true;
  }
  return false;
}

/** Milliseconds for one text, or one batch of them. */
const mostMilliseconds = 1000;

interface Room {
  work?: (() => unknown) | undefined;
}

const room: Room = {};
const context = createContext(room);
const script = new Script('work()');

/**
 * What `work` gives, a search with patterns from elsewhere; undefined where it takes longer than a second. The engine itself ends
 * it: no timer could.
 */
export function inBoundedTime<T>(work: () => T): T | undefined {
  room.work = work;
  try {
    return script.runInContext(context, { timeout: mostMilliseconds }) as T;
  } catch (error) {
    // It is no Error of this realm.
    if ((error as { readonly code?: unknown } | null)?.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return undefined;
    throw error;
  } finally {
    room.work = undefined;
  }
}
