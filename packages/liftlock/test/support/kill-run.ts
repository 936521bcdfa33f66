import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openJournal } from '../../src/adapters/journal/sqlite-journal.ts';
import { foldJournal } from '../../src/journal/fold.ts';
import type { Entry } from '../../src/model/journal.ts';
import type { JournalStore } from '../../src/model/ports.ts';
import { Redactor } from '../../src/model/redaction.ts';
import { auditMark, effectsOf, writesSince } from './audit-tail.ts';
import { compareObjects, haveAddresses, readObjects, readReleases, type EndState, type Objects } from './end-state.ts';
import { entryName, killEnvironment, killWords, type KillPoint } from './kill.ts';
import { leftovers, stateFolder, temporaryFolder } from './kill-leftovers.ts';
import type { KillScenario, KillScene } from './kill-platform.ts';
import type { Ground } from './kill-points.ts';
import type { Outcome } from './liftlock.ts';
import type { Sandbox } from '@liftlock/sandbox';

/** What an undisturbed run of a scenario is like. */
export interface Undisturbed extends Ground {
  readonly end: EndState;
}

/** What came of a run that was killed. */
export interface KilledRun {
  /** The blows that fell: a process may have ended before its point. */
  readonly fell: readonly KillPoint[];
  /** What was started, and how it ended. */
  readonly story: readonly string[];
  /** In what it differs from the undisturbed run; empty: in nothing. */
  readonly wrong: readonly string[];
}

/** A run that is not killed has to be good for something: more tries than this say that it is not. */
const mostTries = 6;

/** No command works longer: one that does hangs, and is ended. */
const longestMs = 150_000;

/** Runs a scenario without a kill. */
export async function runUndisturbed(sandbox: Sandbox, scenario: KillScenario): Promise<Undisturbed> {
  const scene = await scenario.open(sandbox);
  try {
    const { before, mark: audited, runs } = await lookBefore(scene);
    const mark = join(scene.operator.home, 'writes');
    const began = performance.now();
    let outcome = await runOnce(scene, scene.words, { where: 'nowhere' }, mark);
    // It may end with something that a person has to say.
    if (outcome.code === 6) outcome = await runOnce(scene, wordsNow(scene, runs), { where: 'nowhere' }, mark);
    const seconds = (performance.now() - began) / 1000;
    if (outcome.code !== 0) throw new Error(`${scenario.name}: ${textOf(outcome)}`);
    const end = await endOf(scene, before, audited);
    const left = await leftovers(scene, { isStruck: false });
    if (left.length > 0) throw new Error(`${scenario.name}, undisturbed: ${left.join('; ')}`);
    return {
      scenario: scenario.name,
      helms: scenario.helms,
      journal: journalOf(scene, runs).map(entryName),
      writes: readFileSync(mark, 'utf8').split('\n').length - 1,
      seconds,
      end,
    };
  } finally {
    await scene.close();
  }
}

/** Runs a scenario, ends its processes one after the other at these points, resumes until it is finished, and compares. */
export async function runKilled(
  sandbox: Sandbox,
  scenario: KillScenario,
  undisturbed: Undisturbed,
  points: readonly KillPoint[],
): Promise<KilledRun> {
  const scene = await scenario.open(sandbox);
  const folder = await mkdtemp(join(tmpdir(), 'liftlock-kill-'));
  const story: string[] = [];
  const fell: KillPoint[] = [];
  const odd: string[] = [];
  try {
    const { before, mark, runs } = await lookBefore(scene);
    let isThrough = false;
    let isStruck = false;
    for (let tries = 0; tries < points.length + mostTries; tries += 1) {
      const point = points[tries];
      const words = wordsNow(scene, runs);
      const outcome = await runOnce(scene, words, point, join(folder, `mark-${tries}`));
      const hasFallen = point !== undefined && existsSync(join(folder, `mark-${tries}`));
      if (hasFallen) fell.push(point);
      isStruck = hasFallen && outcome.code === null;
      if (outcome.code === null && !hasFallen) odd.push(`${words[0] ?? ''} was ended by a signal that nobody sent`);
      if (outcome.code === 1) odd.push(`${words[0] ?? ''} calls it a bug: ${textOf(outcome).slice(-600)}`);
      story.push(storyOf(words, point, outcome, journalOf(scene, runs)));
      isThrough = scene.isThrough?.(outcome) ?? isFinished(scene, runs);
      if (isThrough) break;
      await shortenLease(scene);
    }
    if (!isThrough)
      return { fell, story, wrong: [...odd, 'it did not finish', ...(await leftovers(scene, { isStruck }))] };
    const end = await endOf(scene, before, mark);
    const left = await leftovers(scene, { isStruck });
    return { fell, story, wrong: [...odd, ...differences(undisturbed.end, end), ...left] };
  } finally {
    await rm(folder, { recursive: true, force: true });
    await scene.close();
  }
}

