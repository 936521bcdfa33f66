import { Command } from 'commander';
import { helpText } from './help-text.ts';
import { siteFlags, withSiteOptions } from './site-options.ts';
import { streamOption } from './options.ts';

interface Options {
  readonly yes?: true;
  readonly output: 'text' | 'jsonl';
}

/** `liftlock credentials rotate`: a new key, proven, and put into the cluster. */
export function addCredentials(): Command {
  const rotate = withSiteOptions(new Command('rotate'))
    .description('check a new key, log in with it and renew the image pull secret in the cluster')
    .option('-y, --yes', 'do not ask')
    .addOption(streamOption())
    .addHelpText('after', helpText([], ['liftlock credentials rotate codemie --cloud aws --key-file new-key.json']))
    .action(async (_platform: string | undefined, options: Options, command: Command) => {
      const { rotate: rotateKey } = await import('./rotating.ts');
      process.exitCode = await rotateKey(siteFlags(command), { yes: options.yes === true, output: options.output });
    });
  return new Command('credentials').description('registry credentials').addCommand(rotate.exitOverride());
}
