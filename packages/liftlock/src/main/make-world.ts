import { readFile } from 'node:fs/promises';
import { localCommands } from '../adapters/helm/local-commands.ts';
import { readText, request } from '../adapters/http/http-client.ts';
import { makeNameResolver } from '../adapters/http/name-resolver.ts';
import { readChart } from '../adapters/registry/read-chart.ts';
import type { RunState } from '../journal/fold.ts';
import { durationSeconds } from '../model/duration.ts';
import type { Plan } from '../model/plan.ts';
import { defaultGraces, type Graces } from '../model/platform.ts';
import type { WriterLease } from '../model/ports.ts';
import type { HealthItem } from '../model/snapshot.ts';
import type { Reporter } from '../render/reporter.ts';
import { learnReleases } from '../run/learn-releases.ts';
import type { StopRequest, WebProbe, World } from '../run/world.ts';
import { hopFolder } from './hop-folder.ts';
import type { OpenSite } from './open-site.ts';
import type { RunReplica } from './run-replica.ts';
import { lastLook, readServerTime } from './server-time.ts';

export interface WorldParts {
  readonly site: OpenSite;
  readonly state: RunState;
  readonly lease: WriterLease;
  readonly folder: World['folder'];
  readonly stop: StopRequest;
  readonly reporter: Reporter;
  readonly emit: World['emit'];
  /** Absent where nothing is written. */
  readonly replica?: Pick<RunReplica, 'save' | 'saveFiles'> | undefined;
  /** When somebody began it, or looked at it to go on with it: a window that had closed before was no hindrance then. */
  readonly begunAt?: Date | undefined;
}

/** The values of every release, in all the namespaces that the plan is about: why not, where one may not be read. */
async function learnEverywhere({ reader, redactor }: OpenSite, plan: Plan): Promise<string | undefined> {
  const namespaces = new Set([plan.site.namespace, ...plan.components.map(({ namespace }) => namespace)]);
  const answers = await Promise.all([...namespaces].map((namespace) => learnReleases(reader, redactor, namespace)));
  return answers.find((why) => why !== undefined);
}

/** What the step handlers of a run work with. */
export async function makeWorld(parts: WorldParts): Promise<World> {
  const { site, state } = parts;
  if (state.plan === undefined) throw new Error(`run ${state.run} has no plan`);
  const lease = fencedByFiles(parts);
  return {
    platform: site.platform,
    site: site.site,
    plan: state.plan,
    decisions: state.decisions,
    graces: gracesOf(site),
    baseline: baselineOf(state),
    reader: site.reader,
    writer: site.connection.fencedWriter(() => lease.mayWrite()),
    gate: site.gate,
    helm: site.helm,
    registry: site.registry,
    repositories: site.repositories,
    lease,
    clock: site.clock,
    redactor: site.redactor,
    unlearned: await learnEverywhere(site, state.plan),
    folder: hopFolder(parts.folder, state.plan.hop),
    web: webProbe(site),
    names: makeNameResolver(site.site.dnsServer),
    key: { keyId: async () => (await site.key())?.id ?? '', keyJson: site.keyJson },
    stop: parts.stop,
    windowCloses: windowAfter(site, parts.begunAt),
    startedAt: state.startedAt,
    lookedAt: lastLook(state, parts.begunAt),
    serverTime: await readServerTime(site),
    async loadValues(path) {
      const file = await site.loadValues(path);
      site.redactor.learnValues(file.values);
      return file;
    },
    readSecretFile: (file) => readFile(site.place(file), 'utf8'),
    commands: localCommands,
    chartContent: async ({ reference, digest }) =>
      readChart((await site.registry.pull(reference, digest)).file).content,
    emit: parts.emit,
    save: async () => parts.replica?.save(),
    progress: (progress) => parts.reporter.progress(progress),
  };
}

/** What a step has written into the run's folder is in the cluster before the step, or its helm, changes anything there (O9). */
function fencedByFiles({ lease, replica }: Pick<WorldParts, 'lease' | 'replica'>): WriterLease {
  if (replica === undefined) return lease;
  return {
    ...lease,
    mayWrite: async () => {
      await replica.saveFiles();
      return lease.mayWrite();
    },
  };
}

function windowAfter({ site: { window } }: OpenSite, begunAt: Date | undefined): Date | undefined {
  if (window === undefined || begunAt === undefined) return undefined;
  const closes = new Date(window.closes);
  return closes > begunAt ? closes : undefined;
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
    apiServer: scale(graces.apiServer),
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
