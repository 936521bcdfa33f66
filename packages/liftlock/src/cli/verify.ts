import { Command } from 'commander';
import { helpText } from './help-text.ts';
import { answer, screen } from './output.ts';
import { theRedactor } from './redactor.ts';
import { repeatable } from './options.ts';
import { clusterChoice, elsewhereFlags, withElsewhereOptions, type ElsewhereOptions } from './run-options.ts';

interface Options extends ElsewhereOptions {
  readonly site?: string;
  readonly affirm: readonly string[];
}

/** `liftlock verify`: the checks of the last run again, against its baseline. */
export function addVerify(): Command {
  return withElsewhereOptions(new Command('verify'))
    .description("look at the result of a run again: the guide's success criteria and functional tests")
    .argument('[run]', 'the run; without one, the newest upgrade')
    .option('--site <name>', 'the site, where this machine knows several')
    .addOption(
      repeatable('--affirm <check[=by]>', 'say that a check which nothing here can look at is passed; repeatable'),
    )
    .addHelpText('after', helpText(['Exit code 5: a check failed; 6: one waits for a person.'], ['liftlock verify']))
    .action(async (run: string | undefined, options: Options) => {
      const { verify } = await import('./verifying.ts');
      const { text, exitCode } = await verify(run, {
        ...screen(process.stdout),
        site: options.site,
        affirm: options.affirm,
        cluster: clusterChoice(options),
        elsewhere: elsewhereFlags(options),
      });
      await answer(text, { redactor: theRedactor });
      process.exitCode = exitCode;
    });
}
