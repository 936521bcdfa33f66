import { readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../model/kube.ts';
import { markFailed, readReleaseRecord } from './release-record.ts';

/** Secrets that the real helm 3.22.0 and 4.3.1 wrote; v2 is of a helm that was killed in its hook. */
function fixture(name: string): KubeObject {
  const file = new URL(`../../test/fixtures/release-records/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as KubeObject;
}

function releaseOf(secret: KubeObject): string {
  const release = secret.data?.['release'];
  return typeof release === 'string' ? release : '';
}

function payloadText(secret: KubeObject): string {
  const release = Buffer.from(releaseOf(secret), 'base64').toString('latin1');
  return gunzipSync(Buffer.from(release, 'base64')).toString('utf8');
}

function withPayload(text: string): KubeObject {
  const release = Buffer.from(gzipSync(text).toString('base64')).toString('base64');
  return { ...fixture('helm3-v2'), data: { release } };
}

describe.each([
  ['helm3', undefined],
  ['helm4', 'ssa'],
])('a record of %s', (helm, applyMethod) => {
  test('is read', () => {
    const { record } = readReleaseRecord(fixture(`${helm}-v1`));
    expect(record).toMatchObject({
      name: `r-${helm}`,
      namespace: 'default',
      revision: 1,
      status: 'deployed',
      description: 'Install complete',
      chart: { name: 'demo', version: '1.0.0', appVersion: '2.3', kubeVersion: '>=1.20.0-0' },
    });
    expect(record?.applyMethod).toBe(applyMethod);
    expect(record?.updated).toMatch(/^2026-11-21T11:41:\d\d\.\d{3}Z$/);
    expect(record?.values).toMatchObject({ replicas: 2 });
    expect(record?.chart.values).toMatchObject({ replicas: 1 });
    expect(record?.manifest).toContain(`name: r-${helm}-demo`);
    expect(record?.hooks).toEqual([
      expect.objectContaining({ name: `r-${helm}-hook`, kind: 'ConfigMap', events: ['pre-install', 'pre-upgrade'] }),
    ]);
  });

  test('O1: that hangs is marked failed in payload and label, and is otherwise the same', () => {
    const secret = fixture(`${helm}-v2`);
    const failed = markFailed(secret, 'its helm is gone');
    expect(readReleaseRecord(secret).record?.status).toBe('pending-upgrade');
    expect(readReleaseRecord(failed).record).toEqual({
      ...readReleaseRecord(secret).record,
      status: 'failed',
      description: 'its helm is gone',
    });
    expect(failed.metadata).toEqual({ ...secret.metadata, labels: { ...secret.metadata.labels, status: 'failed' } });
    expect(failed.metadata.resourceVersion).toBe(secret.metadata.resourceVersion);
    expect(failed.type).toBe('helm.sh/release.v1');
    const change = (text: string) =>
      text.replace('"pending-upgrade"', '"failed"').replace('"Preparing upgrade"', '"its helm is gone"');
    expect(JSON.parse(payloadText(failed))).toEqual(JSON.parse(change(payloadText(secret))));
  });
});

test('O1: numbers that a double cannot hold are written back as they were', () => {
  const config = '{"big":12345678901234567890,"exact":1.0,"small":1e-7}';
  const text = `{"name":"a","version":3,"config":${config},"info":{"status":"pending-install"},"chart":{"metadata":{}}}`;
  expect(payloadText(markFailed(withPayload(text), 'why'))).toContain(`"config":${config}`);
});

test('O1: only a pending record is marked', () => {
  expect(() => markFailed(fixture('helm3-v1'), 'why')).toThrow('is deployed, not pending');
  expect(() => markFailed({ ...fixture('helm3-v2'), data: {} }, 'why')).toThrow('cannot be read');
});

test('a record that is not packed is read', () => {
  const text = payloadText(fixture('helm3-v1'));
  const release = Buffer.from(Buffer.from(text).toString('base64')).toString('base64');
  expect(readReleaseRecord({ ...fixture('helm3-v1'), data: { release } }).record?.name).toBe('r-helm3');
});

test.each([
  ['nothing', { ...fixture('helm3-v1'), data: {} }, 'no data.release'],
  ['noise', { ...fixture('helm3-v1'), data: { release: 'AAAA' } }, 'cannot be unpacked'],
  [
    'half a record',
    { ...fixture('helm3-v1'), data: { release: releaseOf(fixture('helm3-v1')).slice(0, 800) } },
    'cannot be unpacked',
  ],
  ['a list', withPayload('[]'), 'no JSON object'],
  ['no chart', withPayload('{"name":"a","version":1,"info":{"status":"failed"}}'), 'chart metadata'],
  [
    'an unknown status',
    withPayload('{"name":"a","version":1,"info":{"status":"lost"},"chart":{"metadata":{}}}'),
    'the status is "lost"',
  ],
])('O12: %s is no record, and the reason is named', (_title, secret, reason) => {
  const reading = readReleaseRecord(secret);
  expect(reading.record).toBeUndefined();
  expect(reading.reason).toContain(reason);
});
