import { Command, Option } from 'commander';
import { helpText } from './help-text.ts';
import { answer, screen } from './output.ts';
import { clusterChoice, withClusterOptions, type ClusterOptions } from './run-options.ts';
import { theRedactor } from './redactor.ts';

interface Options extends ClusterOptions {
  readonly output: 'text' | 'json';
  readonly site?: string;
}

/** `liftlock history`: the runs that this machine knows, and those that the cluster knows. */
export function addHistory(): Command {
  return withClusterOptions(new Command('history'))
    .description('the runs that this machine or the cluster knows, newest first')
    .argument('[run]', 'this run alone')
    .option('--site <name>', 'only this site')
    .addOption(new Option('-o, --output <format>', 'text or json').choices(['text', 'json']).default('text'))
    .addHelpText(
      'after',
      helpText(
        [],
        ['liftlock history', ['liftlock history --kubeconfig prod.yaml', 'those that the cluster knows, too']],
      ),
    )
    .action(async (run: string | undefined, options: Options) => {
      const { allRuns, knownRun } = await import('./known-runs.ts');
      const { renderHistory } = await import('../render/history.ts');
      const cluster = clusterChoice(options);
      const runs =
        run === undefined
          ? await allRuns(options.site, cluster)
          : [await knownRun(run, options.site, () => true, cluster)];
      const states = runs.map(({ site, state }) => ({ site, state }));
      const text =
        options.output === 'json'
          ? `${JSON.stringify(states, null, 2)}\n`
          : renderHistory(states, screen(process.stdout));
      await answer(text, { redactor: theRedactor });
    });
}
