import { Command, Option } from 'commander';
import { openParts } from './open-parts.ts';
import { answer, screen } from './output.ts';
import { siteFlags, withSiteOptions } from './site-options.ts';

interface Options {
  readonly all?: true;
  readonly output: 'text' | 'json';
}

/** `liftlock versions`: what is installed, what there is, and the route to each. */
export function addVersions(): Command {
  return withSiteOptions(new Command('versions'))
    .description('installed and available versions, and the route to each')
    .option('--all', 'every patch and pre-release, and older versions too')
    .addOption(new Option('-o, --output <format>', 'text or json').choices(['text', 'json']).default('text'))
    .action(async (_platform: string | undefined, options: Options, command: Command) => {
      const { readVersions } = await import('../main/read-versions.ts');
      const { renderVersions } = await import('../render/versions.ts');
      const { theRedactor } = await import('./redactor.ts');
      const versions = await readVersions(siteFlags(command), openParts(), options.all === true);
      const text =
        options.output === 'json'
          ? `${JSON.stringify(versions, null, 2)}\n`
          : renderVersions(versions, screen(process.stdout));
      await answer(text, { redactor: theRedactor });
    });
}
