import { expect, test } from 'vitest';
import type { WebProbe, World } from '../world.ts';
import { createDelete } from './create-delete.ts';

type Answer = { readonly status: number; readonly body: string };
const check = { id: 'core', kind: 'create-delete', path: '/things', body: {}, idField: 'id' };

/** The check against an API that answers like this. */
async function look(answers: Readonly<Record<string, Answer>>) {
  const fetch: WebProbe['fetch'] = async ({ url, method = 'GET' }) => {
    const answer = answers[`${method} ${new URL(url).pathname}`];
    if (answer === undefined) throw new Error('connection reset');
    return answer;
  };
  const site = { checks: { core: { url: 'https://api.example' } } };
  const world = { site, platform: { checks: [] }, web: { fetch } } as unknown as World;
  return createDelete(check as unknown as Parameters<typeof createDelete>[0], {} as never, world);
}

const created = { status: 201, body: '{"id":7}' };
const done = { status: 200, body: '{}' };
const absent = { status: 404, body: '' };
const byHand = { verdict: 'failed', advice: ['Remove it by hand: https://api.example/things/7'] };

test('C29: what was deleted must be gone by its own address, or else from the list', async () => {
  const list = { status: 200, body: '{"data":[{"id":17,"size":7}]}' };
  const all = { 'POST /things': created, 'DELETE /things/7': done, 'GET /things': list };
  expect(await look({ ...all, 'GET /things/7': absent })).toMatchObject({ verdict: 'passed' });
  expect(await look({ ...all, 'GET /things/7': { status: 405, body: '' } })).toMatchObject({ verdict: 'passed' });
  expect(await look({ ...all, 'GET /things/7': absent, 'GET /things': absent })).toMatchObject({ verdict: 'passed' });
  expect(await look({ ...all, 'GET /things/7': created })).toMatchObject(byHand);
  const still = { status: 200, body: '{"data":[{"id":7}]}' };
  expect(await look({ ...all, 'GET /things/7': absent, 'GET /things': still })).toMatchObject(byHand);
});

test('C29: a deletion that fails midway tells what to remove by hand', async () => {
  expect(await look({ 'POST /things': created })).toMatchObject(byHand);
});
