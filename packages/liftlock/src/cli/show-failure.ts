import { renderProblem } from '../render/problem.ts';
import { screen } from './output.ts';
import { theRedactor } from './redactor.ts';

/** Prints an error once, masked, on standard error. */
export async function showFailure(error: unknown): Promise<void> {
  const { color, width } = screen(process.stderr);
  process.stderr.write(`${theRedactor.text(renderProblem(error, { color, width }))}\n`);
}
