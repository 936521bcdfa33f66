import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import type { KubeObject } from '../../model/kube.ts';
import { Problem } from '../../model/problem.ts';
import { makePatience } from './patience.ts';
import type { Transport } from './transport.ts';
import { watchObjects } from './watch.ts';

const one: KubeObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'one', uid: 'u1', resourceVersion: '2' },
};
const added = `${JSON.stringify({ type: 'ADDED', object: one })}\n`;
const away = new Problem('CLUSTER_UNREACHABLE', 'away', { details: { code: 'EHOSTUNREACH' } });
const refused = new Problem('CLUSTER_REFUSED', 'forbidden', { details: { status: 403 } });

/** Watches through these answers, and ends with the last; a watch that is refused takes so many seconds of time. */
async function watching(answers: readonly (string | Problem)[], options: { readonly secondsEach?: number } = {}) {
  const stop = new AbortController();
  const told: string[] = [];
  const pauses: number[] = [];
  let now = 0;
  let lists = 0;
  let asked = 0;
  const transport: Transport = {
    send: async () => {
      const answer = answers[asked];
      asked += 1;
      now += (options.secondsEach ?? 0) * 1000;
      if (asked >= answers.length) stop.abort();
      if (answer instanceof Problem) throw answer;
      return { status: 200, headers: {}, body: Readable.from([Buffer.from(answer ?? '')]) };
    },
    failure: () => away,
    patience: makePatience(async () => true),
    close: () => undefined,
  };
  await watchObjects({
    transport,
    server: 'https://api.example',
    path: '/api/v1/namespaces/shop/configmaps',
    options: {},
    signal: stop.signal,
    onEvent: ({ type, object }) => told.push(`${type} ${object.metadata.name}`),
    list: async () => {
      lists += 1;
      return { objects: [], resourceVersion: '1' };
    },
    time: {
      now: () => now,
      sleep: async (milliseconds) => {
        pauses.push(milliseconds);
        now += milliseconds;
      },
    },
  });
  return { told, pauses, lists, asked };
}

test('a watch that ends at once, and brings nothing, is begun again with growing pauses', async () => {
  const { pauses } = await watching(['', '', '', '', '', '', '', '']);
  expect(pauses.slice(0, 7)).toEqual([200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
});

test('so is one whose stream says that it failed; it is listed anew', async () => {
  const failed = `${JSON.stringify({ type: 'ERROR', object: { code: 500 } })}\n`;
  const { pauses, lists } = await watching([failed, failed, failed, '']);
  expect([pauses.slice(0, 3), lists]).toEqual([[200, 400, 800], 4]);
});

test('one that brought something, or stood for a while, is begun again at once', async () => {
  const { told, pauses } = await watching([added, '']);
  expect([told, pauses.length]).toEqual([['ADDED one'], 1]);
  expect((await watching(['', '', ''], { secondsEach: 240 })).pauses).toEqual([]);
});

test('half an answer, or one of something in between, ends no watch: it is listed anew', async () => {
  const { told, lists } = await watching(['{"type":"ADDED","obj\n', '<html>log in</html>\n', added, '']);
  expect([told, lists]).toEqual([['ADDED one'], 3]);
});

test('refusals end it where they last for half a minute, and an absence in between begins them anew', async () => {
  await expect(watching([refused, refused, refused, refused, ''], { secondsEach: 12 })).rejects.toBe(refused);
  const { told } = await watching([refused, refused, away, refused, refused, added, ''], { secondsEach: 12 });
  expect(told).toEqual(['ADDED one']);
});
