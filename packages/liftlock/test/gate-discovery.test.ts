import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeGate } from '../src/adapters/gate/gate.ts';
import { configMap, writeChart } from './support/charts.ts';
import { ask, helmsUnderTest, openGateStage, quickly, type GateStage } from './support/gate-stage.ts';
import { sharedSandbox } from './support/stage.ts';

let stage: GateStage;
beforeAll(async () => {
  stage = await openGateStage(sharedSandbox());
}, 1_800_000);
afterAll(async () => stage.close());

const isDocument = (path: string) => /^\/(api|apis)$|^\/openapi\//.test(path.split('?')[0] ?? '');

/** A gate, and the documents that it read whole, or only asked about. Those without an ETag are read anew after a while. */
function countedGate(name: string) {
  const [whole, tags]: [string[], string[]] = [[], []];
  const gate = makeGate(
    {
      namespace: 'default',
      request: async (request) => {
        const answer = await stage.connection.request(request);
        const [path = ''] = request.path.split('?');
        if (request.method === 'GET' && isDocument(path) && answer.headers.etag !== undefined) {
          (request.headers?.['if-none-match'] === undefined ? whole : tags).push(path);
        }
        return answer;
      },
    },
    { folder: join(stage.folder, name) },
  );
  return { gate, whole, tags };
}

describe.each(helmsUnderTest)('discovery for %s', (helm) => {
  test('five helms at once and five after them read each document once', async () => {
    const { gate, whole, tags } = countedGate(helm.split('/').at(-1) ?? '');
    const namespace = await stage.newNamespace();
    const place = stage.newFolder();
    const run = async (round: number) =>
      Promise.all(
        Array.from({ length: 5 }, async (_, index) => {
          const name = `r${round}-${index}`;
          const chart = writeChart(place, `1.${round}.${index}`, { one: configMap(name, { a: '1' }) });
          const session = await gate.openShadow();
          // With helm's own validation: it reads the schemas too.
          const args = ['upgrade', '--install', name, chart, '-n', namespace, '--no-hooks', ...quickly(helm)];
          const done = await stage.helm(helm, session.kubeconfig, args);
          await session.close();
          return done.stderr;
        }),
      );
    expect(new Set(await run(0))).toEqual(new Set(['']));
    const first = [...whole];
    expect(first.length).toBeGreaterThan(0);
    expect(first.filter((path, index) => first.indexOf(path) !== index)).toEqual([]);
    expect(new Set(await run(1))).toEqual(new Set(['']));
    expect(whole).toEqual(first);
    expect(tags.length).toBeGreaterThan(0);
  });
});

test('an answer has the form that was asked for, and a new definition is seen at once', async () => {
  const { gate } = countedGate('forms');
  const session = await gate.openShadow();
  const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
  const kindOf = async (accept: string) => {
    const { text } = await ask(session, { path: '/apis', headers: { accept } });
    return (JSON.parse(text) as { kind: string }).kind;
  };
  expect(await kindOf('application/json')).toBe('APIGroupList');
  expect(await kindOf(aggregated)).toBe('APIGroupDiscoveryList');
  expect(await kindOf('application/json')).toBe('APIGroupList');
  const isJson = async (headers: Record<string, string>) =>
    (await ask(session, { path: '/openapi/v2', headers: { accept: 'application/json', ...headers } })).text.startsWith(
      '{',
    );
  expect([await isJson({ 'accept-encoding': 'gzip' }), await isJson({})]).toEqual([false, true]);

  expect(await kindOf(aggregated)).toBe('APIGroupDiscoveryList');
  const group = `seen-${Date.now()}.example`;
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  await stage.sandbox.api.create(path, {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `boats.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural: 'boats', kind: 'Boat' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
    },
  });
  const isListed = async (from: (path: string) => Promise<string>) => (await from('/apis')).includes(group);
  while (!(await isListed(async (one) => JSON.stringify(await stage.sandbox.api.get(one))))) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  // Half a minute and a new session is not what it takes: a look at the ETag is.
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect(await isListed(async (one) => (await ask(session, { path: one, headers: { accept: aggregated } })).text)).toBe(
    true,
  );
  await stage.sandbox.api.delete(`${path}/boats.${group}`);
  await session.close();
});
