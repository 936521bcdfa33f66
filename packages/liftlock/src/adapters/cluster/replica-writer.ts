import { createHash } from 'node:crypto';
import { digestOf } from '../../model/digest.ts';
import type { Entry } from '../../model/journal.ts';
import { canonicalJson } from '../../model/json.ts';
import type { KubeObject } from '../../model/kube.ts';
import type { ClusterReader, ClusterWriter } from '../../model/ports.ts';
import { isProblem, Problem } from '../../model/problem.ts';
import type { ReplicaKey, ReplicaWriter } from '../../model/replica.ts';
import { contentsOf } from './replica-reader.ts';
import {
  packedSize,
  pieceBytes,
  piecesOf,
  replicaLabels,
  replicaSecret,
  secretName,
  selectorOf,
  type ReplicaPart,
} from './replica-secrets.ts';

export interface ReplicaWriterParts {
  readonly reader: Pick<ClusterReader, 'find' | 'list'>;
  /** Fenced by the run's lease. */
  readonly writer: Pick<ClusterWriter, 'create' | 'replace' | 'delete'>;
  readonly key: ReplicaKey;
}

/**
 * Writes the replica of one run as Secrets; what an earlier process has written of it goes on from there. A Secret that
 * somebody else has changed since is not written over; one that this process has changed, though the answer was lost, is its own.
 *
 * Problems besides those of the API: REPLICA_DIFFERS.
 */
export async function openReplicaWriter(parts: ReplicaWriterParts): Promise<ReplicaWriter> {
  const { key, reader, writer } = parts;
  const secrets = `/api/v1/namespaces/${key.namespace}/secrets`;
  const { platform, site, run } = key;
  const listed = async (part?: ReplicaPart) =>
    reader.list(secrets, { labelSelector: selectorOf({ platform, site, run, part }) });
  const known = new Map((await listed()).map((secret) => [secret.metadata.name, secret]));
  const files = [...known.values()].filter(({ metadata }) => metadata.labels?.[replicaLabels.part] === 'files');
  // What is damaged is as good as missing: it is written anew.
  const there = new Set(
    contentsOf(
      files.filter((secret) => isReadable(secret, run)),
      run,
    ).keys(),
  );
  /** What was sent and not answered, by name. */
  const sent = new Map<string, readonly KubeObject[]>();
  /** Pieces of the record that are written, by number: packing them again each time would take ever longer. */
  const packed = new Map<string, Uint8Array>();

  async function put(secret: KubeObject): Promise<void> {
    const { name } = secret.metadata;
    const before = known.get(name);
    if (before !== undefined && isSame(before, secret)) return;
    if (before !== undefined && secret.metadata.labels?.[replicaLabels.part] === 'files') {
      // Named by what is in it: otherwise it is damaged, and may not be changed.
      await deleted(name);
      known.set(name, await writer.create(secrets, secret));
      return;
    }
    const ours = [...(sent.get(name) ?? []), ...(before === undefined ? [] : [before]), secret];
    sent.set(name, ours);
    try {
      known.set(name, await (before === undefined ? writer.create(secrets, secret) : replaceOver(before, secret)));
    } catch (error) {
      if (!isProblem(error) || (error.code !== 'OBJECT_CONFLICT' && error.code !== 'OBJECT_ABSENT')) throw error;
      // An answer that was lost, a label that somebody put on it, a Secret that somebody deleted: none is another writer.
      const live = await reader.find(`${secrets}/${name}`);
      if (live !== undefined && !ours.some((own) => isSame(live, own))) throw otherWriter(key);
      known.set(name, await (live === undefined ? writer.create(secrets, secret) : replaceOver(live, secret)));
    }
    sent.delete(name);
  }

  async function replaceOver(live: KubeObject, secret: KubeObject): Promise<KubeObject> {
    if (isSame(live, secret)) return live;
    const { resourceVersion } = live.metadata;
    const metadata = { ...secret.metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) };
    return writer.replace(`${secrets}/${secret.metadata.name}`, { ...secret, metadata });
  }

  async function deleted(name: string): Promise<void> {
    await writer.delete(`${secrets}/${name}`).catch((error: unknown) => {
      if (!isProblem(error) || error.code !== 'OBJECT_ABSENT') throw error;
    });
    known.delete(name);
  }

  async function remove(part?: ReplicaPart): Promise<void> {
    for (const { metadata } of await listed(part)) await deleted(metadata.name);
  }

  return {
    addContents: async (contents) => {
      const fresh = [...new Map(contents.map((bytes) => [digestOf(bytes), bytes]))].filter(
        ([name]) => !there.has(name),
      );
      for (const data of packs(fresh.map(([, bytes]) => bytes))) {
        const suffix = createHash('sha256').update(Object.keys(data).join()).digest('hex').slice(0, 16);
        // Never written again: the API server itself may hold others to that.
        await put(replicaSecret(key, 'files', { suffix, data, immutable: true }));
      }
      for (const [name] of fresh) there.add(name);
    },
    writeInputs: async (inputs) => put(replicaSecret(key, 'inputs', { data: numbered(JSON.stringify(inputs)) })),
    writeEntries: async (entries) => {
      const written = Object.entries(numbered(textOf(entries)));
      for (const [number, piece] of written) {
        if (Buffer.compare(packed.get(number) ?? Buffer.of(), piece) === 0) continue;
        await put(replicaSecret(key, 'record', { suffix: number, data: { [number]: piece } }));
        packed.set(number, piece);
      }
      // A journal only grows: what else there is was left by somebody who damaged it.
      const names = new Set(written.map(([number]) => secretName(key, 'record', number)));
      for (const { metadata } of known.values())
        if (metadata.labels?.[replicaLabels.part] === 'record' && !names.has(metadata.name))
          await deleted(metadata.name);
    },
    // The list first: what it names is whole as long as it is there.
    removeInputs: async () => {
      await remove('inputs');
      await remove('files');
      there.clear();
    },
    removeAll: async () => {
      await deleted(secretName(key, 'inputs'));
      await remove();
      there.clear();
      packed.clear();
    },
  };
}

