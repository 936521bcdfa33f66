import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { styleText } from 'node:util';
import { up, type Sandbox } from '../../packages/sandbox/src/index.ts';
import { publishCharts, setStage, type Stage } from '../../packages/sandbox/worlds/codemie/index.ts';

const cli = fileURLToPath(new URL('../../packages/liftlock/src/cli/main.ts', import.meta.url));

export type HelmName = 'helm3' | 'helm4';

/** A sandbox with the platform installed, and a person's commands on it. */
export interface Theatre {
  readonly sandbox: Sandbox;
  readonly stage: Stage;
  readonly folder: string;
  /** Runs liftlock in front of the audience; returns its exit code. */
  liftlock(...args: readonly string[]): Promise<number>;
  /** The same in another folder. */
  liftlockIn(folder: string, ...args: readonly string[]): Promise<number>;
  close(): Promise<void>;
}

/** Breaks at words, so that a narrow terminal does not break in the middle of one. */
function wrapped(text: string): string {
  const width = Math.max(40, process.stderr.columns ?? 80);
  return text.replaceAll(new RegExp(`(.{1,${width - 1}})(?: |$)`, 'g'), '$1\n').trimEnd();
}

/** Writes a heading that stands out from what the commands print. */
export function say(text: string): void {
  process.stderr.write(`\n${styleText(['bold', 'cyan'], wrapped(text))}\n`);
}

export function explain(text: string): void {
  process.stderr.write(`${styleText('dim', wrapped(text))}\n`);
}

/** Times one part of the demo and says how long it took. */
export async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const result = await work();
  explain(`  ${what}: ${((performance.now() - began) / 1000).toFixed(1)} s`);
  return result;
}

export interface TheatreOptions {
  readonly helm: HelmName;
  /** Chart versions in the registry, besides the one that is installed. */
  readonly versions: readonly string[];
}

/** Brings up the control plane and installs CodeMie 2.2.4 with its neighbours. */
export async function openTheatre(options: TheatreOptions): Promise<Theatre> {
  const folder = await mkdtemp(join(tmpdir(), 'liftlock-demo-'));
  const sandbox = await timed('control plane, registry and nodes', () => up({ registry: { auth: 'token' } }));
  await timed('charts published to the registry', () =>
    publishCharts({
      helm: sandbox.bin[options.helm],
      registry: sandbox.registry,
      versions: options.versions,
      folder: join(folder, 'packed'),
    }),
  );
  const stage = await timed('CodeMie 2.2.4 installed, with three neighbours', () =>
    setStage({
      sandbox,
      folder: join(folder, 'operator'),
      namespace: 'codemie',
      version: '2.2.4',
      helm: options.helm,
      cloud: 'aws',
      decoys: true,
      timeScale: 1,
    }),
  );
  const environment = {
    ...process.env,
    XDG_STATE_HOME: join(folder, 'state'),
    XDG_CACHE_HOME: join(folder, 'cache'),
    // The repositories that helm knows on this machine are none of the tour's business.
    HELM_REPOSITORY_CONFIG: join(folder, 'repositories.yaml'),
    HELM_REPOSITORY_CACHE: join(folder, 'repositories'),
    LIFTLOCK_HELM: sandbox.bin[options.helm],
  };
  return {
    sandbox,
    stage,
    folder,
    liftlock: (...args) => runLiftlock(args, environment, stage.folder),
    liftlockIn: (place, ...args) => runLiftlock(args, environment, place),
    close: async () => {
      await stage.close();
      await sandbox.down();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Runs liftlock in front of the audience; returns its exit code. */
export function runLiftlock(args: readonly string[], environment: NodeJS.ProcessEnv, cwd: string): Promise<number> {
  process.stderr.write(
    `\n${styleText('bold', `$ liftlock ${args.map((arg) => (arg.includes(' ') ? `'${arg}'` : arg)).join(' ')}`)}\n`,
  );
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cli, ...args], { env: environment, cwd, stdio: 'inherit' });
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}
