import { Command, Option } from 'commander';
import { answer, screen } from './output.ts';
import { theRedactor } from './redactor.ts';

interface Options {
  readonly output: 'text' | 'json';
  readonly site?: string;
}

/** `liftlock history`: the runs that this machine knows. */
export function addHistory(): Command {
  return new Command('history')
    .description('the runs that this machine knows, newest first; with a run, its entries')
    .argument('[run]')
    .option('--site <name>', 'only this site')
    .addOption(new Option('-o, --output <format>', 'text or json').choices(['text', 'json']).default('text'))
    .action(async (run: string | undefined, options: Options) => {
      const { knownRuns, knownRun } = await import('./known-runs.ts');
      const { renderHistory } = await import('../render/history.ts');
      const runs = run === undefined ? await knownRuns(options.site) : [await knownRun(run, options.site, () => true)];
      const states = runs.map(({ site, state }) => ({ site, state }));
      const text =
        options.output === 'json'
          ? `${JSON.stringify(states, null, 2)}\n`
          : renderHistory(states, screen(process.stdout));
      await answer(text, { redactor: theRedactor });
    });
}
