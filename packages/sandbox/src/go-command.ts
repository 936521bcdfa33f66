/** The `go` command of the user, and whether it will do. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { goModuleFolder } from './folders.ts';
import { SandboxError } from './sandbox-error.ts';

const run = promisify(execFile);
const needed = { major: 1, minor: 26 };
const remedy = [
  'Install Go 1.26 or newer from https://go.dev/dl/ and put its bin folder on PATH.',
  'Go is needed once, to build the programs of the sandbox; liftlock itself does not need it.',
];

/** Runs `go` in the module of the sandbox and returns what it prints. */
export async function runGo(args: readonly string[]): Promise<string> {
  const { stdout } = await run('go', args, { cwd: goModuleFolder() });
  return stdout;
}

/** Throws a `SandboxError` when there is no Go, or one older than 1.26. */
export async function checkGo(): Promise<void> {
  let version: string;
  try {
    version = (await runGo(['env', 'GOVERSION'])).trim();
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const message = missing
      ? 'the sandbox is not built yet, and there is no `go` on PATH to build it'
      : `go does not run: ${String(error)}`;
    throw new SandboxError('SANDBOX_GO_MISSING', message, remedy);
  }
  const found = /^go(?<major>\d+)\.(?<minor>\d+)/.exec(version)?.groups;
  const major = Number(found?.['major']);
  const minor = Number(found?.['minor']);
  // A development version says "devel": it is newer than any release.
  if (found === undefined || major > needed.major || (major === needed.major && minor >= needed.minor)) return;
  throw new SandboxError('SANDBOX_GO_OLD', `the sandbox needs Go 1.26 or newer; PATH has ${version}`, remedy);
}
