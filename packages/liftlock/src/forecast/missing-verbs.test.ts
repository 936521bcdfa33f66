import { expect, test } from 'vitest';
import { Problem } from '../model/problem.ts';
import { missingVerbs } from './missing-verbs.ts';

const refusal = (verb: string) =>
  ({
    code: 'PERMISSION_MISSING',
    user: 'ada',
    verb,
    group: 'apps',
    resource: 'deployments',
    namespace: 'shop',
  }) as const;

test('what helm would be refused next is asked as well, in the order of helm', async () => {
  const asked: string[] = [];
  const canI = async (...words: string[]) => {
    asked.push(words.join(' '));
    return Promise.resolve(words[0] === 'get' || words[0] === 'delete');
  };
  expect(await missingVerbs(refusal('create'), { canI })).toBe('create, update, patch');
  expect(asked).toEqual(['get', 'update', 'patch', 'delete'].map((verb) => `${verb} apps deployments shop`));
  expect(await missingVerbs(refusal('watch'), { canI })).toBe('watch');
});

test('where nobody can say, the refused verb stands alone', async () => {
  const canI = async () => Promise.reject(new Problem('CLUSTER_REFUSED', 'no'));
  expect(await missingVerbs(refusal('get'), { canI })).toBe('get');
});
