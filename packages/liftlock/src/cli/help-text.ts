import { wrapCommand } from '../render/shell.ts';
import { wrapText } from '../render/wrap.ts';

/** Columns of a terminal that nobody has widened. */
const width = 80;

/** A command as it is typed, with what it is for where that needs saying. */
export type Example = string | readonly [command: string, meaning: string];

/** What stands below a command's options: sentences, then examples, which can be copied also where they take several lines. */
export function helpText(sentences: readonly string[], examples: readonly Example[]): string {
  const told = examples.flatMap((example) => {
    const [command, meaning] = typeof example === 'string' ? [example] : example;
    const lines = wrapCommand(command, width, '  ');
    return meaning === undefined ? lines : [...wrapText(meaning, { width, first: '  # ', hanging: '  # ' }), ...lines];
  });
  const paragraphs = sentences.map((sentence) => wrapText(sentence, { width }).join('\n'));
  return `\n${[...paragraphs, [examples.length === 1 ? 'Example:' : 'Examples:', ...told].join('\n')].join('\n\n')}`;
}
