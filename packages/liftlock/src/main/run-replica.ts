import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { makeReplicaReader } from '../adapters/cluster/replica-reader.ts';
import { openReplicaWriter } from '../adapters/cluster/replica-writer.ts';
import { digestOf } from '../model/digest.ts';
import type { JsonObject } from '../model/json.ts';
import type { JournalStore, WriterLease } from '../model/ports.ts';
import { isProblem, Problem } from '../model/problem.ts';
import { isReplicated, type ReplicaFile, type ReplicaInputs, type ReplicaKey } from '../model/replica.ts';
import type { RunFolder } from '../run/world.ts';
import { inputsOf, type OpenSite } from './open-site.ts';
import { agreement, replicaDiffers } from './prefix.ts';
import { gatherInputs, gatherValues, type InputFile } from './replica-inputs.ts';

/** The run under way, as a colleague would find it. */
export interface RunReplica {
  /** The run's folder: what is written there is kept in the cluster before the cluster is changed. */
  readonly folder: RunFolder;
  /** Writes everything and reads it back. Problems: REPLICA_UNWRITABLE. */
  begin(): Promise<void>;
  /** Writes what is new in journal and folder. Problems: REPLICA_UNWRITABLE. */
  save(): Promise<void>;
  /** The same, where a file is new: asked before each write to the cluster. */
  saveFiles(): Promise<void>;
  removeInputs(): Promise<void>;
  removeAll(): Promise<void>;
}

export interface RunReplicaParts {
  readonly site: OpenSite;
  readonly run: string;
  /** What the run's plan was made with. */
  readonly planned: JsonObject | undefined;
  readonly store: Pick<JournalStore, 'entries'>;
  readonly lease: Pick<WriterLease, 'mayWrite'>;
  readonly folder: RunFolder;
}

/** Opens the replica of a run, whose lease is held. Problems: RUN_GONE_ON, REPLICA_DIFFERS, REPLICA_TOO_NEW, REPLICA_UNWRITABLE. */
export async function openRunReplica(parts: RunReplicaParts): Promise<RunReplica> {
  const { site, run, store, folder } = parts;
  const key = replicaKey(site, run);
  const reader = makeReplicaReader(site.reader);
  const writer = await clearly(async () => {
    await refuseAhead(reader.runs({ namespace: key.namespace, run }), parts);
    return openReplicaWriter({
      reader: site.reader,
      writer: site.connection.fencedWriter(() => parts.lease.mayWrite()),
      key,
    });
  });
  const gathered = await gatherInputs(site);
  // A site of this machine's own takes the place of the one that the plan was made with; copies keep the names of that one.
  const flags = site.adopted === undefined ? inputsOf(site.flags, site.site) : (parts.planned ?? {});
  const files = new Map<string, ReplicaFile>();
  const fresh = new Map<string, InputFile>();
  const loaded = new Set(gathered.files.map(({ name, bytes }) => `${name} ${digestOf(bytes)}`));
  let written = '';
  const take = (file: InputFile) => fresh.set(`${file.kind} ${file.name}`, file);
  for (const file of [...gathered.files, ...(await filesOf(folder.path))]) take(file);

  async function saveNow(): Promise<void> {
    for (const file of await gatherValues(site, loaded)) take(file);
    const taken = new Map(fresh);
    await writer.addContents([...taken.values()].map(({ bytes }) => bytes));
    for (const [name, file] of taken) files.set(name, fileOf(file));
    const inputs = { flags, files: [...files.values()], leftBehind: gathered.leftBehind };
    const text = JSON.stringify(inputs);
    if (text !== written) await writer.writeInputs(inputs);
    written = text;
    // A file that was written again meanwhile waits for the next time.
    for (const [name, file] of taken) if (fresh.get(name) === file) fresh.delete(name);
    await writer.writeEntries(store.entries(run));
  }

  let turn: Promise<void> = Promise.resolve();
  const save = async () => {
    turn = turn.catch(() => undefined).then(() => clearly(saveNow));
    return turn;
  };
  return {
    folder: keptFolder(folder, take, (name) => {
      for (const known of files.keys()) if (isBelow(known, name)) files.delete(known);
      for (const known of fresh.keys()) if (isBelow(known, name)) fresh.delete(known);
    }),
    begin: async () => {
      await save();
      await clearly(async () => proveWritten(reader, key, store.entries(run).length, [...files.values()]));
    },
    save,
    saveFiles: async () => (fresh.size === 0 ? undefined : save()),
    removeInputs: async () => writer.removeInputs(),
    removeAll: async () => writer.removeAll(),
  };
}

