import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { RunState } from '../journal/fold.ts';
import { Problem } from '../model/problem.ts';
import { Redactor } from '../model/redaction.ts';
import { collectEvidence } from './evidence.ts';
import type { World } from './world.ts';

/** The text of a bundle's archive, of a namespace with one pod. */
async function bundle(
  unlearned: string | undefined,
  find: () => Promise<unknown> = async () => undefined,
): Promise<string> {
  const env = [{ name: 'LOGIN', valueFrom: { secretKeyRef: { name: 'made-by-the-chart', key: 'login' } } }];
  const status = {
    containerStatuses: [
      { name: 'main', restartCount: 0 },
      { name: 'side', restartCount: 2 },
    ],
  };
  const pod = { metadata: { name: 'web-1' }, spec: { containers: [{ name: 'main', env }, { name: 'side' }] }, status };
  let archive = '';
  const world = {
    plan: { site: { namespace: 'prod' }, cluster: {}, platform: {}, route: [] },
    platform: { metadata: { title: 'Shop', guide: { title: 'Guide' } }, components: [{}, { namespace: 'data' }] },
    helm: { version: '3.0.0' },
    reader: {
      version: async () => '1.36.0',
      list: async (path: string) =>
        path.endsWith('/pods') ? [pod] : path.endsWith('/events') ? [{ message: 'no canary-password' }] : [],
      find,
      text: async (path: string) => `a line with canary-password, connecting with apiToken=canary-token of ${path}`,
    },
    redactor: new Redactor(),
    clock: { now: () => new Date(0) },
    folder: {
      writeBytes: async (name: string, bytes: Uint8Array) => {
        archive = gunzipSync(bytes).toString();
        return name;
      },
    },
    unlearned,
  } as unknown as World;
  await collectEvidence(world, { run: 'r', steps: [], hops: [] } as unknown as RunState, []);
  return archive;
}

test('C36: logs are left out of the bundle where the redactor could not be taught, and it says so', async () => {
  const without = await bundle('secrets is forbidden');
  expect(without).not.toContain('a line');
  expect(without).toContain('Logs are left out: the values to mask could not be read (secrets is forbidden).');
  expect(await bundle(undefined)).toContain('logs/web-1.main.txt');
});

test('C36: what the Secrets of a pod hold is masked in its log and everywhere else', async () => {
  const data = { login: Buffer.from('canary-password').toString('base64') };
  const text = await bundle(undefined, async () => ({ data }));
  expect(text).toContain('a line with ********, connecting with apiToken=********');
  expect(text).not.toContain('canary');
});

test('C36: a log is left out where a Secret that its pod reads may not be read', async () => {
  const text = await bundle(undefined, async () => {
    throw new Problem('CLUSTER_REFUSED', 'secrets is forbidden');
  });
  expect(text).toContain('logs/web-1.main.txt');
  expect(text).toContain('left out: the values to mask could not be read (secrets is forbidden)');
  expect(text).not.toContain('a line');
});

test('C36: every namespace of the platform is in it, and the former life of a container that was started again', async () => {
  const text = await bundle(undefined);
  for (const name of ['releases.json', 'releases/data.json', 'objects/events.json', 'objects/data/events.json'])
    expect(text).toContain(name);
  for (const [file, namespace] of [
    ['logs/web-1', 'prod'],
    ['logs/data/web-1', 'data'],
  ])
    expect(text).toMatch(
      new RegExp(
        `${file}.side.previous.txt[^]*namespaces/${namespace}/pods/web-1/log.container=side[^\\n]*&previous=true`,
      ),
    );
  expect(text).not.toContain('main.previous.txt');
});
