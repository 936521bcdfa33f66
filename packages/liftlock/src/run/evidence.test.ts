import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { RunState } from '../journal/fold.ts';
import { Redactor } from '../model/redaction.ts';
import { collectEvidence } from './evidence.ts';
import type { World } from './world.ts';

/** The text of a bundle's archive, of a namespace with one pod. */
async function bundle(unlearned: string | undefined): Promise<string> {
  const pod = { kind: 'Pod', metadata: { name: 'web-1' }, spec: { containers: [{ name: 'main' }] } };
  let archive = '';
  const world = {
    plan: { site: { namespace: 'prod' }, cluster: {}, platform: {}, route: [] },
    platform: { metadata: { title: 'Shop', guide: { title: 'Guide' } } },
    helm: { version: '3.0.0' },
    reader: {
      version: async () => '1.36.0',
      list: async (path: string) => (path.endsWith('/pods') ? [pod] : []),
      text: async () => 'a line with canary-password',
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
  expect(without).not.toContain('canary-password');
  expect(without).toContain('Logs are left out: the values to mask could not be read (secrets is forbidden).');
  expect(await bundle(undefined)).toContain('logs/web-1.main.txt');
});
