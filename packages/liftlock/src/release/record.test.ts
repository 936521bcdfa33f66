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
