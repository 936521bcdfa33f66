import { Command, Option } from 'commander';
import { helpText } from './help-text.ts';
import { answer, screen } from './output.ts';
import { clusterChoice, withClusterOptions, type ClusterOptions } from './run-options.ts';
import { theRedactor } from './redactor.ts';

interface Options extends ClusterOptions {
  readonly output: 'text' | 'md' | 'json';
  readonly outFile?: string;
  readonly site?: string;
}

/** `liftlock report RUN`: who did what, when, how long it took, what is left. */
export function addReport(): Command {
  return withClusterOptions(new Command('report'))
    .description('report of a run: steps, durations, findings, evidence, what is left')
    .argument('[run]', 'the run; without one, the newest')
    .option('--site <name>', 'the site, where this machine knows several')
    .addOption(new Option('-o, --output <format>', 'text, md or json').choices(['text', 'md', 'json']).default('text'))
    .option('--out-file <file>', 'write the answer to a file')
    .addHelpText(
      'after',
      helpText([], ['liftlock report', 'liftlock report 20261121-101500-1a2b -o md --out-file report.md']),
    )
    .action(async (run: string | undefined, options: Options) => {
      const { knownRun } = await import('./known-runs.ts');
      const { renderReport } = await import('../render/report.ts');
      const { state } = await knownRun(run, options.site, () => true, clusterChoice(options));
      await answer(renderReport(state, options.output, screen(process.stdout)), {
        file: options.outFile,
        redactor: theRedactor,
      });
    });
}
