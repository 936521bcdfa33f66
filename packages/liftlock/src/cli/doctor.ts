import { Command, Option } from 'commander';
import type { Look } from '../model/doctor.ts';
import { exitCodes, Problem, type ExitCode } from '../model/problem.ts';
import { helpText } from './help-text.ts';
import { answer, note, screen } from './output.ts';
import { siteFlags, withSiteOptions } from './site-options.ts';

interface Options {
  readonly output: 'text' | 'json';
  readonly strict?: true;
  readonly putBack?: true;
  readonly yes?: true;
}

/** `liftlock doctor`: whether this machine, its state, the cluster and the site are fit for a run, and what to do where not. */
export function addDoctor(): Command {
  return withSiteOptions(new Command('doctor'))
    .description(
      'look at this machine, its journals, the site and the cluster, and say what is wrong; nothing is written but with --put-back',
    )
    .option('--strict', 'warnings end with exit code 4')
    .option('--put-back', 'ask for each volume that a run left on Retain whether its former reclaim policy goes back')
    .option('-y, --yes', 'with --put-back: do not ask')
    .addOption(new Option('-o, --output <format>', 'text or json').choices(['text', 'json']).default('text'))
    .addHelpText(
      'after',
      helpText(
        [
          'Without a platform or a site file: this machine, its journals, and the cluster of the kubeconfig.',
          'Exit code 3: there is a blocker; 6: nobody is there to answer --put-back.',
        ],
        ['liftlock doctor', 'liftlock doctor -f site.yaml'],
      ),
    )
    .action(async (_platform: string | undefined, options: Options, command: Command) => {
      if (options.yes === true && options.putBack !== true)
        throw new Problem('BAD_OPTION', '--yes says yes to --put-back, which is not there.', {
          exitCode: exitCodes.usage,
          advice: ['liftlock doctor --put-back --yes'],
        });
      const { examine } = await import('../main/doctor/examine.ts');
      const { renderDoctor } = await import('../render/doctor.ts');
      const { theRedactor } = await import('./redactor.ts');
      const seen = await examine(siteFlags(command), process.env, theRedactor);
      try {
        const { looks, retained } = seen;
        const text =
          options.output === 'json'
            ? `${JSON.stringify({ looks, retained }, null, 2)}\n`
            : renderDoctor(looks, screen(process.stdout));
        await answer(text, { redactor: theRedactor });
        process.exitCode = exitCodeOf(looks, options.strict === true);
        if (options.putBack !== true) return;
        const { askYes } = await import('./ask.ts');
        for (const volume of retained) {
          const question = `Set the reclaim policy of ${volume.volume} (claim ${volume.claim}) back to ${volume.policy}?`;
          if (options.yes !== true && !(await askYes(question, ['--yes']))) continue;
          await seen.putBack(volume, (words) => note(words, theRedactor));
          note(`The reclaim policy of ${volume.volume} is ${volume.policy} again.`, theRedactor);
        }
      } finally {
        seen.close();
      }
    });
}

function exitCodeOf(looks: readonly Look[], isStrict: boolean): ExitCode {
  if (looks.some(({ state }) => state === 'blocker')) return exitCodes.blocked;
  return isStrict && looks.some(({ state }) => state === 'warning') ? exitCodes.warnings : exitCodes.done;
}
