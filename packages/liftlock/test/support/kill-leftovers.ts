import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeObject } from '@liftlock/sandbox';
import type { KillScene } from './kill-platform.ts';

/** The only temporary folder that processes of the scene know. */
export function temporaryFolder(scene: KillScene): string {
  return join(scene.operator.home, 'temporary');
}

/** Where liftlock keeps what it knows of the scene's site. */
export function stateFolder(scene: KillScene): string {
  return join(scene.operator.home, 'state', 'liftlock', 'sites', scene.namespace);
}

/**
 * What a good end leaves behind nowhere.
 *
 * @param isStruck whether the process that ended the run was killed before it could clear up: what it left of a lease
 *   lapses by itself, and nobody has to go on
 */
export async function leftovers(scene: KillScene, { isStruck }: { readonly isStruck: boolean }): Promise<string[]> {
  const wrong: string[] = [];
  const alive = await untilNone(() => processesOf(scene.operator.home), 90_000);
  wrong.push(...alive.map((words) => `still running: ${words}`));
  for (const name of filesBelow(join(scene.operator.home, 'state'))) {
    if (/session-|\/values\/|\/private|\.sqlite-journal$/.test(name)) wrong.push(`left behind: ${name}`);
  }
  wrong.push(...readdirSync(temporaryFolder(scene)).map((name) => `left behind in the temporary folder: ${name}`));
  if (existsSync(stateFolder(scene)))
    wrong.push(...(await heldLeases(scene)).filter((held) => !isStruck || !held.lapses).map(({ words }) => words));
  return wrong;
}

interface LeaseObject extends KubeObject {
  readonly spec: {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly renewTime?: string;
  };
}

/** Leases that name a holder, though no process is there; one that is not renewed and has a duration lapses. */
async function heldLeases({ sandbox, namespace }: KillScene) {
  const path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
  const { items } = await sandbox.api.list<LeaseObject>(path);
  return items
    .filter(
      ({ metadata, spec }) => metadata.name?.startsWith('liftlock-') === true && (spec.holderIdentity ?? '') !== '',
    )
    .map(({ spec: { holderIdentity, leaseDurationSeconds = 0, renewTime = '' } }) => ({
      words: `the lease is held by ${holderIdentity}`,
      lapses: leaseDurationSeconds > 0 && Date.parse(renewTime) <= Date.now(),
    }));
}

async function untilNone(find: () => readonly string[], withinMs: number): Promise<readonly string[]> {
  const end = performance.now() + withinMs;
  for (;;) {
    const found = find();
    if (found.length === 0 || performance.now() > end) return found;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Command lines of processes whose home is the operator's: liftlock and everything that it starts. */
function processesOf(home: string): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => read(`/proc/${pid}/environ`).split('\0').includes(`HOME=${home}`))
    .map((pid) => `${pid} ${read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')}`);
}

function filesBelow(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true }).map((entry) =>
    join(entry.parentPath, entry.name + (entry.isDirectory() ? '/' : '')),
  );
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
