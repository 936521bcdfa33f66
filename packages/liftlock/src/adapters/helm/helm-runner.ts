import { execa } from 'execa';
import type { HelmCall, HelmExit, HelmProcess, HelmRunner } from '../../model/ports.ts';
import { exitCodes, Problem } from '../../model/problem.ts';
import { parseToolVersion } from '../../model/version.ts';
import { findHelmPath, refuseOtherDrivers, type FindHelm } from './find-helm.ts';
import { makeLineTail } from './line-tail.ts';
import { makePrivateHome, type Environment } from './private-home.ts';

const answerLimit = 32 * 1024 * 1024;
const errorLimit = 1024 * 1024;
const versionTimeoutMs = 20_000;

/**
 * Finds helm and asks for its version.
 *
 * Problems, all exit 3: HELM_ABSENT, HELM_UNREADABLE (it runs, but says no version), HELM_UNSUPPORTED (neither 3 nor 4),
 * HELM_DRIVER_UNSUPPORTED.
 */
export async function findHelm(where: FindHelm): Promise<HelmRunner> {
  refuseOtherDrivers(where.env);
  const path = findHelmPath(where);
  const version = await readVersion(path, where.env);
  const major = Number(version.split('.')[0]);
  if (major !== 3 && major !== 4) {
    throw new Problem('HELM_UNSUPPORTED', `helm at ${path} is ${version}; liftlock drives Helm 3 and Helm 4.`, {
      advice: ['Name another helm: --helm PATH, or LIFTLOCK_HELM.'],
      exitCode: exitCodes.blocked,
    });
  }
  return { path, version, major, start: (call) => startHelm(path, where.env, call) };
}

async function readVersion(path: string, env: Environment): Promise<string> {
  const home = makePrivateHome(env);
  try {
    const result = await execa(path, ['version', '--template', '{{.Version}}'], {
      env: home.env,
      extendEnv: false,
      stdin: 'ignore',
      reject: false,
      timeout: versionTimeoutMs,
      maxBuffer: errorLimit,
    });
    const version = result.failed ? undefined : parseToolVersion(result.stdout);
    if (version !== undefined) return version;
    const said = (result.stdout || result.stderr || result.shortMessage || '').slice(0, 300);
    throw new Problem(
      'HELM_UNREADABLE',
      `${path} does not say which helm it is. It says: ${said.trim() || 'nothing'}`,
      {
        advice: [`Try it: ${path} version`, 'Name another helm: --helm PATH, or LIFTLOCK_HELM.'],
        exitCode: exitCodes.blocked,
      },
    );
  } finally {
    home.remove();
  }
}

/**
 * Starts helm in a process group of its own: the terminal's Ctrl-C and hang-up reach liftlock only, which then decides
 * (O8). It is ended by SIGTERM alone: a helm that is killed hard leaves its release locked.
 */
function startHelm(path: string, env: Environment, call: HelmCall): HelmProcess {
  const started = performance.now();
  const home = makePrivateHome(env);
  const onLine = call.onLine ?? (() => undefined);
  const stdout = makeLineTail(answerLimit, onLine);
  const stderr = makeLineTail(errorLimit, onLine);
  const subprocess = execa(path, [...call.args, '--kubeconfig', call.kubeconfig], {
    env: home.env,
    extendEnv: false,
    stdin: 'ignore',
    // Buffers of our own: at its limit execa's would kill helm.
    buffer: false,
    reject: false,
    detached: true,
    cleanup: false,
    forceKillAfterDelay: false,
  });
  subprocess.stdout.on('data', (chunk: Uint8Array) => stdout.add(chunk));
  subprocess.stderr.on('data', (chunk: Uint8Array) => stderr.add(chunk));
  let wasEnded = false;
  const done = subprocess.then((result): HelmExit => {
    home.remove();
    stdout.flush();
    stderr.flush();
    const hasRun = result.exitCode !== undefined || result.signal !== undefined;
    return {
      code: result.exitCode,
      stdout: stdout.text(),
      stderr: hasRun ? stderr.text() : (result.shortMessage ?? 'helm could not be started'),
      wasEnded,
      seconds: (performance.now() - started) / 1000,
    };
  });
  return {
    done,
    end() {
      if (!wasEnded) {
        wasEnded = true;
        subprocess.kill('SIGTERM');
      }
      return done;
    },
  };
}
