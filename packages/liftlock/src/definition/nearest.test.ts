import { expect, test } from 'vitest';
import { nearestWord } from './nearest.ts';

test.each([
  ['azrue', ['aws', 'azure', 'gcp'], 'azure'],
  ['az', ['aws', 'azure', 'gcp'], 'azure'],
  ['gpc', ['aws', 'azure', 'gcp'], 'gcp'],
  ['AWS', ['aws', 'azure', 'gcp'], 'aws'],
  ['pull_secret', ['key', 'pullSecret', 'host'], 'pullSecret'],
  ['relase', ['name', 'release'], 'release'],
  ['idfield', ['idField', 'body'], 'idField'],
  ['openstack', ['aws', 'azure', 'gcp'], undefined],
  ['a', ['b', 'c'], undefined],
  ['', ['aws'], undefined],
  ['a', ['aws', 'azure'], undefined],
])('%s of %j is %s', (word, words, nearest) => {
  expect(nearestWord(word, words)).toBe(nearest);
});
