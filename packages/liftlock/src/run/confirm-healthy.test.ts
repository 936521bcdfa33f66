import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { KubeObject } from '../model/kube.ts';
import { defaultGraces } from '../model/platform.ts';
import type { ClusterReader } from '../model/ports.ts';
import type { HelmRollbackStep } from '../model/step.ts';
import { confirmHealthy } from './confirm-healthy.ts';
import { readerOf } from './fixtures.ts';
import type { World } from './world.ts';

const step = {
  kind: 'helm-rollback',
  id: 'web/rollback',
  component: 'web',
  release: 'shop',
  namespace: 'prod',
  version: '1.0.0',
  timeoutSeconds: 9,
} as HelmRollbackStep;

/** helm's record of a revision without objects. */
function record(revision: number, version: string): KubeObject {
  const payload = {
    name: 'shop',
    namespace: 'prod',
    version: revision,
    info: { status: 'deployed' },
    chart: { metadata: { name: 'shop', version } },
    manifest: '',
  };
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'helm.sh/release.v1',
    metadata: {
      name: `sh.helm.release.v1.shop.v${revision}`,
      namespace: 'prod',
      labels: { owner: 'helm', name: 'shop', version: String(revision), status: 'deployed' },
    },
    data: { release: Buffer.from(gzipSync(JSON.stringify(payload)).toString('base64')).toString('base64') },
  };
}

/** Confirms a rollback from 2.0.0 to 1.0.0 whose record is read late: after so many looks. */
async function confirming(late: number) {
  let looks = 0;
  const reader: ClusterReader = {
    ...readerOf([]),
    list: async (path) => {
      if (!path.endsWith('/secrets')) return [];
      looks += 1;
      return looks > late ? [record(1, '2.0.0'), record(2, '1.0.0')] : [record(1, '2.0.0')];
    },
  };
  const world = {
    reader,
    clock: { now: () => new Date(), sleep: async () => undefined },
    graces: { ...defaultGraces, minReady: '0s' },
    baseline: [],
    stop: { level: 'none', signal: new AbortController().signal },
    emit: () => undefined,
    progress: () => undefined,
  } as unknown as World;
  const found = await confirmHealthy(step, world).then(
    ({ newest }) => `${newest.revision} at ${newest.version}`,
    (error: unknown) => (error as Error).message,
  );
  return { found, looks };
}

test.each([
  [0, '2 at 1.0.0', 1],
  [3, '2 at 1.0.0', 4],
  [9, 'Release shop is deployed at 2.0.0, not deployed at 1.0.0.', 4],
])('a record that is read late by %i looks: %s', async (late, found, looks) => {
  expect(await confirming(late)).toEqual({ found, looks });
});
