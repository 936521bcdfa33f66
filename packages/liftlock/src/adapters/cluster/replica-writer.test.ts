import { expect, test } from 'vitest';
import type { Entry } from '../../model/journal.ts';
import type { KubeObject } from '../../model/kube.ts';
import { Problem } from '../../model/problem.ts';
import { digestOf } from '../../model/digest.ts';
import { makeReplicaReader } from './replica-reader.ts';
import { openReplicaWriter, type ReplicaWriterParts } from './replica-writer.ts';

const run = '20261121-210000-aaaa';
const key = { namespace: 'shop', platform: 'shop', site: 'shop', run };

/** What keeps Secrets as an API server does: by name, with a resourceVersion that a replace has to know. */
function makeCluster() {
  const kept = new Map<string, KubeObject>();
  const cluster = { isCutOff: false, requests: 0 };
  let version = 0;
  const keep = (secret: KubeObject) => {
    cluster.requests += 1;
    version += 1;
    const stored = { ...secret, metadata: { ...secret.metadata, resourceVersion: String(version) } };
    kept.set(secret.metadata.name, stored);
    if (cluster.isCutOff) throw new Problem('CLUSTER_UNREACHABLE', 'the answer was lost', { touched: 'unknown' });
    return stored;
  };
  const parts: Pick<ReplicaWriterParts, 'reader' | 'writer'> = {
    reader: {
      find: async (path) => kept.get(path.split('/').at(-1) ?? ''),
      list: async () => [...kept.values()],
    },
    writer: {
      create: async (_path, secret) => {
        if (kept.has(secret.metadata.name)) throw new Problem('OBJECT_CONFLICT', 'it exists');
        return keep(secret);
      },
      replace: async (path, secret) => {
        const live = kept.get(path.split('/').at(-1) ?? '');
        if (live?.metadata.resourceVersion !== secret.metadata.resourceVersion)
          throw new Problem('OBJECT_CONFLICT', 'it was modified');
        return keep(secret);
      },
      delete: async (path) => {
        kept.delete(path.split('/').at(-1) ?? '');
      },
    },
  };
  return { cluster, kept, open: () => openReplicaWriter({ ...parts, key }), reader: makeReplicaReader(parts.reader) };
}

function notes(count: number, text = 'mine'): readonly Entry[] {
  return Array.from({ length: count }, (_none, index) => {
    const sequence = index + 1;
    // The newest is another one; what was before is the same for everybody.
    return { type: 'note', text: sequence === count ? text : 'mine', run, sequence, at: '2026-11-21T21:00:00.000Z' };
  });
}

const hasRun = async (reader: ReturnType<typeof makeReplicaReader>) =>
  (await reader.runs({ namespace: 'shop', run }))[0]?.entries.length;

test('O9: what this process has written is its own, also where the answers were lost, the first of them included', async () => {
  for (const before of [0, 1]) {
    const { cluster, open, reader } = makeCluster();
    const writer = await open();
    if (before > 0) await writer.writeEntries(notes(1));
    cluster.isCutOff = true;
    for (const count of [2, 3]) await expect(writer.writeEntries(notes(count))).rejects.toThrow('lost');
    cluster.isCutOff = false;
    await writer.writeEntries(notes(4));
    await writer.writeEntries(notes(5));
    expect(await hasRun(reader)).toBe(5);
  }
});

test('O9: what another process has written meanwhile is not written over, answers lost or not', async () => {
  const { cluster, open, reader } = makeCluster();
  const writer = await open();
  await writer.writeEntries(notes(1));
  cluster.isCutOff = true;
  await expect(writer.writeEntries(notes(2))).rejects.toThrow('lost');
  cluster.isCutOff = false;
  await (await open()).writeEntries(notes(3, 'theirs'));
  await expect(writer.writeEntries(notes(4))).rejects.toMatchObject({ code: 'REPLICA_DIFFERS' });
  expect(await hasRun(reader)).toBe(3);
});

test('O9: a damaged file is kept anew by the machine that still has it', async () => {
  const { kept, open, reader } = makeCluster();
  const bytes = Buffer.from('what was put aside');
  await (await open()).addContents([bytes]);
  for (const [name, secret] of kept)
    kept.set(name, {
      ...secret,
      data: Object.fromEntries(Object.keys(secret.data ?? {}).map((piece) => [piece, '!'])),
    });
  await (await open()).addContents([bytes]);
  expect([...(await reader.contents(key)).keys()]).toEqual([digestOf(bytes)]);
  expect(kept.size).toBe(1);
});
