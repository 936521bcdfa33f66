import { Command } from 'commander';
import { helpText } from './help-text.ts';

/** `liftlock sandbox`: a real control plane on this machine, for rehearsals. An optional part, loaded when asked for. */
export function addSandbox(): Command {
  return new Command('sandbox')
    .description('a throw-away control plane on this machine: up, down, status')
    .argument('<command>', 'up, down or status')
    .argument('[flags...]', '--name NAME; for up also --auth none|basic|token, --tls, --nodes COUNT')
    .allowUnknownOption()
    .passThroughOptions()
    .addHelpText('after', helpText([], ['liftlock sandbox up --auth token', 'liftlock sandbox down']))
    .action(async (command: string, flags: readonly string[]) => {
      const { sandboxCommand } = await import('../main/sandbox.ts');
      process.exitCode = await sandboxCommand([command, ...flags]);
    });
}
