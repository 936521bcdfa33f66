import { expect, it } from 'vitest';
import { killWords, type KillPoint } from './support/kill.ts';
import { pausingScenario } from './support/kill-migrations.ts';
import type { KillScenario } from './support/kill-platform.ts';
import { killPoints } from './support/kill-points.ts';
import { runKilled, runUndisturbed, type Undisturbed } from './support/kill-run.ts';
import { reinstallScenario, rollbackScenario, upgradeScenario } from './support/kill-scenes.ts';
import { sharedSandbox } from './support/stage.ts';

/** Processes of one run after the other: those that begin it, those that resume it. */
interface Case {
  readonly what: string;
  readonly scenario: KillScenario;
  readonly points: readonly KillPoint[];
}

/** A sample that every build can bear: each blow and each side once, and what the long run (`npm run torture`) has found. */
const cases: readonly Case[] = [
  {
    what: 'before it has begun, before its helm has begun, in the middle of helm, and before what that left is unlocked',
    scenario: upgradeScenario,
    points: [
      { where: 'entry', entry: 1, side: 'before', blow: 'SIGKILL' },
      { where: 'entry', entry: 6, side: 'after', blow: 'out-of-memory' },
      { where: 'write', write: 1, to: '/jobs', side: 'before' },
      { where: 'helm', helm: 1, afterMs: 0, whom: 'liftlock' },
    ],
  },
  {
    what: 'with a write on its way, between an entry and its commit, and politely',
    scenario: upgradeScenario,
    points: [
      { where: 'write', write: 1, to: '/deployments/web', side: 'on its way' },
      { where: 'entry', entry: 3, side: 'within', blow: 'SIGKILL' },
      { where: 'entry', entry: 2, side: 'before', blow: 'SIGTERM' },
      { where: 'entry', entry: 2, side: 'within', blow: 'out-of-memory' },
    ],
  },
  {
    what: 'when work that is taken back later is done and nothing knows of it',
    scenario: pausingScenario,
    points: [
      { where: 'write', write: 1, to: '/deployments/web', side: 'answered' },
      { where: 'write', write: 1, to: '/deployments/web', side: 'answered' },
      { where: 'helm', helm: 1, afterMs: 0, whom: 'liftlock' },
      { where: 'entry', entry: 5, side: 'after', blow: 'SIGINT-twice' },
    ],
  },
];

const undisturbed = new Map<KillScenario, Promise<Undisturbed>>();

function undisturbedRun(scenario: KillScenario): Promise<Undisturbed> {
  const known = undisturbed.get(scenario) ?? runUndisturbed(sharedSandbox(), scenario);
  undisturbed.set(scenario, known);
  return known;
}

it.concurrent.each(cases)(
  'O1, X02: killed $what: it ends as if nobody had disturbed it',
  { timeout: 1_200_000 },
  async ({ scenario, points }) => {
    const ran = await runKilled(sharedSandbox(), scenario, await undisturbedRun(scenario), points);
    expect(ran.wrong, ran.story.join('\n')).toEqual([]);
    expect(ran.fell.map(killWords), ran.story.join('\n')).toEqual(points.map(killWords));
  },
);

/** Of the cases of the long run, by the same seed: some that are for boundaries of the journal, and one in the middle of helm. */
const seed = 20261121;

it.concurrent.each([
  { scenario: rollbackScenario, number: 0 },
  { scenario: reinstallScenario, number: 5 },
])(
  'X02: case $number of $scenario.name by seed 20261121: it ends as if nobody had disturbed it',
  { timeout: 1_200_000 },
  async ({ scenario, number }) => {
    const known = await undisturbedRun(scenario);
    const points = killPoints(seed, number, known);
    const ran = await runKilled(sharedSandbox(), scenario, known, points);
    expect(ran.wrong, ran.story.join('\n')).toEqual([]);
    expect(ran.fell.length, ran.story.join('\n')).toBeGreaterThan(0);
  },
);
