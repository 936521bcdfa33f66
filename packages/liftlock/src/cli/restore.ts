import { Command } from 'commander';
import { helpText } from './help-text.ts';
import { streamOption } from './options.ts';
import { clusterChoice, elsewhereFlags, withElsewhereOptions, type ElsewhereOptions } from './run-options.ts';

interface Options extends ElsewhereOptions {
  readonly only?: string;
  readonly outFile?: string;
  readonly output: 'text' | 'jsonl';
  readonly site?: string;
  readonly yes?: true;
}

/** `liftlock restore`: what a run has backed up, put back as a plan that is shown first. */
export function addRestore(): Command {
  return withElsewhereOptions(new Command('restore'))
    .description('put back an object, or the record and values of a release, that a run has backed up; shown first')
    .argument('<run>', 'the run that made the backup')
    .option('--only <object>', 'what to put back: secret/NAME, deployment/NAME, release/NAME')
    .option('--out-file <file>', 'with release/NAME: write the values of the backup into this new file')
    .option('--site <name>', 'the site, where this machine knows several')
    .option('-y, --yes', 'do not ask')
    .addOption(streamOption())
    .addHelpText('after', helpText([], ['liftlock restore 20261121-101500-1a2b --only secret/gcp-artifact-registry']))
    .action(async (run: string, options: Options) => {
      const { restore } = await import('./restoring.ts');
      process.exitCode = await restore(run, {
        ...options,
        only: options.only,
        outFile: options.outFile,
        site: options.site,
        yes: options.yes === true,
        cluster: clusterChoice(options),
        elsewhere: elsewhereFlags(options),
      });
    });
}
