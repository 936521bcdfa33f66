import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import type { ClusterRequest } from '../cluster/connect.ts';
import { isDiscovery, makeDiscoveryCache } from './discovery-cache.ts';

test.each([
  ['/api', true],
  ['/api/v1', true],
  ['/apis', true],
  ['/apis/', true],
  ['/apis/apps', true],
  ['/apis/apps/v1', true],
  ['/openapi/v2', true],
  ['/openapi/v3/apis/apps/v1', true],
  ['/version', true],
  ['/api/v1/namespaces', false],
  ['/apis/apps/v1/deployments', false],
  ['/metrics', false],
])('%s is a document for all: %s', (path, expected) => {
  expect(isDiscovery(path)).toBe(expected);
});

/** An API server that answers when it is told to. */
function server(tag?: string) {
  const asked: ClusterRequest[] = [];
  const state = { status: 200, time: 0 };
  const cache = makeDiscoveryCache(
    {
      request: async (request) => {
        asked.push(request);
        await Promise.resolve();
        const isKnown = tag !== undefined && request.headers?.['if-none-match'] === tag;
        const status = isKnown ? 304 : state.status;
        const body = Readable.from(isKnown ? [] : [Buffer.from(`body ${asked.length}`)]);
        return { status, headers: tag === undefined ? {} : { etag: tag }, body };
      },
    },
    () => state.time,
  );
  const read = async (path: string, accept = 'application/json') => String((await cache.get(path, { accept })).body);
  return { cache, asked, state, read };
}

test('those who ask at once share one request; another form is another answer', async () => {
  const { asked, read } = server();
  expect(await Promise.all([read('/apis'), read('/apis'), read('/apis')])).toEqual(['body 1', 'body 1', 'body 1']);
  expect(await read('/apis', 'application/json;as=APIGroupDiscoveryList')).toBe('body 2');
  expect(asked).toHaveLength(2);
});

test('of an older answer the ETag is asked about, once for all who ask', async () => {
  const { asked, read, state } = server('"one"');
  expect(await read('/apis')).toBe('body 1');
  state.time = 1_000;
  expect(await Promise.all([read('/apis'), read('/apis')])).toEqual(['body 1', 'body 1']);
  expect(asked.map(({ headers }) => headers?.['if-none-match'])).toEqual([undefined, '"one"']);
});

test('what has no ETag is asked anew after half a minute, or when it has to be forgotten', async () => {
  const { cache, read, state } = server();
  expect(await read('/apis')).toBe('body 1');
  state.time = 29_000;
  expect(await read('/apis')).toBe('body 1');
  state.time = 31_000;
  expect(await read('/apis')).toBe('body 2');
  cache.forget();
  expect(await read('/apis')).toBe('body 3');
});

test('a refusal is not kept', async () => {
  const { read, state } = server();
  state.status = 503;
  expect(await read('/apis')).toBe('body 1');
  state.status = 200;
  expect(await read('/apis')).toBe('body 2');
});
