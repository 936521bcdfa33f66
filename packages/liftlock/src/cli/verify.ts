import { Command } from 'commander';
import { answer, screen } from './output.ts';
import { theRedactor } from './redactor.ts';

interface Options {
  readonly site?: string;
}

/** `liftlock verify`: the checks of the last run again, against its baseline. */
export function addVerify(): Command {
  return new Command('verify')
    .description("look at the result of a run again: the guide's success criteria and functional tests")
    .argument('[run]', 'the run; without one, the newest upgrade')
    .option('--site <name>', 'the site, where this machine knows several')
    .action(async (run: string | undefined, options: Options) => {
      const { verify } = await import('./verifying.ts');
      const { text, exitCode } = await verify(run, options.site, screen(process.stdout));
      await answer(text, { redactor: theRedactor });
      process.exitCode = exitCode;
    });
}
