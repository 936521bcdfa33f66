import { textAt } from '../../findings/faults/read.ts';
import type { Json } from '../../model/json.ts';
import type { KubeObject } from '../../model/kube.ts';
import type { ClusterReader } from '../../model/ports.ts';
import { isProblem } from '../../model/problem.ts';

type Reads = Pick<ClusterReader, 'find' | 'list'>;

/**
 * The claims of namespaces and the volumes behind them, for a person who has to find data again: what a volume holds is not
 * copied. What may not be read is left out, and said; many may not read volumes (O25).
 */
export async function listClaims(reader: Reads, namespaces: readonly string[]): Promise<readonly Json[]> {
  const lists = await Promise.all(namespaces.map((namespace) => claimsOf(reader, namespace)));
  return lists.flat();
}

async function claimsOf(reader: Reads, namespace: string): Promise<readonly Json[]> {
  const claims = await orWhy(() => reader.list(`/api/v1/namespaces/${namespace}/persistentvolumeclaims`));
  if (typeof claims === 'string') return [{ namespace, unread: claims }];
  return Promise.all(claims.map(async (claim) => describe(claim, namespace, await volumeOf(claim, reader))));
}

function describe({ metadata, spec, status }: KubeObject, namespace: string, volume: Json): Json {
  const { name, uid = '' } = metadata;
  return {
    namespace,
    name,
    uid,
    phase: textAt(status, 'phase'),
    storageClass: textAt(spec, 'storageClassName'),
    volume,
  };
}

async function volumeOf({ spec }: KubeObject, reader: Reads): Promise<Json> {
  const name = textAt(spec, 'volumeName');
  if (name === '') return null;
  const volume = await orWhy(() => reader.find(`/api/v1/persistentvolumes/${name}`));
  if (typeof volume === 'string') return { name, unread: volume };
  // Where the data lies: a driver's handle, a server, a path.
  return { name, ...(volume?.spec === undefined ? {} : { spec: volume.spec as Json }) };
}

async function orWhy<T>(read: () => Promise<T>): Promise<T | string> {
  try {
    return await read();
  } catch (error) {
    if (isProblem(error)) return error.message;
    throw error;
  }
}