/** Looks at the scene as it is before the command; what its processes leave in the temporary folder is seen as well. */
async function lookBefore(scene: KillScene) {
  const temporary = temporaryFolder(scene);
  mkdirSync(temporary, { recursive: true });
  const namespaces = namespacesOf(scene);
  await untilAddressed(scene);
  Object.assign(scene.operator.environment, { TMPDIR: temporary });
  return {
    before: await readObjects(scene.sandbox, namespaces),
    mark: await auditMark(scene.sandbox),
    runs: runsOf(scene),
  };
}

async function endOf(scene: KillScene, before: Objects, mark: number): Promise<EndState> {
  const { sandbox } = scene;
  const namespaces = namespacesOf(scene);
  await untilAddressed(scene);
  return {
    objects: compareObjects(before, await readObjects(sandbox, namespaces)),
    releases: await readReleases(sandbox, namespaces),
    effects: effectsOf(await writesSince(sandbox, mark, namespaces), namespaces),
    more: (await scene.more?.()) ?? [],
  };
}

/** A load balancer takes its time, and nobody waits for it at the end of an upgrade; a minute at most. */
async function untilAddressed(scene: KillScene): Promise<void> {
  for (let looks = 0; looks < 300; looks += 1) {
    if (await haveAddresses(scene.sandbox, namespacesOf(scene))) return;
    await sleep(200);
  }
}

function namespacesOf({ namespace, otherNamespaces = [] }: KillScene): readonly string[] {
  return [namespace, ...otherNamespaces];
}

function wordsNow(scene: KillScene, runs: readonly string[]): readonly string[] {
  return journalOf(scene, runs).length === 0 ? scene.words : (scene.again ?? ['resume', '--yes']);
}

async function runOnce(
  { operator }: KillScene,
  words: readonly string[],
  at: KillPoint | undefined,
  mark: string,
): Promise<Outcome> {
  const environment = at === undefined ? {} : killEnvironment({ at, mark });
  Object.assign(operator.environment, environment);
  const started = operator.start(...words);
  for (const name of Object.keys(environment)) Reflect.deleteProperty(operator.environment, name);
  const timer = setTimeout(() => started.signal('SIGKILL'), longestMs);
  const outcome = await started.done;
  clearTimeout(timer);
  return outcome;
}

function storyOf(
  words: readonly string[],
  point: KillPoint | undefined,
  outcome: Outcome,
  entries: readonly Entry[],
): string {
  const last = entries.at(-1);
  const where =
    last === undefined ? 'no journal' : `${last.sequence} ${last.type}${'step' in last ? ` ${last.step ?? ''}` : ''}`;
  const said = outcome.code === 0 || outcome.code === null ? '' : `: ${textOf(outcome).slice(-900)}`;
  const how = point === undefined ? '' : `, ${killWords(point)}`;
  return `${words[0] ?? ''}${how}: exit ${outcome.code ?? 'by signal'} at ${where}${said}`;
}

function textOf({ stdout, stderr }: Outcome): string {
  return `${stderr}\n${stdout}`.replaceAll(/\s+/g, ' ').trim();
}

function runsOf(scene: KillScene): readonly string[] {
  return withJournal(scene, (store) => store.runs().map(({ run }) => run)) ?? [];
}

/** The newest run's entries; none where no run has begun besides those that were there before. */
function journalOf(scene: KillScene, before: readonly string[]): readonly Entry[] {
  const entries = withJournal(scene, (store) => {
    const [newest] = store.runs();
    return newest === undefined || before.includes(newest.run) ? [] : store.entries(newest.run);
  });
  return entries ?? [];
}

function withJournal<T>(scene: KillScene, look: (store: JournalStore) => T): T | undefined {
  const file = join(stateFolder(scene), 'journal.sqlite');
  if (!existsSync(file)) return undefined;
  const store = openJournal(file, new Redactor());
  try {
    return look(store);
  } finally {
    store.close();
  }
}

function isFinished(scene: KillScene, runs: readonly string[]): boolean {
  const entries = journalOf(scene, runs);
  return entries.length > 0 && foldJournal(entries).status === 'finished';
}

/** A dead holder's lease is watched for as long as it lasts: here for a second instead of thirty. */
async function shortenLease({ sandbox, namespace }: KillScene): Promise<void> {
  const path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
  const { items } = await sandbox.api.list(path);
  for (const { metadata } of items) {
    if (metadata.name?.startsWith('liftlock-') === true)
      await sandbox.api.patch(`${path}/${metadata.name}`, { spec: { leaseDurationSeconds: 1 } });
  }
}

/** In what an end differs from the undisturbed one. */
function differences(wanted: EndState, found: EndState): readonly string[] {
  const wrong: string[] = [];
  for (const part of ['objects', 'releases', 'more'] as const) {
    const missing = wanted[part].filter((line) => !found[part].includes(line));
    const extra = found[part].filter((line) => !wanted[part].includes(line));
    wrong.push(...missing.map((line) => `not there: ${line}`), ...extra.map((line) => `instead: ${line}`));
  }
  const before = new Map(wanted.effects);
  for (const [effect, times] of found.effects)
    if (times > (before.get(effect) ?? 0))
      wrong.push(`${times} times instead of ${before.get(effect) ?? 0}: ${effect}`);
  return wrong;
}
