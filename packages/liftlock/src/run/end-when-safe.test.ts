import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { pod, running, type PodFields } from '../findings/faults/fixtures.ts';
import type { EntryBody } from '../model/journal.ts';
import type { KubeObject } from '../model/kube.ts';
import type { HelmExit } from '../model/ports.ts';
import { Problem } from '../model/problem.ts';
import type { HelmUpgradeStep } from '../model/step.ts';
import { endWhenSafe } from './end-when-safe.ts';
import type { ReleaseWatch } from './watch-release.ts';
import type { World } from './world.ts';

const step = {
  namespace: 'prod',
  release: 'shop',
  migrates: { containers: ['main'], note: '' },
} as unknown as HelmUpgradeStep;
const ofRelease: PodFields = { labels: { 'app.kubernetes.io/instance': 'shop' } };
const starting = pod({ ready: false, started: false, state: { running: {} } }, ofRelease);
const started = pod(running, ofRelease);

/** helm's record of an upgrade that is under way. */
const pending: KubeObject = {
  apiVersion: 'v1',
  kind: 'Secret',
  type: 'helm.sh/release.v1',
  metadata: { name: 'sh.helm.release.v1.shop.v2', namespace: 'prod', labels: { name: 'shop', version: '2' } },
  data: {
    release: encoded({ name: 'shop', version: 2, info: { status: 'pending-upgrade' }, chart: { metadata: {} } }),
  },
};

function encoded(payload: object): string {
  return Buffer.from(gzipSync(JSON.stringify(payload)).toString('base64')).toString('base64');
}

/** Ends helm in a cluster whose pods are these at each look; what was told, and what stood there when helm was ended. */
async function ending(looks: readonly (KubeObject | 'unreachable')[]) {
  const notes: string[] = [];
  let look = 0;
  const world = {
    reader: {
      list: async (path: string) => {
        if (path.endsWith('/secrets')) return [pending];
        if (!path.endsWith('/pods')) return [];
        const seen = looks[Math.min(look, looks.length - 1)];
        look += 1;
        if (seen === 'unreachable') throw new Problem('CLUSTER_UNREACHABLE', 'away');
        return seen === undefined ? [] : [seen];
      },
    },
    clock: { now: () => new Date(), sleep: async () => setTimeout(0) },
    emit: (body: EntryBody) => void (body.type === 'note' && notes.push(body.text)),
  } as unknown as World;
  // What the watch has been told so far: nothing runs.
  const watch = { isMigrating: () => false, seesMigrations: () => true } as unknown as ReleaseWatch;
  let endedAtLook = 0;
  const end = async (): Promise<HelmExit> => {
    endedAtLook = look;
    return { code: 1, stdout: '', stderr: '', wasEnded: true, seconds: 1 };
  };
  await endWhenSafe(step, end, watch, world, new AbortController().signal);
  return { notes, endedAtLook };
}

test('O2: a migrating container that the watch does not know of yet is seen before helm is ended', async () => {
  const { notes, endedAtLook } = await ending([starting, starting, started]);
  expect(endedAtLook).toBe(3);
  expect(notes).toEqual(['data is being migrated: helm is not interrupted']);
});

test('O2: an API server that does not answer is no leave to end helm', async () => {
  const { notes, endedAtLook } = await ending(['unreachable', started]);
  expect(endedAtLook).toBe(2);
  expect(notes).toEqual(['whether data is being migrated cannot be seen: helm is not interrupted']);
});

test('where nothing migrates, helm is ended after one look', async () => {
  expect(await ending([started])).toEqual({ notes: [], endedAtLook: 1 });
});
