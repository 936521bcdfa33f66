import { Command, Option } from 'commander';
import { answer, screen } from './output.ts';
import { theRedactor } from './redactor.ts';

interface Options {
  readonly output: 'text' | 'json';
}

/** `liftlock explain CODE`: the page of a finding, without a cluster and without a network. */
export function addExplain(): Command {
  return new Command('explain')
    .description('what a finding means and what to do about it; without a code, all of them')
    .argument('[code]', 'as a message names it, for example KEY_EXPIRING')
    .addOption(new Option('-o, --output <format>', 'text or json').choices(['text', 'json']).default('text'))
    .action(async (code: string | undefined, options: Options) => {
      const { explainAll, explainCode } = await import('./explaining.ts');
      const view = screen(process.stdout);
      const text =
        code === undefined ? explainAll(options.output, view) : await explainCode(code, options.output, view);
      await answer(text, { redactor: theRedactor });
    });
}
