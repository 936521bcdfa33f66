import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { makeLease } from '../adapters/cluster/lease.ts';
import { openRunFolder } from '../adapters/files/run-folder.ts';
import { readSiteMemory, rememberSite } from '../adapters/files/site-memory.ts';
import { openJournal } from '../adapters/journal/sqlite-journal.ts';
import { foldJournal, type RunState } from '../journal/fold.ts';
import type { Decision } from '../model/finding.ts';
import type { EntryBody } from '../model/journal.ts';
import type { Plan } from '../model/plan.ts';
import type { JournalStore } from '../model/ports.ts';
import { isProblem } from '../model/problem.ts';
import type { HealthItem } from '../model/snapshot.ts';
import { keepReadable } from '../plan/keep-readable.ts';
import type { Reporter } from '../render/reporter.ts';
import { proveBackup } from '../run/steps/backup.ts';
import { keepSources } from '../run/steps/restore-object.ts';
import type { RunFolder, StopRequest } from '../run/world.ts';
import { writeAdopted } from './adopted.ts';
import { withCluster } from './cluster-uid.ts';
import { hopFolder } from './hop-folder.ts';
import type { OpenSite } from './open-site.ts';
import { makeEmit } from './late-entries.ts';
import { lostJournal } from './lost-journal.ts';
import { journalFile } from './past-runs.ts';
import { isClosed, sweepReplicas } from './replica-sweep.ts';
import { baselineEntry, carryOutHops, type HopGate } from './run-hops.ts';
import { goneOn, openRunReplica, type RunReplica } from './run-replica.ts';
import { sealEvidence } from './support-bundles.ts';
import { withPatience } from './with-patience.ts';

export interface RunRequest {
  readonly plan: Plan;
  readonly decisions: readonly Decision[];
  readonly who: string;
  readonly ticket?: string | undefined;
  readonly rollbackOf?: string | undefined;
  readonly baseline: readonly HealthItem[];
  readonly stop: StopRequest;
  readonly reporter: (run: string) => Reporter;
  /** Who decides whether a later hop begins; a run of one hop asks nobody. */
  readonly hops?: HopGate | undefined;
}

/** A run that goes on. */
export interface ResumedRun extends Pick<RunRequest, 'plan' | 'who' | 'stop' | 'reporter' | 'hops' | 'baseline'> {
  /** Before the cluster was looked at for it: what others have changed since nobody has seen. */
  readonly begunAt: Date;
}

/** A run's name: its time, so that names sort, and four digits against collisions. */
export function newRunName(now: Date): string {
  return `${now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')}-${randomBytes(2).toString('hex')}`;
}

/** Begins a run under the site's lease and carries it out. The approval was given before. */
export async function startRun(site: OpenSite, asked: RunRequest): Promise<RunState> {
  const run = newRunName(site.clock.now());
  return underLease(site, run, asked, asked.reporter(run), async (emit, folder) => {
    await keepSources(asked.plan, folder, (file) => readFile(file, 'utf8'));
    // Read anew: what was affirmed since the site was opened is remembered already.
    const memory = await readSiteMemory(site.folder);
    await rememberSite(site.folder, withCluster(memory, asked.plan.cluster, asked.decisions));
    emit({
      type: 'run-started',
      purpose: asked.plan.purpose,
      who: asked.who,
      decisions: asked.decisions,
      ticket: asked.ticket,
      rollbackOf: asked.rollbackOf,
    });
    emit({ type: 'hop-planned', plan: asked.plan });
    if (asked.baseline.length > 0) emit(baselineEntry(asked.baseline));
  });
}

/**
 * Goes on with a run that ended before its last step: what was not settled is observed again. Where decisions were taken
 * since, the plan is the run's own with them.
 */
export async function resumeRun(site: OpenSite, state: RunState, asked: ResumedRun): Promise<RunState> {
  return underLease(site, state.run, asked, asked.reporter(state.run), async (emit, folder, store) => {
    if (!isDeepStrictEqual(foldJournal(store.entries(state.run)), state)) throw goneOn(state.run);
    const isBackedUp = state.steps.some(({ step, phase }) => step.kind === 'backup' && phase === 'settled');
    if (isBackedUp) await proveBackup(hopFolder(folder, state.plan?.hop ?? 0));
    emit({ type: 'resumed', who: asked.who });
    if (asked.plan.digest === state.plan?.digest) return;
    emit({ type: 'hop-planned', plan: asked.plan });
    // The health that the next hop is measured against is that of before it.
    if (asked.plan.hop !== state.plan?.hop) emit(baselineEntry(asked.baseline));
  });
}

