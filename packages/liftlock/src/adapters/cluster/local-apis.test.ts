import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import type { HttpAnswer } from '../http/http-client.ts';
import { Problem } from '../../model/problem.ts';
import { makeLocalApis, resourceOfPath } from './local-apis.ts';
import { makePatience } from './patience.ts';
import type { Transport } from './transport.ts';
import { makeWriter } from './writer.ts';

test.each([
  ['/api/v1/namespaces/shop/pods?dryRun=All', { group: '', version: 'v1', resource: 'pods' }],
  ['/api/v1/namespaces/shop', { group: '', version: 'v1', resource: 'namespaces' }],
  ['/api/v1/namespaces?dryRun=All', { group: '', version: 'v1', resource: 'namespaces' }],
  ['/apis/far.example/v1/things/a', { group: 'far.example', version: 'v1', resource: 'things' }],
  ['/apis/far.example/v1/namespaces/shop/things/a', { group: 'far.example', version: 'v1', resource: 'things' }],
  ['/apis/far.example/v1', undefined],
  ['/version', undefined],
])('the resource of %s', (path, resource) => {
  expect(resourceOfPath(path)).toEqual(resource);
});

/** An API server that answers these paths, 404 else and 201 to writes. */
function serverWith(answers: Readonly<Record<string, readonly [number, object]>>) {
  const writes: string[] = [];
  const send = async ({ method, path }: { readonly method: string; readonly path: string }): Promise<HttpAnswer> => {
    if (method !== 'GET') writes.push(`${method} ${path.split('?')[0]}`);
    const [status, body] = method === 'GET' ? (answers[path] ?? [404, {}]) : [201, { kind: 'Thing' }];
    return { status, headers: {}, body: Readable.from([Buffer.from(JSON.stringify(body))]) };
  };
  const transport: Transport = {
    send,
    failure: () => new Problem('CLUSTER_UNREACHABLE', 'the network is away'),
    patience: makePatience(async () => true),
    close: () => undefined,
  };
  const localApis = makeLocalApis({ request: send });
  return { writes, writer: makeWriter({ transport, server: 'https://api.example', localApis }) };
}

const apiService = (name: string) => `/apis/apiregistration.k8s.io/v1/apiservices/${name}`;
const thing = { apiVersion: 'far.example/v1', kind: 'Thing', metadata: { name: 'a' } };
const things = '/apis/far.example/v1/namespaces/shop/things';

test('O7: however a dry run is asked for, none is sent to an API that another program serves', async () => {
  const far = [200, { spec: { service: { namespace: 'shop', name: 'far' } } }] as const;
  const { writes, writer } = serverWith({ [apiService('v1.far.example')]: far });
  const unsafe = expect.objectContaining({ code: 'DRY_RUN_UNSAFE', message: expect.stringContaining('shop/far') });
  await expect(writer.dryRunPatch(`${things}/a`, {}, 'merge')).rejects.toEqual(unsafe);
  await expect(writer.dryRunCreate(things, thing)).rejects.toEqual(unsafe);
  await expect(writer.create(`${things}?dryRun=All`, thing)).rejects.toEqual(unsafe);
  await expect(writer.replace(`${things}/a?dryRun=All`, thing)).rejects.toEqual(unsafe);
  expect(writes).toEqual([]);
  await writer.patch(`${things}/a`, {});
  expect(writes).toEqual([`PATCH ${things}/a`]);
});

test('O7: who may not read APIServices is let dry-run what Kubernetes serves, and what declares it', async () => {
  const operation = { parameters: [{ name: 'dryRun', in: 'query' }] };
  const declared = { paths: { [`${things}/{name}`]: { patch: operation } } };
  const { writes, writer } = serverWith({
    [apiService('v1.apps')]: [403, {}],
    [apiService('v1.far.example')]: [403, {}],
    [apiService('v1.other.example')]: [403, {}],
    '/openapi/v3/apis/far.example/v1': [200, declared],
  });
  await writer.dryRunPatch('/apis/apps/v1/namespaces/shop/deployments/web', {}, 'merge');
  await writer.dryRunPatch(`${things}/a`, {}, 'merge');
  await expect(writer.dryRunPatch('/apis/other.example/v1/things/a', {}, 'merge')).rejects.toThrow('not known');
  expect(writes).toHaveLength(2);
});
