import { Command } from 'commander';
import { answer, screen } from './output.ts';
import { theRedactor } from './redactor.ts';

interface Options {
  readonly site?: string;
}

/** `liftlock diagnose`: the causes that the newest failed run named, with what to do. */
export function addDiagnose(): Command {
  return new Command('diagnose')
    .description('why a run stopped: the causes, their evidence and what to do')
    .argument('[run]', 'the run; without one, the newest that stopped')
    .option('--site <name>', 'the site, where this machine knows several')
    .action(async (run: string | undefined, options: Options) => {
      const { knownRun } = await import('./known-runs.ts');
      const { loadPlatform } = await import('../adapters/files/platform-catalog.ts');
      const { explain } = await import('./running.ts');
      const { renderDiagnosis } = await import('../render/diagnosis.ts');
      const { state } = await knownRun(run, options.site, (item) => item.status === 'stopped');
      const { platform } = await loadPlatform(state.plan?.platform.name ?? '');
      await answer(renderDiagnosis(state, platform, { ...screen(process.stdout), explain }), { redactor: theRedactor });
    });
}
