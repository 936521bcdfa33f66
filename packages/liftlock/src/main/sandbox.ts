import { Problem } from '../model/problem.ts';

/** What liftlock asks of the sandbox package, which it loads only when asked for. */
interface SandboxModule {
  sandboxMain(args: readonly string[]): Promise<number>;
}

/** Runs a command of the sandbox package, where it is installed; returns its exit code. */
export async function sandboxCommand(args: readonly string[]): Promise<number> {
  const specifier = '@liftlock/sandbox';
  let sandbox: SandboxModule;
  try {
    sandbox = (await import(specifier)) as SandboxModule;
  } catch (error) {
    throw new Problem('SANDBOX_ABSENT', 'The sandbox is not installed with this liftlock.', {
      advice: ['It comes with the source: clone the repository and run npm run demo.'],
      cause: error,
    });
  }
  return sandbox.sandboxMain(args);
}
