import { readFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { makeLease } from '../adapters/cluster/lease.ts';
import { openRunFolder } from '../adapters/files/run-folder.ts';
import { readSiteMemory, rememberSite } from '../adapters/files/site-memory.ts';
import { readText, request } from '../adapters/http/http-client.ts';
import { makeNameResolver } from '../adapters/http/name-resolver.ts';
import { openJournal } from '../adapters/journal/sqlite-journal.ts';
import { foldJournal, type RunState } from '../journal/fold.ts';
import type { Decision } from '../model/finding.ts';
import type { EntryBody } from '../model/journal.ts';
import type { Json } from '../model/json.ts';
import type { Plan } from '../model/plan.ts';
import { defaultGraces, durationSeconds, type Graces } from '../model/platform.ts';
import type { WriterLease } from '../model/ports.ts';
import type { HealthItem } from '../model/snapshot.ts';
import type { Reporter } from '../render/reporter.ts';
import { carryOut } from '../run/engine.ts';
import { learnReleases } from '../run/learn-releases.ts';
import { proveBackup } from '../run/steps/backup.ts';
import { handlers } from '../run/steps/registry.ts';
import type { StopRequest, WebProbe, World } from '../run/world.ts';
import { withCluster } from './cluster-uid.ts';
import type { OpenSite } from './open-site.ts';
import { journalFile } from './past-runs.ts';

export interface RunRequest {
  readonly plan: Plan;
  readonly decisions: readonly Decision[];
  readonly who: string;
  readonly ticket?: string | undefined;
  readonly rollbackOf?: string | undefined;
  readonly baseline: readonly HealthItem[];
  readonly stop: StopRequest;
  readonly reporter: (run: string) => Reporter;
}

/** A run's name: its time, so that names sort, and four digits against collisions. */
export function newRunName(now: Date): string {
  return `${now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')}-${randomBytes(2).toString('hex')}`;
}

/** Begins a run under the site's lease and carries it out. The approval was given before. */
export async function startRun(site: OpenSite, asked: RunRequest): Promise<RunState> {
  const run = newRunName(site.clock.now());
  return underLease(site, run, asked.stop, asked.reporter(run), async (emit) => {
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
    if (asked.baseline.length > 0) emit({ type: 'baseline', health: { items: asked.baseline as unknown as Json } });
  });
}

/**
 * Goes on with a run that ended before its last step: what was not settled is observed again. Where decisions were taken
 * since, the plan is the run's own with them.
 */
export async function resumeRun(
  site: OpenSite,
  state: RunState,
  asked: Pick<RunRequest, 'plan' | 'who' | 'stop' | 'reporter'>,
): Promise<RunState> {
  return underLease(site, state.run, asked.stop, asked.reporter(state.run), async (emit, folder) => {
    const isBackedUp = state.steps.some(({ step, phase }) => step.kind === 'backup' && phase === 'settled');
    if (isBackedUp) await proveBackup(folder);
    emit({ type: 'resumed', who: asked.who });
    if (asked.plan.digest !== state.plan?.digest) emit({ type: 'hop-planned', plan: asked.plan });
  });
}

async function underLease(
  site: OpenSite,
  run: string,
  stop: StopRequest,
  reporter: Reporter,
  begin: (emit: (body: EntryBody) => void, folder: World['folder']) => Promise<void>,
): Promise<RunState> {
  const store = openJournal(journalFile(site.folder), site.redactor);
  const lease = makeLease({
    connection: site.connection,
    namespace: site.namespace,
    name: `liftlock-${site.platform.metadata.name}`,
    holder: { identity: `${site.holder} run ${run}` },
    clock: site.clock,
    onWait: ({ by, seconds }) =>
      site.say(`${by} holds the site's lease. Watching for ${seconds} s whether it is still alive.`),
  });
  const folder = await openRunFolder(join(site.folder, 'runs', run), site.redactor);
  const emit = (body: EntryBody) => reporter.entry(store.append(run, body, site.clock.now()));
  try {
    await lease.acquire();
    try {
      await begin(emit, folder);
      const state = foldJournal(store.entries(run));
      const world = await makeWorld({ site, state, lease, folder, stop, reporter, emit });
      return await carryOut({ run, store, handlers, world });
    } finally {
      await lease.release();
    }
  } finally {
    // Values hold secrets: the copies that helm read do not outlive the run.
    await folder.remove('values');
    reporter.close();
    store.close();
  }
}

export interface WorldParts {
  readonly site: OpenSite;
  readonly state: RunState;
  readonly lease: WriterLease;
  readonly folder: World['folder'];
  readonly stop: StopRequest;
  readonly reporter: Reporter;
  readonly emit: World['emit'];
}

/** What the step handlers of a run work with. */
export async function makeWorld(parts: WorldParts): Promise<World> {
  const { site, state } = parts;
  if (state.plan === undefined) throw new Error(`run ${state.run} has no plan`);
  return {
    platform: site.platform,
    site: site.site,
    plan: state.plan,
    decisions: state.decisions,
    graces: gracesOf(site),
    baseline: baselineOf(state),
    reader: site.reader,
    writer: site.connection.fencedWriter(() => parts.lease.mayWrite()),
    gate: site.gate,
    helm: site.helm,
    registry: site.registry,
    repositories: site.repositories,
    lease: parts.lease,
    clock: site.clock,
    redactor: site.redactor,
    unlearned: await learnReleases(site.reader, site.redactor, state.plan.site.namespace),
    folder: parts.folder,
    web: webProbe(site),
    names: makeNameResolver(site.site.dnsServer),
    key: { keyId: async () => (await site.key())?.id ?? '', keyJson: site.keyJson },
    stop: parts.stop,
    startedAt: state.startedAt,
    async loadValues(path) {
      const file = await site.loadValues(path);
      site.redactor.learnValues(file.values);
      return file;
    },
    readSecretFile: (file) => readFile(file, 'utf8'),
    emit: parts.emit,
    progress: (progress) => parts.reporter.progress(progress),
  };
}

/** The definition's graces under the site's, shrunk by its timeScale. */
export function gracesOf(site: Pick<OpenSite, 'platform' | 'site'>): Graces {
  const graces: Graces = Object.assign(
    {},
    defaultGraces,
    withoutUndefined(site.platform.graces),
    withoutUndefined(site.site.graces),
  );
  const scale = (duration: string) => `${Math.max(1, Math.round(durationSeconds(duration) * site.site.timeScale))}s`;
  return {
    ...graces,
    transientPull: scale(graces.transientPull),
    unschedulable: scale(graces.unschedulable),
    missingReference: scale(graces.missingReference),
    minReady: scale(graces.minReady),
  };
}

function withoutUndefined<T extends object>(object: T | undefined): Partial<T> {
  return Object.fromEntries(Object.entries(object ?? {}).filter(([, value]) => value !== undefined)) as Partial<T>;
}

function baselineOf(state: RunState): readonly HealthItem[] {
  const items = state.baseline?.['items'];
  return (items ?? []) as unknown as readonly HealthItem[];
}

function webProbe(site: OpenSite): WebProbe {
  return {
    async fetch(asked) {
      const answer = await request({
        url: asked.url,
        method: asked.method ?? 'GET',
        headers: asked.headers ?? {},
        body: asked.body,
        caFile: site.site.credentials.registry?.caFile,
        timeoutMs: 20_000,
      });
      return { status: answer.status, body: await readText(answer) };
    },
  };
}
