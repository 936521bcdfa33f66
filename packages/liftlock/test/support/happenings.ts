import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { vi } from 'vitest';
import type { AuditEntry, FaultKind } from '@liftlock/sandbox';
import { openJournal } from '../../src/adapters/journal/sqlite-journal.ts';
import type { Entry } from '../../src/model/journal.ts';
import { Redactor } from '../../src/model/redaction.ts';
import type { Outcome } from './liftlock.ts';
import { affirmed, type Scene } from './stage.ts';

/** The five releases by component, in the order of the guide. */
export const releaseOf = {
  'mcp-connect': 'codemie-mcp-connect-service',
  mermaid: 'mermaid-server',
  'nats-auth-callout': 'codemie-nats-auth-callout',
  ui: 'codemie-ui',
  api: 'codemie-api',
} as const;

export type ComponentName = keyof typeof releaseOf;

export const componentNames = Object.keys(releaseOf) as readonly ComponentName[];

/** Arguments of an upgrade to 2.2.5 that everything is affirmed for. */
export function upgradeArguments(scene: Scene, ...more: readonly string[]): readonly string[] {
  return ['apply', '-f', scene.stage.siteFile, '--version', '2.2.5', '--yes', ...affirmed, ...more];
}

/** Something goes wrong with the pods of one release of the scene, and of no other scene; returns what takes it back. */
export async function breakPods(scene: Scene, component: ComponentName, kind: FaultKind): Promise<() => Promise<void>> {
  const label = { key: 'app.kubernetes.io/instance', value: releaseOf[component] };
  const active = await scene.sandbox.faults.set({ ...kind, match: { label, namespace: scene.namespace } });
  return () => active.clear();
}

/** Where liftlock keeps what it knows of the scene's site. */
export function siteFolder(scene: Scene): string {
  return join(scene.operator.home, 'state', 'liftlock', 'sites', scene.namespace);
}

/** The journal of the newest run, oldest entry first. */
export function newestJournal(scene: Scene): readonly Entry[] {
  const store = openJournal(join(siteFolder(scene), 'journal.sqlite'), new Redactor());
  try {
    const [newest] = store.runs();
    return newest === undefined ? [] : store.entries(newest.run);
  } finally {
    store.close();
  }
}

/** One of helm's records. */
export interface Revision {
  readonly revision: number;
  readonly status: string;
}

/** What helm keeps of a release, the oldest first. */
export async function historyOf(scene: Scene, component: ComponentName): Promise<readonly Revision[]> {
  const selector = encodeURIComponent(`owner=helm,name=${releaseOf[component]}`);
  const path = `/api/v1/namespaces/${scene.namespace}/secrets?labelSelector=${selector}`;
  const { items } = await scene.sandbox.api.list(path);
  return items
    .map(({ metadata }) => ({
      revision: Number(metadata.labels?.['version']),
      status: metadata.labels?.['status'] ?? '',
    }))
    .toSorted((a, b) => a.revision - b.revision);
}

/** `1 superseded, 2 deployed`. */
export async function historyText(scene: Scene, component: ComponentName): Promise<string> {
  return (await historyOf(scene, component)).map(({ revision, status }) => `${revision} ${status}`).join(', ');
}

/** Number of revisions of each release, in the order of the guide. */
export async function revisionCounts(scene: Scene): Promise<readonly number[]> {
  return Promise.all(componentNames.map(async (component) => (await historyOf(scene, component)).length));
}

/** Writes to helm's records of a release, of one revision where one is given. */
export async function recordWrites(
  scene: Scene,
  component: ComponentName,
  revision?: number,
): Promise<readonly AuditEntry[]> {
  const prefix = `sh.helm.release.v1.${releaseOf[component]}.v`;
  return (await scene.writes()).filter(
    ({ name }) => name?.startsWith(prefix) === true && (revision === undefined || name === `${prefix}${revision}`),
  );
}

/** How often helm began to change a release: each time it makes a record. */
export async function timesBegun(scene: Scene, component: ComponentName): Promise<number> {
  return (await recordWrites(scene, component)).filter(({ verb }) => verb === 'create').length;
}

/** The process id of the helm that a liftlock has started: it is in a process group of its own, but still a child. */
export function helmOf(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
  const helm = children.map(Number).find((child) => /\0(upgrade|install)\0/.test(commandOf(child)));
  if (helm === undefined) throw new Error(`liftlock ${pid} has no helm among ${children.join(', ')}`);
  return helm;
}

/** The command line of a process, its words parted by zeros; empty where there is none any more. */
export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

/** What was printed as one line: a screen breaks lines where it is full. */
export function saidBy(outcome: Pick<Outcome, 'stderr' | 'stdout'>): string {
  return `${outcome.stderr}\n${outcome.stdout}`.replaceAll(/\s+/g, ' ');
}

/** Looks until it is so; a look that throws is not so yet. */
export async function until<T>(look: () => Promise<T> | T): Promise<T> {
  return vi.waitFor(look, { timeout: 90_000, interval: 150 });
}
