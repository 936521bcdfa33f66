import { expect, test } from 'vitest';
import { rollbackArguments, shadowRollbackArguments, shadowUpgradeArguments, upgradeArguments } from './helm-args.ts';

const upgrade = {
  release: 'codemie-ui',
  chartFile: '/cache/ui.tgz',
  namespace: 'codemie',
  valuesFiles: ['/a.yaml', '/b.yaml'],
  timeoutSeconds: 180,
  install: false,
};

test('O16: an upgrade has the guide’s flags and helm 4 waits as helm 3 does', () => {
  const common = ['codemie-ui', '/cache/ui.tgz', '--namespace', 'codemie', '-f', '/a.yaml', '-f', '/b.yaml'];
  expect(upgradeArguments(upgrade, 3)).toEqual(['upgrade', ...common, '--wait', '--timeout', '180s']);
  expect(upgradeArguments(upgrade, 4)).toEqual(['upgrade', ...common, '--wait=legacy', '--timeout', '180s']);
});

test('O20: --install only where the plan says so', () => {
  expect(upgradeArguments(upgrade, 3)).not.toContain('--install');
  expect(upgradeArguments({ ...upgrade, install: true }, 3).slice(0, 3)).toEqual([
    'upgrade',
    '--install',
    'codemie-ui',
  ]);
});

test('Helm 4 is told to apply on the client where the vendor asks for it; Helm 3 knows no such flag', () => {
  const clientSide = { ...upgrade, clientSide: true };
  expect(upgradeArguments(clientSide, 4)).toContain('--server-side=false');
  expect(shadowUpgradeArguments(clientSide, 4)).toContain('--server-side=false');
  expect(upgradeArguments(clientSide, 3)).toEqual(upgradeArguments(upgrade, 3));
  expect(upgradeArguments(upgrade, 4).join(' ')).not.toContain('server-side');
});

test('O3, O11: nothing that rolls back by itself, forces, or brings old values back', () => {
  const args = ([3, 4] as const).flatMap((major) => [
    ...upgradeArguments({ ...upgrade, install: true }, major),
    ...shadowUpgradeArguments(upgrade, major),
  ]);
  for (const arg of args) expect(arg).not.toMatch(/atomic|rollback|force|reuse|reset|--set|cleanup/);
});

test('a rollback names its revision', () => {
  const rollback = { release: 'codemie-ui', revision: 4, namespace: 'codemie', timeoutSeconds: 180 };
  expect(rollbackArguments(rollback, 4)).toEqual([
    'rollback',
    'codemie-ui',
    '4',
    '--namespace',
    'codemie',
    '--wait=legacy',
    '--timeout',
    '180s',
  ]);
});

test('the shadow waits for nothing and runs no hooks: its objects never appear', () => {
  const rollback = { release: 'codemie-ui', revision: 4, namespace: 'codemie', timeoutSeconds: 180 };
  for (const major of [3, 4] as const) {
    for (const args of [shadowUpgradeArguments(upgrade, major), shadowRollbackArguments(rollback, major)]) {
      expect(args).toContain('--no-hooks');
      expect(args.filter((arg) => arg.startsWith('--wait'))).toEqual(major === 4 ? ['--wait=hookOnly'] : []);
    }
  }
});
