import { isEntry } from '../../model/entry-check.ts';
import type { Entry } from '../../model/journal.ts';
import { isJsonObject, type Json } from '../../model/json.ts';
import type { KubeObject } from '../../model/kube.ts';
import type { ClusterReader } from '../../model/ports.ts';
import { isProblem } from '../../model/problem.ts';
import { digestOf } from '../../model/digest.ts';
import {
  replicaFileKinds,
  type ReplicaInputs,
  type ReplicaKey,
  type ReplicaQuestion,
  type ReplicaReader,
  type ReplicaRun,
} from '../../model/replica.ts';
import { damaged, keyOf, piecesOf, selectorOf, tooNew, type ReplicaPart } from './replica-secrets.ts';

type Reader = Pick<ClusterReader, 'list'>;

/** Reads what runs have left in Secrets of the cluster. Problems besides those of ReplicaReader: those of the API. */
export function makeReplicaReader(reader: Reader): ReplicaReader {
  const secretsOf = async ({ namespace, platform, site, run }: ReplicaKey, part: ReplicaPart) =>
    reader.list(`/api/v1/namespaces/${namespace}/secrets`, {
      labelSelector: selectorOf({ platform, site, run, part }),
    });
  return {
    runs: async (question) => {
      const secrets = await recordsOf(reader, question);
      return [...grouped(secrets).values()].map(({ key, parts }) => runOf(key, parts)).toSorted(newestFirst);
    },
    inputs: async (key) => {
      const [secret] = await secretsOf(key, 'inputs');
      if (secret === undefined) return undefined;
      const newer = tooNew(secret, key.run);
      if (newer !== undefined) throw newer;
      return inputsOf(joined(piecesOf(secret, key.run)).bytes, key.run);
    },
    contents: async (key) => contentsOf(await secretsOf(key, 'files'), key.run),
  };
}

/** By the cluster's clock: those of the machines that began them may differ. Those of one second by their names. */
function newestFirst(a: ReplicaRun, b: ReplicaRun): number {
  return b.keptSince.localeCompare(a.keptSince) || b.run.localeCompare(a.run);
}

/** Where all namespaces may not be listed at once, each that is known to be there is asked. */
async function recordsOf(reader: Reader, { namespace, ...labels }: ReplicaQuestion): Promise<readonly KubeObject[]> {
  const options = { labelSelector: selectorOf({ ...labels, part: 'record' }) };
  const listIn = async (name: string) => reader.list(`/api/v1/namespaces/${name}/secrets`, options);
  if (namespace !== undefined) return listIn(namespace);
  try {
    return await reader.list('/api/v1/secrets', options);
  } catch (error) {
    if (!isForbidden(error)) throw error;
  }
  const names = await reader.list('/api/v1/namespaces').catch(emptyWhereForbidden);
  const found = await Promise.all(names.map(({ metadata }) => listIn(metadata.name).catch(emptyWhereForbidden)));
  return found.flat();
}

function isForbidden(error: unknown): boolean {
  return isProblem(error) && error.details['status'] === 403;
}

function emptyWhereForbidden(error: unknown): readonly KubeObject[] {
  if (isForbidden(error)) return [];
  throw error;
}

interface Group {
  readonly key: ReplicaKey;
  readonly parts: KubeObject[];
}

function grouped(secrets: readonly KubeObject[]): ReadonlyMap<string, Group> {
  const groups = new Map<string, Group>();
  for (const secret of secrets) {
    const key = keyOf(secret);
    if (key === undefined) continue;
    const name = `${key.namespace}/${key.run}`;
    const group = groups.get(name) ?? { key, parts: [] };
    group.parts.push(secret);
    groups.set(name, group);
  }
  return groups;
}

function runOf(key: ReplicaKey, parts: readonly KubeObject[]): ReplicaRun {
  const [first = ''] = parts.map(({ metadata }) => metadata.creationTimestamp ?? '').toSorted();
  const found = { ...key, keptSince: first, entries: [] };
  const newer = parts.map((part) => tooNew(part, key.run)).find((problem) => problem !== undefined);
  if (newer !== undefined) return { ...found, unreadable: newer };
  try {
    const pieces = new Map(parts.flatMap((part) => [...piecesOf(part, key.run)]));
    const text = joined(pieces);
    if (text.count !== pieces.size) throw damaged(key.run, 'a piece of it is missing');
    return { ...found, entries: entriesOf(text.bytes, key.run) };
  } catch (error) {
    if (!isProblem(error)) throw error;
    return { ...found, unreadable: error };
  }
}

/** Pieces by their numbers, `0`, `1`, …, up to the first that is missing. */
function joined(pieces: ReadonlyMap<string, Uint8Array>): { readonly bytes: Buffer; readonly count: number } {
  const found: Uint8Array[] = [];
  for (let piece = pieces.get('0'); piece !== undefined; piece = pieces.get(String(found.length))) found.push(piece);
  return { bytes: Buffer.concat(found), count: found.length };
}

/** One entry a line; a last line without its end was being written. */
function entriesOf(text: Buffer, run: string): readonly Entry[] {
  const lines = text.toString('utf8').split('\n').slice(0, -1);
  return lines.map((line, index) => {
    const entry: unknown = parsed(line, run);
    if (!isEntry(entry) || entry.run !== run || entry.sequence !== index + 1)
      throw damaged(run, `entry ${index + 1} is another one, or none`);
    return entry;
  });
}

function inputsOf(text: Buffer, run: string): ReplicaInputs {
  const found = parsed(text.toString('utf8'), run);
  if (!isJsonObject(found)) throw damaged(run, 'it has no list of files');
  const inputs = found as unknown as Partial<ReplicaInputs>;
  if (!Array.isArray(inputs.files) || !Array.isArray(inputs.leftBehind)) throw damaged(run, 'it has no list of files');
  // Whoever may write a Secret may write this: paths are made of it.
  if (!isJsonObject(inputs.flags) || !inputs.files.every(isFile) || !inputs.leftBehind.every(isLeftBehind))
    throw damaged(run, 'its list of files holds something else');
  return inputs as ReplicaInputs;
}

function isFile(value: unknown): boolean {
  if (!isJsonObject(value)) return false;
  const { kind, name, digest } = value;
  return replicaFileKinds.some((known) => known === kind) && typeof name === 'string' && typeof digest === 'string';
}

function isLeftBehind(value: unknown): boolean {
  return isJsonObject(value) && [value['what'], value['path'], value['flag']].every((text) => typeof text === 'string');
}

function parsed(text: string, run: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw damaged(run, 'it is no JSON');
  }
}

/** Contents whose digest is what their name says; others are as good as missing. */
export function contentsOf(secrets: readonly KubeObject[], run: string): ReadonlyMap<string, Uint8Array> {
  const pieces = secrets.flatMap((secret) => [...piecesOf(secret, run)]);
  const byDigest = new Map<string, Map<string, Uint8Array>>();
  for (const [name, bytes] of pieces) {
    const [digest = '', number = ''] = name.split('.');
    const parts = byDigest.get(digest) ?? new Map<string, Uint8Array>();
    byDigest.set(digest, parts.set(number, bytes));
  }
  const whole = [...byDigest].map(([digest, parts]) => [`sha256:${digest}`, joined(parts).bytes] as const);
  return new Map(whole.filter(([digest, bytes]) => digestOf(bytes) === digest));
}
