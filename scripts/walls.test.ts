import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkWalls } from './walls.ts';

const checkout = join(import.meta.dirname, '..');
let root = '';

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'liftlock-walls-'));
  cpSync(join(checkout, '.dependency-cruiser.cjs'), join(root, '.dependency-cruiser.cjs'));
  for (const name of ['liftlock', 'sandbox']) {
    cpSync(join(checkout, 'packages', name, 'package.json'), join(root, 'packages', name, 'package.json'));
  }
  mkdirSync(join(root, 'node_modules/@liftlock'), { recursive: true });
  for (const name of ['zod', 'execa', 'yaml']) {
    symlinkSync(join(checkout, 'node_modules', name), join(root, 'node_modules', name));
  }
  symlinkSync(join(root, 'packages/sandbox'), join(root, 'node_modules/@liftlock/sandbox'));
  write('packages/sandbox/src/index.ts', 'export const sandbox = 1;');
  write('packages/liftlock/src/model/thing.ts', `import { z } from 'zod';\nexport type Thing = z.ZodString;`);
  write('packages/liftlock/src/adapters/helm/helm.ts', `export type Helm = number;\nexport const helm = 1;`);
  write(
    'packages/liftlock/src/findings/rule.ts',
    `import type { Thing } from '../model/thing.ts';\nexport type Rule = Thing;`,
  );
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function brokenRules(): readonly string[] {
  return checkWalls(root).complaints.map(
    (complaint) => /\((?<rule>[\w-]+)\)$/.exec(complaint)?.groups?.['rule'] ?? complaint,
  );
}

test('a tree that keeps to the rooms has nothing to complain about', () => {
  expect(checkWalls(root)).toEqual({ complaints: [], files: 4 });
});

test.each([
  ['run', 'room-run', `import { helm } from '../adapters/helm/helm.ts';\nexport const x = helm;`],
  ['run', 'room-run', `import type { Helm } from '../adapters/helm/helm.ts';\nexport type X = Helm;`],
  ['plan', 'room-plan', `import type { Rule } from '../findings/rule.ts';\nexport type X = Rule;`],
  ['adapters/gate', 'room-adapters-gate', `import type { Helm } from '../helm/helm.ts';\nexport type X = Helm;`],
  ['plan', 'pure-rooms-do-nothing', `import { readFileSync } from 'node:fs';\nexport const x = readFileSync;`],
  ['forecast', 'doers-act-through-ports', `import { spawn } from 'node:child_process';\nexport const x = spawn;`],
  ['adapters/registry', 'library-execa', `import { execa } from 'execa';\nexport const x = execa;`],
  ['main', 'sandbox-is-optional', `import { sandbox } from '@liftlock/sandbox';\nexport const x = sandbox;`],
  ['main', 'sandbox-has-one-door', `export const x = () => import('@liftlock/sandbox');`],
  ['main', 'sandbox-has-one-door', `const name = '@liftlock/sandbox';\nexport const x = () => import(name);`],
  ['helpers', 'known-rooms', `import { helm } from '../adapters/helm/helm.ts';\nexport const x = helm;`],
])('an import planted in %s/ is caught by %s', (room, rule, text) => {
  write(`packages/liftlock/src/${room}/planted.ts`, text);
  expect(brokenRules()).toContain(rule);
});

test('the sandbox may not reach into liftlock', () => {
  write(
    'packages/sandbox/src/planted.ts',
    `import type { Thing } from '../../liftlock/src/model/thing.ts';\nexport type X = Thing;`,
  );
  expect(brokenRules()).toContain('sandbox-stands-alone');
});

test('a check that leaves files out fails instead of passing', () => {
  write(
    '.dependency-cruiser.cjs',
    `module.exports = { forbidden: [{ name: 'none', from: {}, to: { path: '^nothing$' } }], options: { exclude: 'packages/liftlock' } };`,
  );
  const { complaints } = checkWalls(root);
  expect(complaints).toContain('packages/liftlock/src/model/thing.ts: was not looked at');
});
