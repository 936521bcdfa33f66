import { visibleWidth } from './wrap.ts';

/** A password that a shell reads from a file: the one form of argument that must reach the shell unquoted. */
const readsFile = /^--[a-z-]+="\$\(cat [\w./-]+\)"$/;

/** One argument as a POSIX shell reads it back. */
export function quoteArgument(argument: string): string {
  if (readsFile.test(argument)) return argument;
  if (/^[\w@%+=:,./-]+$/.test(argument)) return argument;
  return `'${argument.replaceAll("'", `'\\''`)}'`;
}

/** A command on one line. */
export function shellLine(command: readonly string[]): string {
  return command.map(quoteArgument).join(' ');
}

/**
 * A command over several lines, one flag a line, each but the last ending in a backslash with nothing behind it: a
 * blank after the backslash ends the command there, and what follows is lost.
 */
export function shellLines(command: readonly string[]): string[] {
  const groups: string[][] = [[]];
  for (const [index, argument] of command.entries()) {
    const isFlag = argument.startsWith('-') && index > 2;
    if (isFlag || argument.startsWith('oci://')) groups.push([]);
    groups.at(-1)?.push(quoteArgument(argument));
  }
  return groups.map(
    (group, index) => (index === 0 ? '' : '  ') + group.join(' ') + (index < groups.length - 1 ? ' \\' : ''),
  );
}

/** Breaks a command line at blanks outside quotes so that it can still be copied as a whole. */
export function wrapCommand(line: string, width: number, indent: string): string[] {
  const words = withFlagValues(line.match(/(?:'[^']*'|"(?:\\.|[^"])*"|\\.|[^\s'"\\])+/g) ?? [line]);
  const room = Math.max(20, width - indent.length - 2);
  const lines: string[] = [];
  let current = '';
  for (const word of words) {
    const indented = lines.length === 0 ? word : `  ${word}`;
    if (current === '') current = indented;
    else if (visibleWidth(`${current} ${word}`) <= room) current += ` ${word}`;
    else {
      lines.push(current);
      current = `  ${word}`;
    }
  }
  lines.push(current);
  return lines.map((text, index) => indent + text + (index < lines.length - 1 ? ' \\' : ''));
}

/** `--flag value` is one thing to the eye; it is broken nowhere. */
function withFlagValues(words: readonly string[]): string[] {
  const joined: string[] = [];
  for (const word of words) {
    const last = joined.at(-1);
    if (last !== undefined && /^--?[\w-]+$/.test(last) && !word.startsWith('-'))
      joined[joined.length - 1] = `${last} ${word}`;
    else joined.push(word);
  }
  return joined;
}
