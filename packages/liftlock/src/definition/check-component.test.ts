import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { parsePlatform } from './yaml-source.ts';

const definition = readFileSync(new URL('../../../../platforms/coder/platform.yaml', import.meta.url), 'utf8');

function mistakesWith(change: Readonly<Record<string, unknown>>): string {
  const platform = parse(definition) as { components: Record<string, unknown>[] };
  Object.assign(platform.components[0] ?? {}, change);
  try {
    parsePlatform(stringify(platform), 'platform.yaml');
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
}

it.each([
  [{}, ''],
  [{ chart: {} }, 'neither oci: nor repo:'],
  [{ chart: { repo: 'https://helm.coder.com' } }, 'no name of the chart'],
  [{ chart: { repo: 'https://helm.coder.com', name: 'coder', oci: 'oci://h/c' } }, 'exclude each other'],
  [{ chart: { repo: 'http://helm.coder.com', name: 'coder' } }, 'is not allowed'],
  [{ values: {} }, 'neither files: nor carry:'],
  [{ values: { carry: 'exported' } }, 'names no file'],
  [{ values: { carry: 'exported', file: '../x' } }, 'must lie below'],
  [{ values: { carry: 'exported', file: 'x', files: ['y'] } }, 'exclude each other'],
  [{ guideCommand: 'helm upgrade --force --atomic {relase}' }, 'did you mean "release"'],
  [{ guideCommand: 'helm upgrade {release}' }, '--force stands here or under flags, but not in both'],
  [{ guideCommands: [{ when: 'true', command: 'helm upgrade --force --atomic {archive} {set}' }] }, 'chart.archive'],
  [{ guideCommands: [{ when: 'true', command: 'helm upgrade --force --atomic {sett}' }] }, 'did you mean "set"'],
  [{ guideCommands: [{ when: 'true', command: 'helm upgrade {release}' }] }, '--atomic stands here or under flags'],
])('a component that says %j', (change, message) => {
  expect(mistakesWith(change)).toContain(message);
});
