import { Command } from 'commander';

/** `liftlock sandbox`: a real control plane on this machine, for rehearsals. An optional part, loaded when asked for. */
export function addSandbox(): Command {
  const sandbox = new Command('sandbox').description('a throw-away control plane on this machine: up, down, status');
  for (const [name, description] of [
    ['up', 'start one'],
    ['down', 'stop it and remove what it kept'],
    ['status', 'what runs'],
  ] as const) {
    sandbox.addCommand(
      new Command(name)
        .description(description)
        .option('--name <name>', 'its name', 'default')
        .exitOverride()
        .action(async (options: { readonly name: string }) => {
          const { sandboxCommand } = await import('../main/sandbox.ts');
          process.exitCode = await sandboxCommand(name, options.name);
        }),
    );
  }
  return sandbox;
}
