import type { ClusterReader } from '../model/ports.ts';
import type { Release } from '../model/snapshot.ts';
import { readReleases } from '../release/record.ts';

/** One release as its records say now, or undefined when it has none. */
export async function readRelease(
  reader: ClusterReader,
  namespace: string,
  name: string,
): Promise<Release | undefined> {
  const records = await reader.list(`/api/v1/namespaces/${namespace}/secrets`, {
    labelSelector: `owner=helm,name=${name}`,
  });
  return readReleases(records).find((release) => release.name === name);
}
