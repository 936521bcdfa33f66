import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quoteArgument, shellLine, shellLines, wrapCommand } from './shell.ts';

/** The arguments as a POSIX shell hears them. */
function heard(text: string): string[] {
  const printed = execFileSync(
    'sh',
    ['-c', `print() { for a in "$@"; do printf '%s\\0' "$a"; done; }; print ${text}`],
    { encoding: 'utf8' },
  );
  return printed.split('\0').slice(0, -1);
}

describe('quoting', () => {
  it('leaves plain arguments alone and quotes the others', () => {
    expect(shellLine(['helm', '-f', './a b.yaml', '--set', "x='$(id)'"])).toBe(
      `helm -f './a b.yaml' --set 'x='\\''$(id)'\\'''`,
    );
  });

  it('lets a password be read from a file, and nothing else be run', () => {
    expect(quoteArgument('--docker-password="$(cat key.json)"')).toBe('--docker-password="$(cat key.json)"');
    expect(quoteArgument('--docker-password="$(cat key.json; id)"')).toBe(`'--docker-password="$(cat key.json; id)"'`);
  });

  it('is heard by a shell as it was meant, on one line and on several', () => {
    const argument = fc.string({ unit: fc.constantFrom(...`ab -'"$\\\n*~;&|<>(){}#!`.split('')), maxLength: 12 });
    fc.assert(
      fc.property(fc.array(argument, { minLength: 1, maxLength: 5 }), (command) => {
        expect(heard(shellLine(command))).toEqual(command);
        expect(heard(shellLines(command).join('\n'))).toEqual(command);
      }),
      { numRuns: 60 },
    );
  });
});

describe('long commands', () => {
  it('end each line but the last in a backslash with nothing behind it', () => {
    const lines = shellLines([
      'helm',
      'upgrade',
      '--install',
      'ui',
      'oci://r.example.com/ui',
      '--version',
      '2.2.5',
      '--wait',
    ]);
    expect(lines).toEqual([
      'helm upgrade --install ui \\',
      '  oci://r.example.com/ui \\',
      '  --version 2.2.5 \\',
      '  --wait',
    ]);
  });

  it('are broken so that they can be copied as a whole', () => {
    const command = `liftlock apply codemie --cloud aws --to 2.2.5 --allow 'keep:api:resources.limits.memory' --affirm 'notes=A B'`;
    const lines = wrapCommand(command, 50, '    ');
    expect(lines).toMatchInlineSnapshot(`
      [
        "    liftlock apply codemie --cloud aws \\",
        "      --to 2.2.5 \\",
        "      --allow 'keep:api:resources.limits.memory' \\",
        "      --affirm 'notes=A B'",
      ]
    `);
    expect(heard(lines.join('\n'))).toEqual(heard(command));
  });
});
