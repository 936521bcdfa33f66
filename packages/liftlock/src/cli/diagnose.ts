import { Command, Option } from 'commander';
import { helpText } from './help-text.ts';
import { answer, screen } from './output.ts';
import { clusterChoice, withClusterOptions, type ClusterOptions } from './run-options.ts';
import { theRedactor } from './redactor.ts';

interface Options extends ClusterOptions {
  readonly site?: string;
  readonly output: 'text' | 'json';
}

/** `liftlock diagnose`: the causes that the newest failed run named, with what to do; also of a run on another machine, from its bundle. */
export function addDiagnose(): Command {
  return withClusterOptions(new Command('diagnose'))
    .description('why a run stopped: the causes, their evidence and what to do')
    .argument(
      '[run|support-bundle]',
      'the run, or the path of a support bundle; without one, the newest run that stopped',
    )
    .option('--site <name>', 'the site, where this machine knows several')
    .addOption(new Option('-o, --output <format>', 'text or json').choices(['text', 'json']).default('text'))
    .addHelpText(
      'after',
      helpText(
        ['A support bundle tells the same on any machine: neither cluster nor network is asked.'],
        ['liftlock diagnose', 'liftlock diagnose ./support-bundle-20261121-220000-1a2b.tar.gz'],
      ),
    )
    .action(async (named: string | undefined, options: Options) => {
      const { output, site } = options;
      const { diagnose } = await import('./diagnosing.ts');
      const text = await diagnose(named, {
        output,
        site,
        cluster: clusterChoice(options),
        look: screen(process.stdout),
      });
      await answer(text, { redactor: theRedactor });
    });
}
