import { renderProblem } from '../render/problem.ts';
import { tame } from '../render/tame.ts';
import { screen } from './output.ts';
import { theRedactor } from './redactor.ts';

/** Prints an error once, masked and tame, on standard error. */
export async function showFailure(error: unknown): Promise<void> {
  const { color, width } = screen(process.stderr);
  const mask = (text: string) => theRedactor.text(text);
  process.stderr.write(tame(`${theRedactor.text(renderProblem(error, { color, width, mask }))}\n`, color));
}
