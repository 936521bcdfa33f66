import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { exitCodes } from '../model/problem.ts';
import { makeProgram } from './program.ts';

function withChildren(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(withChildren)];
}

/** What `--help` prints, with what stands below the options. */
function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part), getOutHelpWidth: () => 80 });
  command.outputHelp();
  return text;
}

const commands = withChildren(makeProgram());

test('no help is wider than a terminal of 80 columns, and examples can be copied', () => {
  const wide = commands.flatMap((command) =>
    helpOf(command)
      .split('\n')
      .filter((line) => line.length > 80)
      .map((line) => `${command.name()}: ${line}`),
  );
  expect(wide).toEqual([]);
  expect(commands.length).toBeGreaterThan(25);
});

test('every argument and every option says what it is for', () => {
  const silent = commands.flatMap((command) =>
    [...command.registeredArguments, ...command.options]
      .filter(({ description }) => description === '')
      .map((item) => `${command.name()}: ${'flags' in item ? item.flags : item.name()}`),
  );
  expect(silent).toEqual([]);
});

test('a word that is missing, or that says yes to nothing, is told as every other problem is', async () => {
  for (const words of [
    ['doctor', '--yes'],
    ['platform', 'rbac', 'codemie'],
  ]) {
    const error: unknown = await makeProgram()
      .parseAsync(['node', 'liftlock', ...words])
      .catch((reason: unknown) => reason);
    expect(error, words.join(' ')).toMatchObject({ code: 'BAD_OPTION', exitCode: exitCodes.usage });
  }
});
