import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeReplicaReader } from '../src/adapters/cluster/replica-reader.ts';
import { replicaSecret } from '../src/adapters/cluster/replica-secrets.ts';
import { openReplicaWriter } from '../src/adapters/cluster/replica-writer.ts';
import { digestOf } from '../src/model/digest.ts';
import type { Entry } from '../src/model/journal.ts';
import type { KubeObject } from '../src/model/kube.ts';
import type { ReplicaFile, ReplicaKey } from '../src/model/replica.ts';
import { openShop, type Shop } from './support/shop.ts';

/** What the API server lets one Secret hold, less what labels and the like take: the limit that is promised. */
const largest = 900 * 1024;

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(async () => shop.close());

function keyOf(): ReplicaKey {
  const run = `20261121-210000-${randomBytes(2).toString('hex')}`;
  return { namespace: shop.namespace, platform: 'shop', site: 'shop.prod', run };
}

function openWriter(key: ReplicaKey) {
  return openReplicaWriter({ reader: shop.connection.reader, writer: shop.connection.writer, key });
}

async function secretsOf(key: ReplicaKey): Promise<readonly KubeObject[]> {
  return shop.connection.reader.list(`/api/v1/namespaces/${key.namespace}/secrets`, {
    labelSelector: `liftlock.dev/run=${key.run}`,
  });
}

function notes(key: ReplicaKey, count: number, text = () => 'done'): readonly Entry[] {
  return Array.from({ length: count }, (_none, index) => ({
    type: 'note' as const,
    text: text(),
    run: key.run,
    sequence: index + 1,
    at: '2026-11-21T21:00:00.000Z',
  }));
}

function fileOf(name: string, bytes: Uint8Array): ReplicaFile {
  return { kind: 'run', name, digest: digestOf(bytes), size: bytes.length };
}

const versionsOf = (secrets: readonly KubeObject[]) =>
  Object.fromEntries(secrets.map(({ metadata }) => [metadata.name, metadata.resourceVersion]));

describe('A run in the cluster', () => {
  it('O9: comes back as it went in, however large it is, in Secrets under 900 KiB', async () => {
    const key = keyOf();
    const writer = await openWriter(key);
    // What does not shrink: each larger than a Secret may be.
    const large = randomBytes(2_500_000);
    const entries = notes(key, 3, () => randomBytes(600_000).toString('base64'));
    await writer.addContents([large, Buffer.from('small')]);
    const files = [fileOf('backup/a', large), fileOf('backup/b', Buffer.from('small'))];
    await writer.writeInputs({ flags: { file: '/home/ada/site.yaml' }, files, leftBehind: [] });
    await writer.writeEntries(entries);

    const secrets = await secretsOf(key);
    for (const { data } of secrets) {
      const sizes = Object.values((data ?? {}) as Readonly<Record<string, string>>).map(
        (text) => Buffer.from(text, 'base64').length,
      );
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(largest);
    }
    expect(secrets.every(({ type }) => type === 'liftlock.dev/run')).toBe(true);
    const reader = makeReplicaReader(shop.connection.reader);
    const [found] = await reader.runs({ run: key.run });
    expect(found).toMatchObject({ ...key, entries });
    expect(found?.unreadable).toBeUndefined();
    expect((await reader.inputs(key))?.files).toEqual(files);
    const contents = await reader.contents(key);
    expect(Buffer.compare(contents.get(digestOf(large)) ?? Buffer.of(), large)).toBe(0);
  });

  it('O9: what has not changed is not written again, also by the process that comes after', async () => {
    const key = keyOf();
    const first = await openWriter(key);
    const entries = notes(key, 2);
    const inputs = { flags: {}, files: [fileOf('a', Buffer.from('a'))], leftBehind: [] };
    await first.addContents([Buffer.from('a')]);
    await first.writeInputs(inputs);
    await first.writeEntries(entries.slice(0, 1));
    const before = versionsOf(await secretsOf(key));
    for (const writer of [first, await openWriter(key)]) {
      await writer.addContents([Buffer.from('a')]);
      await writer.writeInputs(inputs);
      await writer.writeEntries(entries.slice(0, 1));
    }
    expect(versionsOf(await secretsOf(key))).toEqual(before);
    await (await openWriter(key)).writeEntries(entries);
    const [found] = await makeReplicaReader(shop.connection.reader).runs({ run: key.run, site: 'shop.prod' });
    expect(found?.entries).toEqual(entries);
  });

  it('O9: is not written over where somebody else has written meanwhile, nor read where it is damaged or too new', async () => {
    const key = keyOf();
    const [mine, theirs] = [await openWriter(key), await openWriter(key)];
    await mine.writeEntries(notes(key, 1));
    await theirs.writeEntries(notes(key, 1));
    await theirs.writeEntries(notes(key, 2, () => 'theirs'));
    await expect(mine.writeEntries(notes(key, 2, () => 'mine'))).rejects.toMatchObject({ code: 'REPLICA_DIFFERS' });
    const reader = makeReplicaReader(shop.connection.reader);
    const runs = async () => (await reader.runs({ namespace: key.namespace, run: key.run }))[0];
    expect((await runs())?.entries.at(-1)).toMatchObject({ text: 'theirs' });

    const path = `/api/v1/namespaces/${key.namespace}/secrets/liftlock-run-${key.run}-record-0`;
    await shop.connection.writer.patch(path, { data: { 0: 'bm90IHBhY2tlZA==' } });
    expect((await runs())?.unreadable).toMatchObject({ code: 'REPLICA_DAMAGED', exitCode: 3 });
    // Whoever has it all writes it anew, and nothing stays of what somebody else has put there.
    const extra = { ...replicaSecret(key, 'record', { suffix: '7', data: { 7: Buffer.from('odd') } }) };
    await shop.connection.writer.create(dirname(path), extra);
    await (await openWriter(key)).writeEntries(notes(key, 2));
    expect(await runs()).toMatchObject({ entries: notes(key, 2) });
    await shop.connection.writer.patch(path, { metadata: { annotations: { 'liftlock.dev/format': '2' } } });
    expect((await runs())?.unreadable).toMatchObject({ code: 'REPLICA_TOO_NEW', exitCode: 3 });
    expect((await runs())?.unreadable?.message).toContain('newer liftlock');
    await theirs.removeAll();
    expect(await secretsOf(key)).toEqual([]);
  });
});
