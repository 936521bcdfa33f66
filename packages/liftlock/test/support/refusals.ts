import { chmod, readFile, writeFile } from 'node:fs/promises';
import { expect, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import type { Outcome } from './liftlock.ts';
import { affirmed, type Scene } from './stage.ts';

/** What a plan as JSON says, as far as tests look at it. */
export interface PlanJson {
  readonly components: readonly {
    readonly name: string;
    readonly values: readonly { readonly path: string; readonly before?: unknown; readonly after?: unknown }[];
  }[];
  readonly steps: readonly { readonly id: string; readonly guideCommand?: readonly string[] }[];
  readonly forecast: {
    readonly findings: readonly PlanFinding[];
    readonly unforeseen: readonly { readonly what: string; readonly why: string }[];
  };
}

export interface PlanFinding {
  readonly code: string;
  readonly severity: 'info' | 'warning' | 'blocker';
  readonly message: string;
  readonly component?: string;
  readonly remedies: readonly { readonly id: string }[];
}

/** A command on the scene's site and to 2.2.5. */
export function run(scene: Scene, command: string, ...args: readonly string[]): Promise<Outcome> {
  return scene.operator.run(command, '-f', scene.stage.siteFile, '--version', '2.2.5', ...args);
}

/** Waits until what is read tells of a crash loop. */
export async function untilCrashing(read: () => Promise<unknown>): Promise<void> {
  const look = async () => expect(JSON.stringify(await read())).toContain('CrashLoopBackOff');
  await vi.waitFor(look, { timeout: 60_000, interval: 200 });
}

/** Asks for a plan to 2.2.5 with everything affirmed, unless `args` name another version. */
export async function planOf(scene: Scene, ...args: readonly string[]): Promise<PlanJson & { readonly code: number }> {
  const outcome = await scene.operator.run('plan', ...onSite(scene, args), '--no-forecast', '-o', 'json');
  if (outcome.stdout === '') throw new Error(outcome.stderr);
  return { ...(JSON.parse(outcome.stdout) as PlanJson), code: outcome.code ?? -1 };
}

/** `apply --yes` to 2.2.5 with everything affirmed, unless `args` name another version. */
export async function apply(scene: Scene, ...args: readonly string[]): Promise<Outcome> {
  return scene.operator.run('apply', ...onSite(scene, args), '--yes');
}

function onSite(scene: Scene, args: readonly string[]): readonly string[] {
  const version = args.includes('--version') ? [] : ['--version', '2.2.5'];
  return ['-f', scene.stage.siteFile, ...version, ...affirmed, ...args];
}

/** The findings of a plan that are worse than information, as `severity CODE component`. */
export function troubles(plan: PlanJson): readonly string[] {
  return plan.forecast.findings
    .filter((finding) => finding.severity !== 'info')
    .map((finding) => [finding.severity, finding.code, finding.component].filter(Boolean).join(' '));
}

/** Text without its line breaks and indents: a terminal wraps where it likes. */
export function unwrapped(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ');
}

export interface Refusal {
  readonly exitCode: 2 | 3;
  /** Of the one Problem or the one blocker. */
  readonly code: string;
  /** What the message holds. */
  readonly says: readonly (string | RegExp)[];
  /** What the advice or the remedies hold. */
  readonly advises: string | RegExp;
}

/** Exactly one message, with a remedy and the exit code; whether anything was written is for the caller to look at. */
export function expectRefusal(outcome: Outcome, wanted: Refusal): void {
  const text = unwrapped(outcome.stderr);
  expect(text).toContain(wanted.code);
  expect(outcome.code).toBe(wanted.exitCode);
  const [head = '', ...items] = outcome.stderr.split('\n').filter((line) => /^\s*✗/.test(line));
  // A Problem stands alone; a blocker stands below the line that counts the blockers.
  if (items.length === 0) expect(text).toContain('Nothing was changed in the cluster.');
  else expect([head.trim(), items.length]).toEqual([expect.stringMatching(/^✗ 1 blocker\b/), 1]);
  for (const words of wanted.says) expect(text).toMatch(patternOf(words));
  expect(text.slice(text.indexOf('→') + 1)).toMatch(patternOf(wanted.advises));
  expect(outcome.stderr).not.toMatch(/bug in liftlock|\n\s+at .+\.ts:\d+/);
}

function patternOf(words: string | RegExp): RegExp {
  return typeof words === 'string' ? new RegExp(words.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)) : words;
}

/** Changes a text file, runs, and puts the file back. */
export async function withText<T>(file: string, edit: (text: string) => string, use: () => Promise<T>): Promise<T> {
  const before = await readFile(file, 'utf8');
  const after = edit(before);
  if (after === before) throw new Error(`the edit changes nothing in ${file}`);
  await writeFile(file, after);
  try {
    return await use();
  } finally {
    await writeFile(file, before);
  }
}

/** Changes the site file, runs, and puts it back. */
export async function withSite<T>(scene: Scene, edit: (site: SiteText) => void, use: () => Promise<T>): Promise<T> {
  return withText(
    scene.stage.siteFile,
    (text) => {
      const site = parse(text) as SiteText;
      edit(site);
      return stringify(site);
    },
    use,
  );
}

/** A site file as tests change it. */
export interface SiteText {
  [key: string]: unknown;
  cluster: Record<string, unknown>;
  credentials: { registry: Record<string, unknown> };
  mirrors: { from: string; to: string }[];
}

/** A helm that says that it is another version, and is the real one in everything else. */
export async function helmOfVersion(helm: string, file: string, version: string): Promise<string> {
  const script = ['#!/bin/sh', `if [ "$1" = version ]; then echo '${version}'; exit 0; fi`, `exec '${helm}' "$@"`, ''];
  await writeFile(file, script.join('\n'));
  await chmod(file, 0o755);
  return file;
}
