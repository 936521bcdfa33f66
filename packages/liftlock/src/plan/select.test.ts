import { expect, test } from 'vitest';
import { isProblem } from '../model/problem.ts';
import { selectComponents, type Selection } from './select.ts';

const names = ['mcp', 'mermaid', 'nats', 'ui', 'api'];
const select = (selection: Selection) =>
  selectComponents(names, selection, (word) => (word === 'uii' ? 'ui' : undefined));

test.each<readonly [Selection, readonly string[]]>([
  [{}, names],
  [{ only: ['ui'] }, ['ui']],
  [{ only: ['api', 'mcp'] }, ['mcp', 'api']],
  [{ from: 'nats' }, ['nats', 'ui', 'api']],
  [{ until: 'mermaid' }, ['mcp', 'mermaid']],
  [{ from: 'mermaid', until: 'ui' }, ['mermaid', 'nats', 'ui']],
  [{ from: 'ui', until: 'ui' }, ['ui']],
  [{ from: 'nats', only: ['mcp', 'ui'] }, ['ui']],
])('C14: %j selects in the order of the platform', (selection, selected) => {
  expect(select(selection)).toEqual(selected);
});

function refusal(selection: Selection): readonly unknown[] {
  try {
    select(selection);
  } catch (error) {
    if (isProblem(error)) return [error.code, error.exitCode, ...error.advice];
    throw error;
  }
  return [];
}

test('C14: a name that does not exist is refused, with the nearest that does', () => {
  expect(refusal({ only: ['uii'] })).toEqual(['UNKNOWN_COMPONENT', 2, 'Did you mean ui?']);
  expect(refusal({ from: 'x' })).toEqual(['UNKNOWN_COMPONENT', 2, `The components are: ${names.join(', ')}.`]);
  expect(refusal({ from: 'api', until: 'mcp' })).toEqual(['BAD_SELECTION', 2, `The order is: ${names.join(', ')}.`]);
});
