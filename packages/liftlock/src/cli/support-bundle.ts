import { Command } from 'commander';
import { answer } from './output.ts';
import { theRedactor } from './redactor.ts';

/** `liftlock support-bundle`: the redacted archive that a failed run left behind. */
export function addSupportBundle(): Command {
  return new Command('support-bundle')
    .description("the path of a run's redacted support bundle, made when it failed")
    .argument('[run]', 'the run; without one, the newest that left a bundle')
    .option('--site <name>', 'the site, where this machine knows several')
    .action(async (run: string | undefined, options: { readonly site?: string }) => {
      const { knownRun } = await import('./known-runs.ts');
      const { Problem } = await import('../model/problem.ts');
      const { state } = await knownRun(run, options.site, (item) => item.evidence !== undefined);
      if (state.evidence === undefined)
        throw new Problem('NO_BUNDLE', `Run ${state.run} left no support bundle: it did not fail.`);
      await answer(`${state.evidence}\n`, { redactor: theRedactor });
    });
}
