import { exitCodes, isProblem } from '../model/problem.ts';
import { maskCrashes } from './crash.ts';
import { ignoreClosedStreams } from './output.ts';
import { makeProgram } from './program.ts';
import { showFailure } from './show-failure.ts';

/** Runs what the command line asks for. The one place that catches errors and sets the exit code. */
export async function runCommandLine(argv: readonly string[]): Promise<void> {
  maskCrashes();
  ignoreClosedStreams();
  try {
    process.exitCode = exitCodes.done;
    await makeProgram().parseAsync(argv);
  } catch (error) {
    if (isCommanderExit(error)) {
      process.exitCode = error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
      return;
    }
    await showFailure(error);
    process.exitCode = isProblem(error) ? error.exitCode : exitCodes.bug;
  }
}

/** Commander throws for --help and for usage errors that it has printed itself. */
function isCommanderExit(error: unknown): error is { readonly exitCode: number } {
  return error instanceof Error && error.name === 'CommanderError';
}
