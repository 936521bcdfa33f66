import { Command } from 'commander';
import { helpText } from './help-text.ts';
import { note } from './output.ts';
import { siteFlags, withSiteOptions } from './site-options.ts';
import { theRedactor } from './redactor.ts';
import { openParts } from './open-parts.ts';

/** `liftlock login`: what the guide's token and `helm registry login` pipeline does. */
export function addLogin(): Command {
  return withSiteOptions(new Command('login'))
    .description("log helm in to the platform's registry, from key.json or a token command")
    .addHelpText('after', helpText([], ['liftlock login codemie --cloud aws --key-file key.json']))
    .action(async (_platform: string | undefined, _options: unknown, command: Command) => {
      const { logIn } = await import('../main/log-in.ts');
      const { host, username } = await logIn(siteFlags(command), openParts());
      note(`Logged in to ${host} as ${username}.`, theRedactor);
    });
}
