import { Command } from 'commander';
import { helpText } from './help-text.ts';
import { repeatable, streamOption } from './options.ts';
import { clusterChoice, elsewhereFlags, withElsewhereOptions, type ElsewhereOptions } from './run-options.ts';

interface Options extends ElsewhereOptions {
  readonly output: 'text' | 'jsonl';
  readonly allow: readonly string[];
  readonly site?: string;
  readonly yes?: true;
}

/** `liftlock rollback`: the touched releases go back, in reverse order, as a plan that is shown first. */
export function addRollback(): Command {
  return withElsewhereOptions(new Command('rollback'))
    .description('return the releases that a run touched to what they were, in reverse order; shown first')
    .argument('[run]', 'the run; without one, the newest')
    .option('--site <name>', 'the site, where this machine knows several')
    .addOption(repeatable('--allow <what>', 'let a finding stand; repeatable'))
    .option('-y, --yes', 'do not ask')
    .addOption(streamOption())
    .addHelpText('after', helpText([], ['liftlock rollback']))
    .action(async (run: string | undefined, options: Options) => {
      const { rollBack } = await import('./rolling-back.ts');
      process.exitCode = await rollBack(run, {
        ...options,
        site: options.site,
        yes: options.yes === true,
        cluster: clusterChoice(options),
        elsewhere: elsewhereFlags(options),
      });
    });
}
