import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Redactor } from '../../model/redaction.ts';
import { makeHttpClient } from '../http/http-client.ts';
import { makeRegistry } from './registry.ts';

const http = makeHttpClient({ env: {} });
const asked: string[] = [];
let server: Server;
let host = '';

/** Pages of two, as a registry with a thousand tags sends them; one repository whose tags nobody may list. */
const answers: Readonly<Record<string, { readonly tags: readonly unknown[]; readonly next?: string }>> = {
  '/v2/vendor/ui/tags/list?n=1000': { tags: ['2.2.4', 'latest'], next: '/v2/vendor/ui/tags/list?n=1000&last=latest' },
  '/v2/vendor/ui/tags/list?n=1000&last=latest': {
    tags: ['2.10.0_build.7', 7, '2.2.5'],
    next: 'http://elsewhere.test/v2/',
  },
};

beforeAll(async () => {
  server = createServer(({ url = '' }, response) => {
    asked.push(url);
    const answer = answers[url];
    if (answer === undefined) response.writeHead(403).end();
    else {
      const link = answer.next === undefined ? {} : { link: `<${answer.next}>; rel="next"` };
      response.writeHead(200, link).end(JSON.stringify({ tags: answer.tags }));
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  http.close();
  server.close();
});

function registry() {
  return makeRegistry({
    credentials: { loginFor: async () => undefined },
    request: (request) => http.request(request),
    clock: { now: () => new Date(), sleep: async () => undefined },
    redactor: new Redactor(),
    cacheFolder: tmpdir(),
    mirrors: [{ from: 'oci://registry.example.com', to: `oci://${host}` }],
    plainHttp: true,
  });
}

test('tags are read page by page, the newest version first; what is no version, and other hosts, are passed over', async () => {
  expect(await registry().tags('oci://registry.example.com/vendor/ui')).toEqual(['2.10.0+build.7', '2.2.5', '2.2.4']);
  expect(asked).toEqual(Object.keys(answers));
});

test('where tags may not be listed nothing is known, and a chart repository has an index instead', async () => {
  expect(await registry().tags('oci://registry.example.com/vendor/api')).toBeUndefined();
  expect(await registry().tags('https://charts.example.com/ui')).toBeUndefined();
});
