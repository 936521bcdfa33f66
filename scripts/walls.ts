// Checks the walls between the rooms and that every source file was looked at: dependency-cruiser skips what it cannot
// parse, and says nothing.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { filesBelow } from './source-files.ts';

const checkout = join(import.meta.dirname, '..');
const sandboxDoor = 'packages/liftlock/src/main/sandbox.ts';

interface CruiseResult {
  readonly modules: readonly { readonly source: string }[];
  readonly summary: {
    readonly totalDependenciesCruised: number;
    readonly violations: readonly {
      readonly from: string;
      readonly to: string;
      readonly rule: { readonly name: string; readonly severity: string };
    }[];
    readonly ruleSetUsed?: { readonly forbidden?: readonly { readonly name?: string; readonly comment?: string }[] };
  };
}

/** What was found in the checkout at `root`: sentences for people, none when the walls stand. */
export function checkWalls(root: string): { readonly complaints: readonly string[]; readonly files: number } {
  const folders = ['packages', 'scripts'].filter((folder) => existsSync(join(root, folder)));
  const files = folders.flatMap((folder) => filesBelow(root, folder, (name) => name.endsWith('.ts')));
  const result = cruise(root, folders);
  const cruised = new Set(result.modules.map((module) => module.source));
  const complaints = files.filter((file) => !cruised.has(file)).map((file) => `${file}: was not looked at`);
  if (files.length > 1 && result.summary.totalDependenciesCruised === 0) complaints.push('no import was seen at all');
  // The loader's specifier is kept from the compiler, so that liftlock compiles without the sandbox, and with it from
  // dependency-cruiser.
  for (const file of files) {
    if (!file.startsWith('packages/liftlock/src/') || file === sandboxDoor || file.endsWith('.test.ts')) continue;
    if (readFileSync(join(root, file), 'utf8').includes(`'@liftlock/sandbox'`)) {
      complaints.push(`${file} names the sandbox: one file loads it, ${sandboxDoor}. (sandbox-has-one-door)`);
    }
  }
  const comments = new Map(result.summary.ruleSetUsed?.forbidden?.map((rule) => [rule.name, rule.comment]));
  for (const { from, to, rule } of result.summary.violations) {
    complaints.push(`${from} imports ${to}: ${comments.get(rule.name) ?? ''} (${rule.name})`);
  }
  return { complaints, files: files.length };
}

function cruise(root: string, folders: readonly string[]): CruiseResult {
  const program = join(checkout, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
  const config = join(root, '.dependency-cruiser.cjs');
  const { stdout, stderr, error } = spawnSync(
    process.execPath,
    [program, '--config', config, '--output-type', 'json', ...folders],
    { cwd: root, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 },
  );
  if (error) throw error;
  if (!stdout.startsWith('{')) throw new Error(`dependency-cruiser gave no result: ${stderr}${stdout}`);
  return JSON.parse(stdout) as CruiseResult;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { complaints, files } = checkWalls(checkout);
  for (const complaint of complaints) process.stderr.write(`${complaint}\n`);
  if (complaints.length === 0) process.stdout.write(`The walls stand: ${files} files looked at.\n`);
  process.exitCode = complaints.length === 0 ? 0 : 1;
}
