import { Command, Option } from 'commander';
import { answer, screen } from './output.ts';
import { siteFlags, withSiteOptions } from './site-options.ts';

interface Options {
  readonly to?: string;
  readonly version?: string;
  readonly output: 'text' | 'json';
}

/** `liftlock status`: what is installed, how far behind the target it is, and the run that is under way. */
export function addStatus(): Command {
  return withSiteOptions(new Command('status'))
    .description('installed version of every component, how far behind a target, and the last run')
    .option('--to <x.y.z>', 'compare with this version')
    .option('--version <x.y.z>', 'the same')
    .addOption(new Option('-o, --output <format>', 'text or json').choices(['text', 'json']).default('text'))
    .action(async (_platform: string | undefined, options: Options, command: Command) => {
      const { readStatus } = await import('../main/read-status.ts');
      const { renderStatus } = await import('../render/status.ts');
      const { theRedactor } = await import('./redactor.ts');
      const { parseExactVersion } = await import('../model/version.ts');
      const target = options.to ?? options.version;
      const status = await readStatus(
        siteFlags(command),
        target === undefined ? undefined : parseExactVersion(target),
        {
          environment: process.env,
          redactor: theRedactor,
        },
      );
      const text =
        options.output === 'json'
          ? `${JSON.stringify(status, null, 2)}\n`
          : renderStatus(status, screen(process.stdout));
      await answer(text, { redactor: theRedactor });
    });
}
