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
      const { color, width } = screen(process.stderr);
      // A stream that is a pipe writes later: there is no later.
      const mask = (text: string) => theRedactor.text(text);
      tell(tame(`${mask(renderProblem(error, { color, width, mask }))}\n`, color));
      // eslint-disable-next-line n/no-process-exit -- state is not to be trusted any more
      process.exit(exitCodes.bug);
    });
}

function tell(text: string): void {
  try {
    writeSync(process.stderr.fd, text);
  } catch {
    // Nobody reads it any more.
  }
}
