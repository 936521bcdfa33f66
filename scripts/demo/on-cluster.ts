import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { connectCluster, type ClusterConnection } from '../../packages/liftlock/src/adapters/cluster/connect.ts';
import type { KubeObject } from '../../packages/liftlock/src/model/kube.ts';
import { exitCodes, isProblem, Problem } from '../../packages/liftlock/src/model/problem.ts';
import { up } from '../../packages/sandbox/src/index.ts';
import { publishCharts, setStage } from '../../packages/sandbox/worlds/codemie/index.ts';
import { nameCluster, writeLoneKubeconfig } from './named-cluster.ts';
import { explain, runLiftlock, say, timed, type HelmName } from './theatre.ts';

const namespace = 'codemie';
const affirm = ['release-notes', 'backups', 'window'].flatMap((id) => ['--affirm', `${id}=the demo`]);

/** The demo on a cluster of the person's own, once it is known which. */
interface NamedCluster {
  readonly context: string;
  /** Knows this one cluster only. */
  readonly kubeconfig: string;
  readonly connection: ClusterConnection;
  /** Private; gone when the process ends. */
  readonly folder: string;
  readonly helm: HelmName;
}

/**
 * The main job on a throw-away cluster that the person names. Returns the exit code: 2 when the context is none of the
 * kubeconfig's (nothing was contacted), 3 when something is in the way, 6 when a question was answered with no.
 */
export async function onCluster(context: string, helm: HelmName): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'liftlock-demo-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  let connection: ClusterConnection | undefined;
  try {
    const named = nameCluster(context, process.env);
    const kubeconfig = join(folder, 'kubeconfig');
    await writeLoneKubeconfig(kubeconfig, named);
    connection = await connectCluster({ kubeconfig, context: named.name, env: process.env });
    const cluster = { context: named.name, kubeconfig, connection, folder, helm };
    await refuseTaken(cluster);
    if (!(await mayInstall(cluster))) return exitCodes.waiting;
    return await perform(cluster);
  } catch (error) {
    if (!isProblem(error)) throw error;
    process.stderr.write([error.message, ...error.advice.map((line) => `  ${line}`), ''].join('\n'));
    return error.exitCode;
  } finally {
    connection?.close();
    remove();
  }
}

async function refuseTaken({ connection, context }: NamedCluster): Promise<void> {
  if ((await connection.reader.find(`/api/v1/namespaces/${namespace}`)) === undefined) return;
  throw new Problem(
    'NAMESPACE_TAKEN',
    `${context} has a namespace ${namespace} already: this demo touches nothing that it did not make.`,
    {
      advice: [`If it is left over from an earlier demo: ${deleteCommand(context)}`],
    },
  );
}

/** A cluster on this machine was named on purpose; one elsewhere may be somebody's work. */
async function mayInstall({ connection, context }: NamedCluster): Promise<boolean> {
  const { hostname } = new URL(connection.server);
  explain(`Cluster: context ${context} at ${connection.server}.`);
  if (/^(localhost|0\.0\.0\.0|127\..*|\[::1\]|.*\.localhost)$/.test(hostname)) return true;
  if (await askYes(`It is not on this machine. Install a stand-in CodeMie into it?`)) return true;
  process.stderr.write('Nothing was changed. A cluster elsewhere needs a yes at a terminal.\n');
  return false;
}

async function perform(cluster: NamedCluster): Promise<number> {
  const { connection, context, folder, helm } = cluster;
  const stop = endOnSignal(context);
  say(
    'A registry on this machine: helm runs here and takes the charts from it; the cluster pulls its images from public registries.',
  );
  const lender = await timed('registry (a small control plane comes with it)', () =>
    up({ registry: { auth: 'token' }, nodes: { count: 1 } }),
  );
  try {
    await publishCharts({
      helm: lender.bin[helm],
      registry: lender.registry,
      versions: ['2.2.5'],
      folder: join(folder, 'packed'),
    });
    say(`CodeMie 2.2.4, a stand-in with the real one's names and order, into the namespace ${namespace}.`);
    const { reader, writer } = connection;
    const api = {
      get: (path: string) => reader.get(path),
      create: (path: string, object: object) => writer.create(path, object as KubeObject),
    };
    const stage = await timed('installed, with its images pulled', () =>
      setStage({
        sandbox: {
          kubeconfig: cluster.kubeconfig,
          bin: lender.bin,
          registry: lender.registry,
          identity: lender.identity,
          api,
        },
        folder: join(folder, 'operator'),
        namespace,
        version: '2.2.4',
        helm,
        cloud: 'aws',
        timeScale: 1,
        readyDeadlineMs: 600_000,
      }),
    );
    try {
      await stage.writeSite({ cluster: { kubeconfig: cluster.kubeconfig, context } });
      say('The upgrade: 2.2.4 to 2.2.5, five releases in order.');
      const environment = {
        ...process.env,
        XDG_STATE_HOME: join(folder, 'state'),
        XDG_CACHE_HOME: join(folder, 'cache'),
        LIFTLOCK_HELM: lender.bin[helm],
      };
      stop.leaveToChild(true);
      const code = await timed('the upgrade', () =>
        runLiftlock(['apply', '-f', 'site.yaml', '--version', '2.2.5', '--yes', ...affirm], environment, stage.folder),
      );
      stop.leaveToChild(false);
      saySeen();
      return code;
    } finally {
      await stage.close();
    }
  } finally {
    await offerToDelete(cluster);
    stop.release();
    await lender.down();
  }
}

function saySeen(): void {
  say('What could not be shown on a cluster of your own:');
  explain(
    '  Faults: an image that is refused, a crash loop, a node that is full. They are injected into simulated nodes only.',
  );
  explain('  A new registry key: the images here are public, so no key of this demo decides whether they are pulled.');
  explain('  Both are in the tour, on a control plane of its own: npm run demo -- --tour');
}

/** Deletes what the demo made, if the person says so; else says how. */
async function offerToDelete({ connection, context }: NamedCluster): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}`;
  const isThere = await connection.reader.find(path).catch(() => undefined);
  if (isThere === undefined) return;
  if (await askYes(`Delete the namespace ${namespace} of ${context}, which this demo made?`)) {
    await connection.writer.delete(path);
    explain(`The namespace ${namespace} is being deleted; nothing else was made.`);
  } else {
    explain(`The namespace ${namespace} stays. To delete it: ${deleteCommand(context)}`);
  }
}

function deleteCommand(context: string): string {
  return `kubectl --context ${context} delete namespace ${namespace}`;
}

/** No is what Enter means, and what silence means where nobody can be asked. */
async function askYes(question: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return false;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const ended = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
    return /^y(es)?$/i.test((await Promise.race([lines.question(`${question} [y/N] `), ended])).trim());
  } finally {
    lines.close();
  }
}

/** Ctrl-C ends the demo and says what it leaves; while liftlock runs it is liftlock's, which stops after its step. */
function endOnSignal(context: string): { leaveToChild(isLeft: boolean): void; release(): void } {
  let isChilds = false;
  const onSignal = () => {
    if (isChilds) return;
    process.stderr.write(`\nStopped. If the namespace ${namespace} is there: ${deleteCommand(context)}\n`);
    process.exit(exitCodes.interrupted);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal);
  return {
    leaveToChild: (isLeft) => {
      isChilds = isLeft;
    },
    release: () => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, onSignal);
    },
  };
}
