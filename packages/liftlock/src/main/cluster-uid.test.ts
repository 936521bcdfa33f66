import { describe, expect, it } from 'vitest';
import type { ClusterReader } from '../model/ports.ts';
import { Problem } from '../model/problem.ts';
import { refuseOtherCluster, withCluster } from './cluster-uid.ts';

/** A reader of a cluster with this UID; undefined where kube-system may not be read. */
function reader(uid: string | undefined): Pick<ClusterReader, 'find' | 'server' | 'context'> {
  return {
    server: 'https://here:6443',
    context: 'prod',
    async find() {
      if (uid === undefined) throw new Problem('CLUSTER_REFUSED', 'forbidden', { details: { status: 403 } });
      return { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-system', uid } };
    },
  };
}

const wrong = { code: 'WRONG_CLUSTER', exitCode: 3 };

describe('O20: another cluster than the expected one is refused', () => {
  it('by its UID, wherever its server is', async () => {
    const expected = { uid: 'uid-1', server: 'https://here:6443' };
    await expect(refuseOtherCluster(reader('uid-2'), expected)).rejects.toMatchObject(wrong);
    await expect(refuseOtherCluster(reader('uid-1'), { ...expected, server: 'https://there' })).resolves.toBe(
      undefined,
    );
  });

  it('by its server, where one of both UIDs is not known', async () => {
    for (const [uid, here] of [
      ['', undefined],
      ['uid-1', undefined],
      ['', 'uid-1'],
    ] as const) {
      const elsewhere = refuseOtherCluster(reader(here), { uid, server: 'https://there:6443' });
      await expect(elsewhere).rejects.toMatchObject(wrong);
      await expect(refuseOtherCluster(reader(here), { uid, server: 'https://here:6443' })).resolves.toBe(undefined);
    }
  });

  it('but not where nothing is known of it', async () => {
    await expect(refuseOtherCluster(reader('uid-1'), { uid: undefined, server: undefined })).resolves.toBe(undefined);
  });
});

describe('O20: a site remembers its cluster', () => {
  const affirmations = { backups: { by: 'Ada', version: '2.2.5' } };
  const here = { uid: 'uid-2', server: 'https://here' };
  const known = { clusterUid: 'uid-1', clusterServer: 'https://there', affirmations };
  const allowed = (remedy: string) => [{ remedy, by: 'Ada', at: '2026-11-21T10:00:00Z', how: 'flag' as const }];

  it('the first one', () => {
    const memory = withCluster({ affirmations }, here, []);
    expect(memory).toEqual({ clusterUid: 'uid-2', clusterServer: 'https://here', affirmations });
  });

  it('and another one only where that one was allowed', () => {
    expect(withCluster(known, here, [])).toEqual(known);
    expect(withCluster(known, here, allowed('cluster:uid-3'))).toEqual(known);
    const moved = { clusterUid: 'uid-2', clusterServer: 'https://here', affirmations };
    expect(withCluster(known, here, allowed('cluster:uid-2'))).toEqual(moved);
  });

  it('and keeps it where the UID may not be read', () => {
    expect(withCluster(known, { uid: '', server: 'https://here' }, [])).toEqual(known);
    expect(withCluster({}, { uid: '', server: 'https://here' }, [])).toEqual({ clusterServer: 'https://here' });
  });
});
