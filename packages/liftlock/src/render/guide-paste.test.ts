import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Component } from '../model/platform.ts';
import type { HelmUpgradeStep } from '../model/step.ts';
import { helmUpgradeStep, type UpgradeFacts } from '../plan/steps/helm-upgrade.ts';
import { parseHelmCommand } from '../release/helm-command.ts';
import { shellCommands } from '../release/shell-words.ts';
import { settleValues } from '../values/settle-values.ts';
import { valueWork } from '../values/value-work.ts';
import { exportLines, manualUpgrade, ownFileLines } from './manual-command.ts';
import { shellLines } from './shell.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'liftlock-paste-'));
  await mkdir(join(folder, 'bin'));
  const fake = `#!/bin/sh\n{ for a in "$@"; do printf '%s\\037' "$a"; done; printf '\\036'; } >> "$RECORD"\n`;
  await writeFile(join(folder, 'bin', 'helm'), fake, { mode: 0o755 });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What a helm is told when someone pastes text into bash. */
async function pasted(text: string): Promise<readonly (readonly string[])[]> {
  const record = join(folder, 'record');
  await writeFile(record, '');
  await new Promise<void>((resolve) => {
    const environment = { PATH: join(folder, 'bin'), RECORD: record };
    const bash = execFile('/bin/bash', ['-s'], { cwd: folder, env: environment }, () => resolve());
    bash.stdin?.end(`${text}\n`);
  });
  const commands = (await readFile(record, 'utf8')).split('\u001E').slice(0, -1);
  return commands.map((line) => line.split('\u001F').slice(0, -1));
}

const component = Component.parse({
  name: 'control-plane',
  title: 'Control plane',
  release: 'runai-backend',
  chart: {
    repo: 'https://charts.example.com',
    name: 'control-plane',
    as: 'runai-backend',
    archive: 'control-plane-{version}.tgz',
  },
  values: { carry: 'exported', file: 'runai_control_plane_values.yaml' },
  guideCommands: [
    {
      when: "options.delivery == 'connected' && inRange(from, '<2.12.0')",
      command: 'helm upgrade -i {release} -n {namespace} {chart} --version {version} {set}',
    },
    {
      when: "options.delivery == 'airgapped' && inRange(from, '<2.12.0')",
      command: 'helm upgrade -i {release} {archive} -n {namespace} {set}',
    },
    {
      when: "options.delivery == 'connected'",
      command:
        'helm upgrade {release} -n {namespace} {chart} --version {version} -f {values} --reset-then-reuse-values',
    },
    {
      when: "options.delivery == 'airgapped'",
      command: 'helm upgrade {release} {archive} -n {namespace} -f {values} --reset-then-reuse-values',
    },
  ],
  timeout: '300s',
});

const migration = {
  set: {
    'global.domain': 'ai.example.com',
    'postgresql.primary.persistence.existingClaim': 'pvc-postgresql',
    'thanos.receive.persistence.existingClaim': 'pvc-thanos-receive',
  },
  carry: [{ from: 'old', to: 'new' }],
  keeps: [],
};

function stepFrom(
  from: string,
  delivery: string,
  live: UpgradeFacts['live'] = {},
  isCrossed = from.startsWith('2.9'),
): HelmUpgradeStep {
  const work = isCrossed ? valueWork([migration], []) : undefined;
  const settled =
    work === undefined
      ? undefined
      : settleValues({ component: 'control-plane', work, given: live, live, defaults: {}, decisions: [] });
  return helmUpgradeStep({
    component,
    namespace: 'runai-backend',
    chart: { reference: 'r', source: 'r', name: 'control-plane', version: '2.19.3', digest: 'sha256:00' },
    isInstall: false,
    values: [{ path: 'runai_control_plane_values.yaml', digest: 'sha256:00', isCarried: true }],
    keep: [],
    settled,
    wanted: settled === undefined ? live : { ...settled.carryOver.set, ...('old' in live ? { new: live['old'] } : {}) },
    live,
    scope: { facts: {}, options: { delivery }, inputs: {}, installed: {}, from, to: '2.19.3' },
    timeoutSeconds: 300,
    guideTimeoutSeconds: 300,
    from: { revision: 1, version: from },
    major: 3,
    force: false,
    notes: [],
  });
}

const sets = [
  'global.domain=ai.example.com',
  'postgresql.primary.persistence.existingClaim=pvc-postgresql',
  'thanos.receive.persistence.existingClaim=pvc-thanos-receive',
].flatMap((assignment) => ['--set', assignment]);

describe('R27: the guide has four commands for two origins and two deliveries', () => {
  const upgrade = (...words: readonly string[]) => ['helm', 'upgrade', ...words];
  const reused = ['-f', 'runai_control_plane_values.yaml', '--reset-then-reuse-values'];
  test.each([
    [
      '2.9.20',
      'connected',
      upgrade(
        '-i',
        'runai-backend',
        '-n',
        'runai-backend',
        'runai-backend/control-plane',
        '--version',
        '2.19.3',
        ...sets,
      ),
    ],
    ['2.9.20', 'airgapped', upgrade('-i', 'runai-backend', 'control-plane-2.19.3.tgz', '-n', 'runai-backend', ...sets)],
    [
      '2.13.1',
      'connected',
      upgrade('runai-backend', '-n', 'runai-backend', 'runai-backend/control-plane', '--version', '2.19.3', ...reused),
    ],
    ['2.13.1', 'airgapped', upgrade('runai-backend', 'control-plane-2.19.3.tgz', '-n', 'runai-backend', ...reused)],
  ])('R22, R25: %s, %s', (from, delivery, argv) => {
    const step = stepFrom(from, delivery);
    expect(step.guideCommand).toEqual(argv);
    expect(manualUpgrade(step).command).toEqual(argv);
  });
});