function isReadable(secret: KubeObject, run: string): boolean {
  try {
    piecesOf(secret, run);
    return true;
  } catch (error) {
    if (!isProblem(error)) throw error;
    return false;
  }
}

function textOf(entries: readonly Entry[]): string {
  return entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
}

/** Pieces of a text by their numbers. A text that only grows at its end changes its last piece alone. */
function numbered(text: string): Readonly<Record<string, Uint8Array>> {
  return Object.fromEntries(pieces(Buffer.from(text)).map((piece, number) => [String(number), piece]));
}

function pieces(bytes: Uint8Array): readonly Uint8Array[] {
  const count = Math.max(1, Math.ceil(bytes.length / pieceBytes));
  return Array.from({ length: count }, (_none, number) =>
    bytes.subarray(number * pieceBytes, (number + 1) * pieceBytes),
  );
}

/** Contents in as few Secrets as hold them. */
function packs(contents: readonly Uint8Array[]): readonly Readonly<Record<string, Uint8Array>>[] {
  const found: Record<string, Uint8Array>[] = [];
  let room = 0;
  for (const bytes of contents) {
    for (const [number, piece] of pieces(bytes).entries()) {
      const size = packedSize(piece);
      if (size > room) {
        found.push({});
        room = pieceBytes;
      }
      Object.assign(found.at(-1) ?? {}, { [`${hexOf(bytes)}.${number}`]: piece });
      room -= size;
    }
  }
  return found;
}

function hexOf(bytes: Uint8Array): string {
  return digestOf(bytes).slice('sha256:'.length);
}

function isSame(a: KubeObject, b: KubeObject): boolean {
  return canonicalJson(a.data ?? {}) === canonicalJson(b.data ?? {});
}

function otherWriter({ run, namespace }: ReplicaKey): Problem {
  return new Problem(
    'REPLICA_DIFFERS',
    `Somebody else has written what the namespace ${namespace} keeps of run ${run} since this process has read it.`,
    { advice: ['See who works on this site: liftlock status', `Then go on from there: liftlock resume ${run}`] },
  );
}
