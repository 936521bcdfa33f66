import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { KubeObject } from '../model/kube.ts';
import { readReleases } from './record.ts';
import { markFailed, readReleaseRecord } from './release-record.ts';

/** Secrets that the real helm wrote: revision 1 is deployed, revision 2 was left pending by a helm that was killed. */
function record(name: 'helm3-v1' | 'helm3-v2'): KubeObject {
  const file = new URL(`../../test/fixtures/release-records/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as KubeObject;
}

const manifestOf = (secret: KubeObject) => readReleaseRecord(secret).record?.manifest;

test('O31: what failed or hung since the installed revision is told with its manifest', () => {
  const [one, two] = [record('helm3-v1'), record('helm3-v2')];
  for (const newest of [two, markFailed(two, 'its helm is gone')]) {
    const [release] = readReleases([newest, one]);
    expect(release).toMatchObject({ installed: { revision: 1 }, newest: { revision: 2 }, manifest: manifestOf(one) });
    expect(release?.failedManifests).toEqual([manifestOf(two)]);
  }
});

test('O31: without an installed revision, or with nothing newer, nothing is left behind', () => {
  expect(readReleases([record('helm3-v1')])[0]?.failedManifests).toEqual([]);
  expect(readReleases([record('helm3-v2')])[0]?.failedManifests).toEqual([]);
});

test('O4: what an uninstall takes and runs is what the newest record says that can be read', () => {
  const [one, two] = [record('helm3-v1'), record('helm3-v2')];
  const [failed] = readReleases([one, markFailed(two, 'its helm is gone')]);
  expect(failed?.newestRecord).toMatchObject({
    manifest: manifestOf(two),
    hooks: readReleaseRecord(two).record?.hooks.map(({ name }) => ({ name })),
  });
  const [damaged] = readReleases([one, { ...two, data: { release: 'bm9uZQ==' } }]);
  expect(damaged).toMatchObject({ newest: { status: 'unknown' }, newestRecord: { manifest: manifestOf(one) } });
});
