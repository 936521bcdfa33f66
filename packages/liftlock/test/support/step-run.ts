import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRunFolder } from '../../src/adapters/files/run-folder.ts';
import { localCommands } from '../../src/adapters/helm/local-commands.ts';
import { openJournal } from '../../src/adapters/journal/sqlite-journal.ts';
import { readChart } from '../../src/adapters/registry/read-chart.ts';
import { systemClock } from '../../src/main/clock.ts';
import type { RunState, StepState } from '../../src/journal/fold.ts';
import type { EntryBody } from '../../src/model/journal.ts';
import type { Decision } from '../../src/model/finding.ts';
import type { Plan } from '../../src/model/plan.ts';
import { Redactor } from '../../src/model/redaction.ts';
import { Site } from '../../src/model/site.ts';
import type { Step } from '../../src/model/step.ts';
import { carryOut } from '../../src/run/engine.ts';
import { handlers } from '../../src/run/steps/registry.ts';
import { handlerOf, type Observed, type World } from '../../src/run/world.ts';
import type { Shop } from './shop.ts';

/** Steps by themselves, carried out by the real engine against the real API server, with a journal of their own. */
export interface StepRun {
  readonly world: World;
  /** Carries out what is left; `resume` begins again after a stop. */
  run(): Promise<RunState>;
  resume(): Promise<RunState>;
  /** What the journal says of a step. */
  state(id: string): StepState;
  /** Does a settled step once more, as a run does: what it sees, and how many writes that made. */
  again(id: string): Promise<Observed & { readonly writes: number }>;
  /** Every word of the journal and of the run's masked files. */
  words(): string;
}

export interface StepRunOptions {
  readonly site?: Readonly<Record<string, unknown>> | undefined;
  readonly decisions?: readonly string[] | undefined;
  /** A packed chart, for steps that read one. */
  readonly chart?: string | undefined;
}

/** The run ends with the shop, in whose namespace its steps act. */
export async function openStepRun(shop: Shop, steps: readonly Step[], options: StepRunOptions = {}): Promise<StepRun> {
  const folder = await mkdtemp(join(tmpdir(), 'liftlock-steps-'));
  const run = '20261121-000000-abcd';
  const redactor = new Redactor();
  const store = openJournal(join(folder, 'journal.db'), redactor);
  shop.onClose(async () => {
    store.close();
    await rm(folder, { recursive: true, force: true });
  });
  const emit = (body: EntryBody) => void store.append(run, body, new Date());
  const plan = {
    steps,
    decisions: [],
    components: [],
    site: { namespace: shop.namespace },
    cluster: {},
    platform: {},
    route: [],
    hop: 0,
    forecast: { findings: [], unforeseen: [], changes: {} },
  } as unknown as Plan;
  const partial: Partial<World> = {
    site: Site.parse({
      apiVersion: 'liftlock.dev/v1alpha1',
      kind: 'Site',
      metadata: { name: 'steps' },
      platform: 'steps',
      timeScale: 0.05,
      ...options.site,
    }),
    plan,
    decisions: (options.decisions ?? []).map((remedy) => ({ remedy }) as Decision),
    reader: shop.connection.reader,
    writer: shop.connection.fencedWriter(async () => true),
    clock: systemClock,
    redactor,
    folder: await openRunFolder(join(folder, 'runs', run), redactor),
    stop: { level: 'none', signal: new AbortController().signal },
    startedAt: new Date().toISOString(),
    commands: localCommands,
    web: { fetch: async ({ url }) => asked(url) },
    readSecretFile: async (file) => (await import('node:fs/promises')).readFile(file, 'utf8'),
    chartContent: async () => readChart(options.chart ?? '').content,
    emit,
    // These steps belong to no site: nobody goes on with them elsewhere, and nobody takes them over.
    save: async () => undefined,
    lease: {
      acquire: async () => undefined,
      mayWrite: async () => true,
      isLost: async () => false,
      isSure: () => true,
      release: async () => undefined,
    },
    progress: () => undefined,
  };
  const world = partial as World;
  emit({ type: 'run-started', purpose: 'upgrade', who: 'tester', decisions: [] });
  emit({ type: 'hop-planned', plan });
  const go = async () => {
    last = await carryOut({ run, store, handlers, world });
    return last;
  };
  let last: RunState | undefined;
  const state = (id: string) => {
    const found = last?.steps.find(({ step }) => step.id === id);
    if (found === undefined) throw new Error(`no step ${id}`);
    return found;
  };
  return {
    world,
    run: go,
    resume: () => {
      emit({ type: 'resumed', who: 'tester' });
      return go();
    },
    state,
    async again(id) {
      const { step } = state(id);
      const before = world.writer.writes();
      const seen = await handlerOf(handlers, step).observe(step, world, state(id));
      if (seen.observation === 'todo') await handlerOf(handlers, step).act(step, world, state(id));
      await handlerOf(handlers, step).confirm(step, world, state(id));
      return { ...seen, writes: world.writer.writes() - before };
    },
    words: () => JSON.stringify(store.entries(run)),
  };
}

async function asked(url: string) {
  const answer = await fetch(url);
  return { status: answer.status, body: await answer.text() };
}
