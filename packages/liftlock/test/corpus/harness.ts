import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AuditEntry, Sandbox } from '@liftlock/sandbox';
import { makeOperator } from '../support/liftlock.ts';
import type { CorpusCase, Variant } from './case.ts';
import { statedEnd } from './case.ts';
import { classify, type CaseResult, type Said } from './classify.ts';
import { evidenceIn } from './evidence.ts';
import { limitedUser } from './limited-user.ts';
import { publish, writeSite } from './site-files.ts';
import { openWorld, type World } from './world.ts';

const oldVersion = '1.0.0';
const newVersion = '2.0.0';
const release = 'shop';

/** What was seen of one case, and the name by which the audit log knows who planned. */
export interface Ran {
  readonly result: CaseResult;
  readonly planner: string;
}

/**
 * Installs the old chart, lets liftlock plan the upgrade to the new one, then upgrades with the real helm alone and looks
 * at what came of it.
 */
export async function runCase(sandbox: Sandbox, item: CorpusCase, variant: Variant): Promise<Ran> {
  const world = await openWorld(sandbox, item, variant);
  try {
    await item.first?.(world);
    await install(world, item);
    await item.prepare?.(world);
    const planner = `corpus-plan-${world.namespace}`;
    const archive = await publish(world, item.after, newVersion);
    const foreseen = await plan(world, item, await kubeconfigOf(world, item, planner));
    const applier = await kubeconfigOf(world, item, `corpus-apply-${world.namespace}`);
    const seen = await upgrade(world, item, archive, applier);
    return { planner, result: classify(item, variant, foreseen, seen, world.namespace) };
  } finally {
    await world.close();
  }
}

const mutating = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

/** What planners asked the API server to store: nothing, if the promise holds. Reviews store nothing. */
export function writesOf(entries: readonly AuditEntry[], planners: readonly string[]): readonly string[] {
  const names = new Set(planners);
  return entries
    .filter(({ user, verb, dryRun, resource }) => {
      return names.has(user) && mutating.has(verb) && !dryRun && !(resource ?? '').endsWith('reviews');
    })
    .map(({ user, verb, uri }) => `${user}: ${verb} ${uri}`);
}

function kubeconfigOf(world: World, item: CorpusCase, user: string): Promise<string> | string {
  const { sandbox, namespace } = world;
  if (item.rights !== undefined) return limitedUser(sandbox, namespace, user, item.rights);
  return sandbox.kubeconfigFor({ user, groups: ['system:masters'] });
}

async function install(world: World, item: CorpusCase): Promise<void> {
  const values = join(world.folder, 'values.yaml');
  await writeFile(values, world.fill(item.values ?? '{}\n'));
  // A platform of which nothing is there is another place: one release of it stands beside the one to be installed.
  const name = item.before === undefined ? 'anchor' : release;
  const chart = await world.chart(item.before ?? {}, oldVersion);
  const wait = world.installer === 'helm4' ? '--wait=legacy' : '--wait';
  const { code, stderr } = await world.helm(
    world.installer,
    'install',
    name,
    chart,
    '-f',
    values,
    wait,
    '--timeout',
    '60s',
  );
  if (code !== 0) throw new Error(`${item.name}: the old chart cannot be installed: ${stderr}`);
}

async function plan(world: World, item: CorpusCase, kubeconfig: string): Promise<Said> {
  const components = item.before === undefined ? [release, 'anchor'] : [release];
  await writeSite(world, { components, kubeconfig, force: item.force });
  const operator = await makeOperator({ helm: world.sandbox.bin[world.upgrader], cwd: world.folder });
  world.onClose(async () => operator.close());
  const only = item.before === undefined ? ['--only', release, '--allow', `install:${release}`] : [];
  const { code, stdout, stderr } = await operator.run(
    'plan',
    '-f',
    'site.yaml',
    '--version',
    newVersion,
    '-o',
    'json',
    ...only,
  );
  try {
    return { ...(JSON.parse(stdout) as Said), exit: code ?? 1 };
  } catch {
    throw new Error(`${item.name}: liftlock plan ended with ${code} and no plan: ${stderr}`);
  }
}

async function upgrade(world: World, item: CorpusCase, archive: string, kubeconfig: string) {
  const isHelm4 = world.upgrader === 'helm4';
  // Where it must hang there is nothing to wait for; elsewhere a busy machine needs its time.
  const timeout = statedEnd(item, world.variant) === 'hangs' ? '6s' : '60s';
  const args = ['upgrade', release, archive, '-f', join(world.folder, 'values.yaml')];
  if (item.before === undefined) args.push('--install');
  if (item.force === true) args.push(isHelm4 ? '--force-replace' : '--force');
  args.push(isHelm4 ? '--wait=legacy' : '--wait', '--timeout', timeout, '--namespace', world.namespace);
  const { code, stderr } = await world.helmAs(kubeconfig, world.upgrader, ...args);
  const harm = code === 0 ? await item.truth.harm?.(world) : undefined;
  return { code, words: stderr, harm, events: code === 0 ? [] : await evidenceIn(world.sandbox, world.namespace) };
}
