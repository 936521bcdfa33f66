/** Builds the programs of a sandbox from the pinned Go module, once for all checkouts of a user. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { withBuildLock } from './build-lock.ts';
import { BuildProgress } from './build-progress.ts';
import { cacheFolder, goModuleFolder } from './folders.ts';
import { linkerFlags, programSources, type Programs } from './programs.ts';
import { checkGo, runGo } from './go-command.ts';
import { SandboxError } from './sandbox-error.ts';

/** What a build left: a folder, the programs in it, and the folder of KWOK's own stages and resource definitions. */
export interface Build {
  folder: string;
  programs: Programs;
  kwokFolder: string;
}

const buildFlags = ['-trimpath', `-ldflags=${linkerFlags}`];
// Stages and definitions that KWOK ships as files, not inside its program.
const kwokFiles = ['crd/bases', 'stage/node/fast', 'stage/node/heartbeat-with-lease', 'stage/pod/fast'];

/** Folder of the programs of this checkout's pins; it may not be built yet. */
export function buildFolder(): string {
  const digest = createHash('sha256');
  digest.update(readFileSync(join(goModuleFolder(), 'go.sum')));
  digest.update(readFileSync(join(goModuleFolder(), 'go.mod')));
  digest.update([...buildFlags, process.platform, process.arch].join('\n'));
  return join(cacheFolder(), digest.digest('hex').slice(0, 16));
}

/** The build, or undefined when it is not (wholly) there. */
export function findBuild(folder: string = buildFolder()): Build | undefined {
  if (!existsSync(join(folder, 'complete'))) return undefined;
  const paths = programSources.map(({ name }) => [name, join(folder, name)] as const);
  const programs = Object.fromEntries(paths) as Programs;
  return paths.every(([, path]) => existsSync(path))
    ? { folder, programs, kwokFolder: join(folder, 'kwok-files') }
    : undefined;
}

async function compile(name: string, source: string, target: string, progress: BuildProgress): Promise<void> {
  // Named after this process: a compiler that a killed build left behind may still write to its own.
  const partial = `${target}.${process.pid}.partial`;
  const child = spawn('go', ['build', '-v', ...buildFlags, '-o', partial, source], {
    cwd: goModuleFolder(),
    env: { ...process.env, CGO_ENABLED: '0' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const complaints: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    // `go build -v` prints the path of each package that it compiles; anything else is about downloads or errors.
    if (/^[\w.~-]+(\/[\w.~+-]+)*$/.test(line)) progress.compiled();
    else if (line.startsWith('go: downloading ')) progress.downloading(line.slice('go: downloading '.length));
    else complaints.push(line);
  });
  const stop = (): void => void child.kill('SIGTERM');
  process.once('exit', stop);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  process.removeListener('exit', stop);
  if (code !== 0) {
    rmSync(partial, { force: true });
    throw new SandboxError('SANDBOX_BUILD_FAILED', `go build of ${name} failed: ${complaints.slice(-12).join('\n')}`, [
      'Building needs the Go module proxy (GOPROXY) and about 6 GB of disk. Run it again: what was compiled is kept.',
    ]);
  }
  renameSync(partial, target);
}

async function copyKwokFiles(target: string): Promise<void> {
  const module = (await runGo(['list', '-m', '-f', '{{.Dir}}', 'sigs.k8s.io/kwok'])).trim();
  for (const path of kwokFiles) cpSync(join(module, 'kustomize', path), join(target, path), { recursive: true });
}

/**
 * The programs, built when they are not there yet: about 12 minutes on two quiet cores from an empty Go build cache.
 * Progress goes to `report`, a line at a time. Throws a `SandboxError` when Go is missing, old, or fails.
 */
export async function build(
  report: (line: string) => void = (line) => process.stderr.write(`${line}\n`),
): Promise<Build> {
  const folder = buildFolder();
  const existing = findBuild(folder);
  if (existing !== undefined) return existing;
  await checkGo();
  const onWait = (pid: number): void =>
    report(`sandbox: process ${pid} is building these programs already; waiting for it`);
  return withBuildLock(`${folder}.lock`, onWait, async () => {
    const meanwhile = findBuild(folder);
    if (meanwhile !== undefined) return meanwhile;
    mkdirSync(folder, { recursive: true });
    for (const name of readdirSync(folder)) if (name.endsWith('.partial')) rmSync(join(folder, name), { force: true });
    const progress = new BuildProgress(programSources, report);
    try {
      for (const { name, package: source } of programSources) {
        const target = join(folder, name);
        progress.begin(name);
        if (!existsSync(target)) await compile(name, source, target, progress);
        progress.finish(name);
      }
    } finally {
      progress.stop();
    }
    await copyKwokFiles(join(folder, 'kwok-files'));
    writeFileSync(join(folder, 'complete'), '');
    const done = findBuild(folder);
    if (done === undefined) throw new SandboxError('SANDBOX_BUILD_FAILED', `the build left no programs in ${folder}`);
    return done;
  });
}
