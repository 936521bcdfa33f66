import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { KubeObject } from '../model/kube.ts';
import { Problem } from '../model/problem.ts';
import { Redactor } from '../model/redaction.ts';
import { learnReleases } from './learn-releases.ts';

function record(revision: number, password: string): KubeObject {
  const payload = {
    name: 'web',
    namespace: 'prod',
    version: revision,
    info: { status: revision === 1 ? 'superseded' : 'deployed', last_deployed: '2026-01-01T00:00:00Z' },
    chart: { metadata: { name: 'web', version: '1.0.0' } },
    config: { db: { password } },
    manifest: '',
  };
  const packed = gzipSync(JSON.stringify(payload)).toString('base64');
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'helm.sh/release.v1',
    metadata: {
      name: `sh.helm.release.v1.web.v${revision}`,
      namespace: 'prod',
      labels: { name: 'web', owner: 'helm' },
    },
    data: { release: Buffer.from(packed).toString('base64') },
  };
}

test('the values of every revision are masked, those of older ones too', async () => {
  const redactor = new Redactor();
  const records = [record(1, 'canary-old-password'), record(2, 'canary-new-password')];
  expect(await learnReleases({ list: async () => records }, redactor, 'prod')).toBeUndefined();
  expect(redactor.text('canary-old-password canary-new-password')).toBe('******** ********');
});

test('where the records may not be read, it says why', async () => {
  const list = async () => {
    throw new Problem('CLUSTER_REFUSED', 'secrets is forbidden');
  };
  expect(await learnReleases({ list }, new Redactor(), 'prod')).toBe('secrets is forbidden');
});
