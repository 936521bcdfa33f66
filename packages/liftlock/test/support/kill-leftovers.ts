import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KillScene } from './kill-platform.ts';

/** The only temporary folder that processes of the scene know. */
export function temporaryFolder(scene: KillScene): string {
  return join(scene.operator.home, 'temporary');
}

/** Where liftlock keeps what it knows of the scene's site. */
export function stateFolder(scene: KillScene): string {
  return join(scene.operator.home, 'state', 'liftlock', 'sites', scene.namespace);
}

/** What a good end leaves behind nowhere. */
export async function leftovers(scene: KillScene): Promise<readonly string[]> {
  const wrong: string[] = [];
  const alive = await untilNone(() => processesOf(scene.operator.home), 90_000);
  wrong.push(...alive.map((words) => `still running: ${words}`));
  const state = stateFolder(scene);
  for (const name of filesBelow(join(scene.operator.home, 'state'))) {
    if (/session-|\/values\/|\/private|\.sqlite-journal$/.test(name)) wrong.push(`left behind: ${name}`);
  }
  wrong.push(...readdirSync(temporaryFolder(scene)).map((name) => `left behind in the temporary folder: ${name}`));
  if (existsSync(state)) {
    const path = `/apis/coordination.k8s.io/v1/namespaces/${scene.namespace}/leases`;
    const { items } = await scene.sandbox.api.list<{
      readonly metadata: { readonly name?: string };
      readonly spec: { readonly holderIdentity?: string };
    }>(path);
    for (const { metadata, spec } of items)
      if (metadata.name?.startsWith('liftlock-') === true && (spec.holderIdentity ?? '') !== '')
        wrong.push(`the lease is held by ${spec.holderIdentity}`);
  }
  return wrong;
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
