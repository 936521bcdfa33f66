import { writeSync } from 'node:fs';
import { exitCodes } from '../model/problem.ts';
import { renderProblem } from '../render/problem.ts';
import { tame } from '../render/tame.ts';
import { screen } from './output.ts';
import { theRedactor } from './redactor.ts';

/**
 * What nobody catches is told masked, as every other bug is: Node.js would print the error as it stands, and the line of the
 * source that threw it. The process ends, and what it keeps of secrets in files goes with it.
 */
export function maskCrashes(): void {
  for (const event of ['uncaughtException', 'unhandledRejection'] as const)
    process.on(event, (error: unknown) => {
      // A stream that is a pipe writes later: there is no later.
      tell(wordsOf(error));
      // eslint-disable-next-line n/no-process-exit -- state is not to be trusted any more
      process.exit(exitCodes.bug);
    });
}

/** Where even that fails, Node.js would print what was to be masked: then nothing of it is said. */
function wordsOf(error: unknown): string {
  try {
    const { color, width } = screen(process.stderr);
    const mask = (text: string) => theRedactor.text(text);
    return tame(`${mask(renderProblem(error, { color, width, mask }))}\n`, color);
  } catch {
    return 'This is a bug in liftlock, and what it was about cannot be told. Whether the cluster was changed: liftlock status\n';
  }
}

function tell(text: string): void {
  try {
    writeSync(process.stderr.fd, text);
  } catch {
    // Nobody reads it any more.
  }
}