/** Whose replica the runs of a site are. */
export function replicaKey(site: Pick<OpenSite, 'namespace' | 'platform' | 'site'>, run: string): ReplicaKey {
  return { namespace: site.namespace, platform: site.platform.metadata.name, site: site.site.metadata.name, run };
}

async function refuseAhead(
  runs: ReturnType<ReturnType<typeof makeReplicaReader>['runs']>,
  { store, run, site }: RunReplicaParts,
): Promise<void> {
  const [found] = await runs;
  if (found === undefined) return;
  const { unreadable } = found;
  if (unreadable !== undefined) {
    // Of two that tell of one run the one that can be read counts.
    if (unreadable.code !== 'REPLICA_DAMAGED' || store.entries(run).length === 0) throw unreadable;
    site.say(`${unreadable.message} It is written anew from this machine's journal.`);
    return;
  }
  const said = agreement(store.entries(run), found.entries);
  if (said === 'behind') throw goneOn(run);
  if (said === 'different') throw replicaDiffers(found);
}

/** What was judged is not what is there: somebody went on with it while this process looked, asked or waited for the lease. */
export function goneOn(run: string): Problem {
  return new Problem('RUN_GONE_ON', `Somebody else has gone on with run ${run} meanwhile.`, {
    advice: ['See where it stands: liftlock status', `Then look at it once more: liftlock resume ${run}`],
  });
}

/** What could not be written, as one Problem; the run's own Problems stay what they are. */
async function clearly<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!isProblem(error) || /^(REPLICA_|RUN_GONE_ON$|LEASE_LOST$)/.test(error.code)) throw error;
    throw new Problem(
      'REPLICA_UNWRITABLE',
      `What this run would need to go on elsewhere cannot be kept in the cluster: ${error.message}`,
      {
        advice: [
          ...error.advice,
          "A run keeps its journal and its inputs in Secrets of the platform's namespace: it must be allowed to get, list, create, update and delete them there.",
        ],
        details: error.details,
        cause: error,
      },
    );
  }
}

async function proveWritten(
  reader: ReturnType<typeof makeReplicaReader>,
  key: ReplicaKey,
  entries: number,
  files: readonly ReplicaFile[],
): Promise<void> {
  const [[record], inputs, contents] = await Promise.all([
    reader.runs({ namespace: key.namespace, run: key.run }),
    reader.inputs(key),
    reader.contents(key),
  ]);
  const isWhole =
    record?.unreadable === undefined &&
    record?.entries.length === entries &&
    namesOf(inputs) === namesOf({ files }) &&
    files.every(({ digest }) => contents.has(digest));
  if (isWhole) return;
  throw new Problem('REPLICA_UNWRITABLE', `What was kept in the cluster of run ${key.run} reads back otherwise.`, {
    advice: ['Does something else change Secrets as they are made, such as a webhook?'],
  });
}

function namesOf(inputs: Pick<ReplicaInputs, 'files'> | undefined): string {
  return (inputs?.files ?? []).map(({ kind, name, digest }) => `${kind} ${name} ${digest}`).join('\n');
}

function fileOf({ kind, name, bytes }: InputFile): ReplicaFile {
  return { kind, name, digest: digestOf(bytes), size: bytes.length };
}

async function filesOf(folder: string): Promise<readonly InputFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  return Promise.all(
    names
      .filter(isReplicated)
      .toSorted()
      .map(async (name) => ({ kind: 'run' as const, name, bytes: await readFile(join(folder, name)) })),
  );
}

function isBelow(known: string, name: string): boolean {
  return known === `run ${name}` || known.startsWith(`run ${name}/`);
}

function keptFolder(folder: RunFolder, take: (file: InputFile) => void, drop: (name: string) => void): RunFolder {
  const keep = async (name: string, written: Promise<string>) => {
    const path = await written;
    if (isReplicated(name)) take({ kind: 'run', name, bytes: await readFile(path) });
    return path;
  };
  return {
    ...folder,
    write: async (name, text) => keep(name, folder.write(name, text)),
    writeSecret: async (name, text) => keep(name, folder.writeSecret(name, text)),
    writeBytes: async (name, bytes) => keep(name, folder.writeBytes(name, bytes)),
    remove: async (name) => {
      await folder.remove(name);
      drop(name);
    },
  };
}
