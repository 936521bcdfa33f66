import type { PlatformInput } from '../model/fact.ts';
import type { Platform } from '../model/platform.ts';
import { exitCodes, Problem } from '../model/problem.ts';
import { findPlaceholders } from './placeholders.ts';
import { suggestion } from './nearest.ts';

/** One label of a host name: RFC 1123. */
const label = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/i;

/** What is wrong with the value of an input; undefined where nothing is. */
export function inputFault(value: string, { type, example }: PlatformInput): string | undefined {
  const [left] = findPlaceholders(value, '');
  if (left !== undefined) return `${left.name} is a placeholder of the guide: put the real value there`;
  if (value.trim() === '') return 'is empty';
  const such = example === undefined ? '' : ` such as ${example}`;
  if (type === 'fqdn') return fqdnFault(value, such);
  if (type === 'url' && !isWebAddress(value))
    return `"${value}" is not an address${such || ' such as https://shop.example.com'}`;
  return undefined;
}

function fqdnFault(value: string, such: string): string | undefined {
  if (value.includes('://') || value.includes('/'))
    return `"${value}" is an address; a host name alone is wanted${such}`;
  if (/:\d+$/.test(value)) return `"${value}" has a port; a host name alone is wanted${such}`;
  const labels = value.split('.');
  const isName = value.length <= 253 && labels.length >= 2 && labels.every((part) => label.test(part));
  // The last label of a host name is no number: 10.0.0.1 is an address.
  return isName && !/^\d+$/.test(labels.at(-1) ?? '') ? undefined : `"${value}" is not a full host name${such}`;
}

function isWebAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

/**
 * Checks inputs against what the platform declares.
 * @throws UNKNOWN_INPUT with the nearest right name, or BAD_INPUT with what is wrong; exit 2
 */
export function checkInputs({ inputs, metadata }: Platform, given: Readonly<Record<string, string>>): void {
  const names = Object.keys(inputs);
  for (const [name, value] of Object.entries(given)) {
    const input = Object.hasOwn(inputs, name) ? inputs[name] : undefined;
    if (input === undefined) {
      const near = suggestion(name, names).replace(/^; /, '');
      throw new Problem('UNKNOWN_INPUT', `${metadata.title} has no input "${name}".`, {
        exitCode: exitCodes.usage,
        advice: [near === '' ? 'It has no inputs.' : `${near.charAt(0).toUpperCase()}${near.slice(1)}`],
      });
    }
    const fault = inputFault(value, input);
    if (fault !== undefined)
      throw new Problem('BAD_INPUT', `The input ${name}: ${fault}.`, {
        exitCode: exitCodes.usage,
        advice: [`What it is: ${input.description}`],
      });
  }
}

/**
 * Checks answers against the questions of the platform.
 * @throws UNKNOWN_ANSWER (exit 2) with the nearest right name
 */
export function checkAnswers(platform: Platform, given: Readonly<Record<string, unknown>>): void {
  const names = questionsOf(platform);
  for (const name of Object.keys(given)) {
    if (names.includes(name)) continue;
    const near = suggestion(name, names).replace(/^; /, '');
    throw new Problem('UNKNOWN_ANSWER', `${platform.metadata.title} does not ask for "${name}".`, {
      exitCode: exitCodes.usage,
      advice: [near === '' ? 'It asks nothing.' : `${near.charAt(0).toUpperCase()}${near.slice(1)}`],
    });
  }
}

/** The facts that only a person can answer. */
export function questionsOf({ facts }: Pick<Platform, 'facts'>): readonly string[] {
  return Object.entries(facts).flatMap(([name, fact]) => ('ask' in fact ? [name] : []));
}
