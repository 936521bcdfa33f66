import type { Platform } from '../model/platform.ts';
import { exitCodes, Problem } from '../model/problem.ts';
import type { Path } from './mistake.ts';
import { nearestWord, suggestion } from './nearest.ts';

const template = /\{([^{}]*)\}/g;

/**
 * The value of every option of the platform: as given, else its default.
 * @throws UNKNOWN_OPTION, BAD_OPTION or OPTION_MISSING (exit 2) with the nearest right word
 */
export function resolveOptions(platform: Platform, given: Readonly<Record<string, string>>): Record<string, string> {
  const names = Object.keys(platform.options);
  const title = platform.metadata.title;
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(platform.options, name)) continue;
    throw new Problem('UNKNOWN_OPTION', `${title} has no option "${name}".`, {
      exitCode: exitCodes.usage,
      advice: [hint(name, names, 'It has no options.')],
    });
  }
  const resolved: Record<string, string> = {};
  for (const [name, option] of Object.entries(platform.options)) {
    const value = Object.hasOwn(given, name) ? given[name] : option.default;
    if (value === undefined) {
      throw new Problem('OPTION_MISSING', `${title} needs the option "${name}".`, {
        exitCode: exitCodes.usage,
        advice: [
          `Give one of ${option.enum.join(', ')}: --${name} ${option.enum[0] ?? ''}, or under options: in the site file.`,
        ],
      });
    }
    if (!option.enum.includes(value)) {
      throw new Problem('BAD_OPTION', `"${value}" is no ${name} that ${title} supports.`, {
        exitCode: exitCodes.usage,
        advice: [hint(value, option.enum, '')],
      });
    }
    resolved[name] = value;
  }
  return resolved;
}

function hint(word: string, words: readonly string[], none: string): string {
  const near = nearestWord(word, words);
  const all = words.length === 0 ? none : `Known: ${words.join(', ')}.`;
  return near === undefined ? all : `Did you mean "${near}"? ${all}`;
}

/**
 * Replaces every `{options.NAME}`.
 * @throws BAD_DEFINITION (exit 2) for anything else in braces
 */
export function expand(text: string, options: Readonly<Record<string, string>>): string {
  const fault = templateFault(text, Object.keys(options));
  if (fault !== undefined) {
    throw new Problem('BAD_DEFINITION', `"${text}": ${fault}`, { exitCode: exitCodes.usage });
  }
  return text.replaceAll(template, (_match, inner: string) => options[inner.trim().slice('options.'.length)] ?? '');
}

function templateFault(text: string, names: readonly string[]): string | undefined {
  for (const [whole, inner = ''] of text.matchAll(template)) {
    const word = inner.trim();
    if (!word.startsWith('options.')) return `${whole} is not understood; only {options.NAME} is replaced`;
    const name = word.slice('options.'.length);
    if (!names.includes(name)) return `the platform declares no option "${name}"${suggestion(name, names)}`;
  }
  return /[{}]/.test(text.replaceAll(template, '')) ? 'a brace that is not closed or not opened' : undefined;
}

/** Every place of a platform where `{…}` does not name a declared option. */
export function checkTemplates(platform: Platform): readonly { path: Path; message: string }[] {
  const names = Object.keys(platform.options);
  return platform.components.flatMap((component, index) =>
    (component.values.files ?? []).flatMap((file, at) => {
      const message = templateFault(file, names);
      return message === undefined ? [] : [{ path: ['components', index, 'values', 'files', at], message }];
    }),
  );
}