describe('R23: commands that are pasted', () => {
  // As the guide has them: a blank stands behind the last backslash but one.
  const asPrinted = [
    'helm upgrade -i runai-backend -n runai-backend runai-backend/control-plane --version "~2.19.0" \\',
    '--set global.domain=ai.example.com \\',
    '--set postgresql.primary.persistence.existingClaim=pvc-postgresql \\ ',
    '--set thanos.receive.persistence.existingClaim=pvc-thanos-receive ',
  ].join('\n');

  test("the guide's own lines lose a claim", async () => {
    const [argv, ...others] = await pasted(asPrinted);
    expect(others).toEqual([]);
    expect(argv?.filter((word) => word.includes('='))).toEqual([
      'global.domain=ai.example.com',
      'postgresql.primary.persistence.existingClaim=pvc-postgresql',
    ]);
  });

  test('read by liftlock they do not, and it says so', () => {
    const { values, blanksAfterBackslash } = parseHelmCommand(asPrinted, 'guide.txt');
    expect(values).toMatchObject({ thanos: { receive: { persistence: { existingClaim: 'pvc-thanos-receive' } } } });
    expect(blanksAfterBackslash).toEqual([3]);
  });

  test('those of our runbook do not', async () => {
    const { command } = manualUpgrade(stepFrom('2.9.20', 'connected'));
    const lines = shellLines(command);
    expect(lines.some((line) => /\s$/.test(line))).toBe(false);
    const [argv, ...others] = await pasted(lines.join('\n'));
    expect(others).toEqual([]);
    expect(['helm', ...(argv ?? [])]).toEqual(command);
    expect(argv?.filter((word) => word === '--set')).toHaveLength(3);
  });
});

test('R26: a command is split into words as bash splits it', async () => {
  const plain = fc.stringMatching(/^[a-z0-9=.,:@%+_/-]{1,6}$/);
  const marks = fc.constantFrom('a', ' ', '$', '`', '"', '#', ';', '&', '|', '\\', '\n');
  const single = fc.array(marks, { maxLength: 5 }).map((parts) => `'${parts.join('')}'`);
  // A blank behind a backslash at the end of a line is the one thing that is read otherwise, on purpose.
  const escaped = fc.constantFrom(' b', '$', '"', "'", ';', '#', 'x', '\\').map((text) => `\\${text}`);
  const quotable = fc.constantFrom('a', ' ', "'", '#', ';', '\\"', '\\$', '\\x', '\\\\', '\\\n', '\n');
  const double = fc.array(quotable, { maxLength: 5 }).map((parts) => `"${parts.join('')}"`);
  const part = fc.oneof(plain, single, double, escaped, fc.constant('\\\n'));
  const word = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(''));
  const gap = fc.constantFrom(' ', '  ', ' \\\n  ', '\t');
  const line = fc.array(
    fc.tuple(gap, word).map((parts) => parts.join('')),
    { maxLength: 6 },
  );
  const commands = fc.sample(line, 150).map((rest) => `helm a${rest.join('')}`);
  const texts = [...commands, 'helm b # not c', 'helm d; helm e && helm f', `helm 'g\n' "h"\\\ni`];
  const ours = shellCommands(texts.join('\n')).commands.map((words) => words.slice(1).map(({ text }) => text));
  expect(ours).toEqual(await pasted(texts.join('\n')));
});

describe('O11: flags that reuse values', () => {
  test('are left out as soon as a key has another name: the values are one file, and helm forgets the others', () => {
    const step = stepFrom('2.13.1', 'connected', { old: 1 }, true);
    expect(step.forgets).toEqual(['old']);
    expect(step.command).toContain('--reset-values');
    expect(step.command?.join(' ')).toContain('-f carried-values.yaml');
    const { command, notes, files } = manualUpgrade(step);
    expect(command.join(' ')).toBe(
      'helm upgrade runai-backend -n runai-backend runai-backend/control-plane --version 2.19.3 -f ./new-values-control-plane.yaml --reset-values',
    );
    expect(files).toEqual(['./new-values-control-plane.yaml']);
    expect(exportLines(step)).toEqual([]);
    expect(notes.join('\n')).toMatch(/bring back .*\(old\)/);
    expect(notes.join('\n')).toContain('it holds all values as the new chart takes them');
    expect(ownFileLines(step)?.lines).toEqual([
      'liftlock values export control-plane --to 2.19.3 --out-file ./new-values-control-plane.yaml',
    ]);
  });

  test('stay in the guide’s command where nothing is removed or renamed; ours never has them', () => {
    const step = stepFrom('2.13.1', 'connected', { kept: 1 });
    expect(step.forgets).toBeUndefined();
    expect(step.carryOver).toBeUndefined();
    expect(manualUpgrade(step).command).toContain('--reset-then-reuse-values');
    expect(step.command?.some((word) => /re(use|set)/.test(word))).toBe(false);
  });

  test('customizations of an old installation come as a file beside the flags that the guide sets', () => {
    const { command } = manualUpgrade(stepFrom('2.9.20', 'airgapped', { old: 1 }));
    expect(command.join(' ')).toContain('-f ./new-values-control-plane.yaml --reset-values --set global.domain=');
  });
});
