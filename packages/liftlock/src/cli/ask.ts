import { exitCodes, Problem } from '../model/problem.ts';
import { isCi } from './output.ts';

/** Whether somebody is there to answer. Prompts are written to standard error: standard output is the answer's. */
export function canAsk(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY && !isCi();
}

/**
 * Asks for a yes; no is what Enter means.
 * @param flags what would have answered, for those who cannot be asked
 * @throws Problem WAITING_FOR_PERSON (exit 6) where nobody can be asked, INTERRUPTED (130) on Ctrl-C
 */
export async function askYes(question: string, flags: readonly string[]): Promise<boolean> {
  if (!canAsk()) throw waiting(question, flags);
  const { confirm, isCancel } = await import('@clack/prompts');
  const answer = await confirm({ message: question, initialValue: false, output: process.stderr });
  if (isCancel(answer)) throw interrupted();
  return answer;
}

/**
 * Asks for one of several.
 * @param flags what would have answered, for those who cannot be asked
 * @throws Problem WAITING_FOR_PERSON (exit 6) where nobody can be asked, INTERRUPTED (130) on Ctrl-C
 */
export async function askOne(question: string, options: readonly string[], flags: readonly string[]): Promise<string> {
  if (!canAsk()) throw waiting(question, flags);
  const { select, isCancel } = await import('@clack/prompts');
  const answer = await select({
    message: question,
    options: options.map((value) => ({ value, label: value })),
    output: process.stderr,
  });
  if (isCancel(answer)) throw interrupted();
  return answer;
}

function waiting(question: string, flags: readonly string[]): Problem {
  return new Problem('WAITING_FOR_PERSON', `Nobody is there to answer: ${question}`, {
    exitCode: exitCodes.waiting,
    advice: flags.length === 0 ? [] : [`Answer beforehand with ${flags.join(' or ')}, or run it in a terminal.`],
  });
}

function interrupted(): Problem {
  return new Problem('INTERRUPTED', 'Interrupted before anything was done.', { exitCode: exitCodes.interrupted });
}
