import { Command } from 'commander';
import { helpText } from './help-text.ts';
import { repeatable, streamOption } from './options.ts';
import { clusterChoice, elsewhereFlags, withElsewhereOptions, type ElsewhereOptions } from './run-options.ts';

interface Options extends ElsewhereOptions {
  readonly output: 'text' | 'jsonl';
  readonly allow: readonly string[];
  readonly affirm: readonly string[];
  readonly stopAtWindowEnd?: true;
  readonly yes?: true;
  readonly site?: string;
}

/** `liftlock resume`: go on where a run ended. */
export function addResume(): Command {
  return withElsewhereOptions(new Command('resume'))
    .description('go on with a run that stopped; what is done is not done again')
    .argument('[run]', 'the run; without one, the newest that is not finished')
    .option('--site <name>', 'the site, where this machine knows several')
    .addOption(repeatable('--allow <what>', 'decide on a finding, by the id that it shows; repeatable'))
    .addOption(
      repeatable('--affirm <what[=by]>', 'say that something outside of here is done, such as dns; repeatable'),
    )
    .option('-y, --yes', 'do not ask where remedies or another machine add steps to the plan; blockers still block')
    .option('--stop-at-window-end', 'begin no further component once the maintenance window has closed')
    .addOption(streamOption())
    .addHelpText(
      'after',
      helpText(
        [],
        ['liftlock resume', ['liftlock resume --kubeconfig prod.yaml --key-file key.json', 'a run of another machine']],
      ),
    )
    .action(async (run: string | undefined, options: Options) => {
      const { resume } = await import('./resuming.ts');
      process.exitCode = await resume(run, {
        output: options.output,
        site: options.site,
        allow: options.allow,
        affirm: options.affirm,
        stopAtWindowEnd: options.stopAtWindowEnd === true,
        yes: options.yes === true,
        cluster: clusterChoice(options),
        elsewhere: elsewhereFlags(options),
      });
    });
}
