import type { KubeObject } from '../model/kube.ts';
import type { ClusterReader } from '../model/ports.ts';
import type { Release } from '../model/snapshot.ts';
import { readReleases } from '../release/record.ts';

/** helm's records in a namespace, in one LIST: of every release, or of the one that is named. */
export async function listRecords(
  reader: Pick<ClusterReader, 'list'>,
  namespace: string,
  release?: string,
): Promise<readonly KubeObject[]> {
  const labelSelector = release === undefined ? 'owner=helm' : `owner=helm,name=${release}`;
  return reader.list(`/api/v1/namespaces/${namespace}/secrets`, { labelSelector });
}

/** One release as its records say now, or undefined when it has none. */
export async function readRelease(
  reader: ClusterReader,
  namespace: string,
  name: string,
): Promise<Release | undefined> {
  return readReleases(await listRecords(reader, namespace, name)).find((release) => release.name === name);
}