async function underLease(
  site: OpenSite,
  run: string,
  { plan, stop, hops, begunAt = site.clock.now() }: Pick<RunRequest, 'plan' | 'stop' | 'hops'> & Partial<ResumedRun>,
  reporter: Reporter,
  begin: (emit: (body: EntryBody) => void, folder: RunFolder, store: JournalStore) => Promise<void>,
): Promise<RunState> {
  keepReadable(plan, site.redactor);
  const store = openJournal(journalFile(site.folder), site.redactor);
  const lease = makeLease({
    connection: site.connection,
    namespace: site.namespace,
    name: `liftlock-${site.platform.metadata.name}`,
    // Two containers may have one host name, and each the process id 1.
    holder: { identity: `${site.holder} (${randomBytes(2).toString('hex')}) run ${run}` },
    clock: site.clock,
    durationSeconds: site.site.lease.seconds,
    onWait: ({ by, seconds }) =>
      site.say(`${by} holds the site's lease. Watching for ${seconds} s whether it is still alive.`),
  });
  const own = await openRunFolder(join(site.folder, 'runs', run), site.redactor);
  if (site.adopted !== undefined) await writeAdopted(own.path, site.adopted);
  const isNew = store.entries(run).length === 0;
  let last = 0;
  const emit = makeEmit({
    append: (body) => {
      const entry = store.append(run, body, site.clock.now(), last);
      last = entry.sequence;
      return entry;
    },
    isSure: () => lease.isSure(),
    show: (entry) => reporter.entry(entry),
    unwritten: (body) => ({ ...body, run, sequence: 0, at: site.clock.now().toISOString() }),
    onLost: (why) => site.say(`${why} What is under way goes on; nothing new is begun until it can be.`),
  });
  try {
    await lease.acquire();
    last = store.entries(run).length;
    try {
      const replica = await openRunReplica({ site, run, planned: plan.inputs, store, lease, folder: own });
      const { folder } = replica;
      await begin(emit, folder, store);
      const world = { site, run, store, lease, replica, folder, stop, reporter, emit, begunAt, hops };
      const state = await withPatience(site, { stop, emit }, async () => {
        await beginReplica(replica, emit, isNew);
        await sweepReplicas(site, lease);
        return carryOutHops(world);
      });
      await sealEvidence(state, store, site.redactor, own.path);
      await closeReplica(site, replica, state);
      if (isClosed(state)) await forgetCopies(site, own);
      return state;
    } catch (error) {
      throw lostJournal(error, run, store);
    } finally {
      await lease.release();
    }
  } finally {
    // Values hold secrets: the copies that helm read do not outlive the run. Another process that has gone on with it reads its own.
    if (isLast(store, run, last)) await own.remove('values');
    reporter.close();
    store.close();
  }
}

/** A run of another machine that is closed leaves none of its secrets here either; its site file stays, to look at it. */
async function forgetCopies({ adopted, site: { inputs } }: OpenSite, own: RunFolder): Promise<void> {
  const secret = (adopted?.files ?? []).filter(
    ({ kind, name }) => kind === 'values' || (kind === 'file' && Object.values(inputs).includes(name)),
  );
  for (const { place } of secret) await own.remove(relative(own.path, place));
}

/** A journal that cannot be read tells of nobody else. */
function isLast(store: JournalStore, run: string, last: number): boolean {
  try {
    return store.entries(run).length === last;
  } catch {
    return true;
  }
}

/** What a colleague needs is in the cluster before anything else changes there, or nothing begins (O9). */
async function beginReplica(replica: RunReplica, emit: (body: EntryBody) => void, isNew: boolean): Promise<void> {
  try {
    await replica.begin();
  } catch (error) {
    if (!isProblem(error)) throw error;
    emit({ type: 'stopped', reason: error.message });
    // What an earlier try has left there may be all that there is.
    if (isNew) await replica.removeInputs().catch(() => undefined);
    throw error;
  }
}

/** The journal's end belongs to it; where it cannot be written, this machine still has it, and says so. */
async function closeReplica(site: OpenSite, replica: RunReplica, state: RunState): Promise<void> {
  try {
    await replica.save();
    if (isClosed(state)) await replica.removeInputs();
  } catch (error) {
    if (!isProblem(error)) throw error;
    site.say(`The cluster does not have the end of run ${state.run}: go on with it on this machine. ${error.message}`);
  }
}
