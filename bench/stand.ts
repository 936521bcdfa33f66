import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { up, type Sandbox } from '../packages/sandbox/src/index.ts';
import { publishCharts, setStage, type Stage } from '../packages/sandbox/worlds/codemie/index.ts';
import { runCommand, type CommandOptions, type Ended } from './commands.ts';

/** The command line, from source. */
export const cli = fileURLToPath(new URL('../packages/liftlock/src/cli/main.ts', import.meta.url));

/** The versions of the upgrade that is measured. */
export const versions = { from: '2.2.4', to: '2.2.5' } as const;

/** A control plane of the bench's own, with the charts of both versions in its registry. */
export interface Stand {
  readonly sandbox: Sandbox;
  readonly folder: string;
  /** CodeMie at the old version in a namespace of its own. */
  install(): Promise<Installation>;
  close(): Promise<void>;
}

type Limits = Partial<Pick<CommandOptions, 'limitSeconds' | 'onLine'>>;

/** One installation, and the two ways to upgrade it. Each command starts with empty caches: a first run, for both. */
export interface Installation {
  readonly stage: Stage;
  readonly namespace: string;
  /** Runs liftlock on this installation's site file. */
  liftlock(args: readonly string[], limits?: Limits): Promise<Ended>;
  /** Runs a shell script in the folder of the values files, with the same helm on its PATH, logged in to the registry. */
  shell(script: string, limits?: Limits): Promise<Ended>;
  /** The guide's helm commands, in order, as the runbook prints them; one line each. */
  guideCommands(): Promise<readonly string[]>;
  remove(): Promise<void>;
}

const affirmations = ['release-notes', 'backups', 'window'].flatMap((id) => ['--affirm', `${id}=the bench`]);

/** Flags of every liftlock command that plans the measured upgrade. */
export const upgradeFlags = ['-f', 'site.yaml', '--version', versions.to, ...affirmations] as const;

/** Brings up the control plane; `report` is told what is being done. */
export async function openStand(report: (line: string) => void): Promise<Stand> {
  const folder = await mkdtemp(join(tmpdir(), 'liftlock-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const sandbox = await up({
    registry: { auth: 'token' },
    nodes: { count: 6, capacity: { cpu: '64', memory: '256Gi', pods: '1000' } },
    report,
  });
  await publishCharts({
    helm: sandbox.bin.helm3,
    registry: sandbox.registry,
    versions: [versions.from, versions.to],
    folder: join(folder, 'packed'),
  });
  let installations = 0;
  return {
    sandbox,
    folder,
    install: () => install(sandbox, folder, `codemie-${(installations += 1)}`),
    close: async () => {
      await sandbox.down();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function install(sandbox: Sandbox, parent: string, namespace: string): Promise<Installation> {
  const folder = await mkdtemp(join(parent, 'installation-'));
  const stage = await setStage({
    sandbox,
    folder: join(folder, 'operator'),
    namespace,
    version: versions.from,
    helm: 'helm3',
    cloud: 'aws',
    decoys: false,
    timeScale: 1,
  });
  const liftlock: Installation['liftlock'] = async (args, limits) => {
    const home = await makeHome(folder);
    const environment = { PATH: process.env['PATH'], HOME: home, LIFTLOCK_HELM: sandbox.bin.helm3, NO_COLOR: '1' };
    return runCommand(process.execPath, [cli, ...args], {
      cwd: stage.folder,
      environment,
      limitSeconds: 300,
      ...limits,
    });
  };
  return {
    stage,
    namespace,
    liftlock,
    shell: async (script, limits) => {
      const home = await makeHome(folder);
      const environment = await guideEnvironment(home, sandbox);
      const file = join(home, 'guide.sh');
      await writeFile(file, script);
      return runCommand('/bin/sh', [file], { cwd: stage.checkout, environment, limitSeconds: 300, ...limits });
    },
    guideCommands: async () => {
      const ended = await liftlock(['runbook', ...upgradeFlags, '--no-forecast', '-o', 'sh']);
      if (ended.code !== 0) throw new Error(`liftlock runbook ended with ${ended.code}:\n${ended.stderr}`);
      // helm is told that a registry on loopback speaks plain HTTP; a site's registry does not.
      return helmCommands(ended.stdout).map((command) => `${command} --plain-http`);
    },
    remove: async () => {
      await stage.close();
      await sandbox.api.delete(`/api/v1/namespaces/${namespace}`);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function makeHome(folder: string): Promise<string> {
  return mkdtemp(join(folder, 'home-'));
}

async function guideEnvironment(home: string, sandbox: Sandbox): Promise<NodeJS.ProcessEnv> {
  const bin = join(home, 'bin');
  await mkdir(bin);
  await symlink(sandbox.bin.helm3, join(bin, 'helm'));
  const { host, username, password } = sandbox.registry;
  const login = join(home, 'registry.json');
  const auth = Buffer.from(`${username}:${password}`).toString('base64');
  await writeFile(login, JSON.stringify({ auths: { [host]: { auth } } }), { mode: 0o600 });
  return { PATH: `${bin}:/usr/bin:/bin`, HOME: home, KUBECONFIG: sandbox.kubeconfig, HELM_REGISTRY_CONFIG: login };
}

/** The `helm upgrade` commands of a runbook script, each on one line. */
export function helmCommands(script: string): readonly string[] {
  const joined = script.replaceAll(/\\\n\s*/g, '');
  return joined.split('\n').filter((line) => line.startsWith('helm upgrade '));
}
