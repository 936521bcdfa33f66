import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { expect } from 'vitest';
import { up, type AuditEntry, type Sandbox } from '@liftlock/sandbox';
import { connectCluster, type ClusterConnection } from '../../src/adapters/cluster/connect.ts';
import { makeGate } from '../../src/adapters/gate/gate.ts';
import type { Gate, GateSession, ShadowAnswer } from '../../src/model/ports.ts';
import { runHelm, type HelmResult } from './charts.ts';

/**
 * The helms that a test runs with: the sandbox's two, and older ones by their paths in LIFTLOCK_TEST_HELMS, joined as in
 * PATH. A path is of a Helm 3.
 */
export const helmsUnderTest: readonly string[] = [
  'helm3',
  'helm4',
  ...(process.env['LIFTLOCK_TEST_HELMS'] ?? '').split(delimiter).filter((path) => path !== ''),
];

/** Arguments that keep a helm from waiting for what never comes in a shadow. */
export function quickly(helm: string): readonly string[] {
  return helm === 'helm4' ? ['--wait=hookOnly'] : [];
}

/** A control plane with gates before it. */
export interface GateStage {
  readonly sandbox: Sandbox;
  readonly connection: ClusterConnection;
  readonly folder: string;
  readonly gate: Gate;
  newNamespace(): Promise<string>;
  /** A folder for charts. */
  newFolder(): string;
  /** @param name one of the sandbox's, or a path */
  helm(name: string, kubeconfig: string, args: readonly string[]): Promise<HelmResult>;
  /** Every accepted write of any helm in a namespace, by the audit log. */
  helmWrites(namespace: string): Promise<readonly AuditEntry[]>;
  /** Everything that helm could have touched, as it is stored. */
  stored(namespace: string): Promise<readonly string[]>;
  close(): Promise<void>;
}

const writeVerbs = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

/** @param shared a control plane that others use too; absent: one of its own, which ends with the stage */
export async function openGateStage(shared?: Sandbox): Promise<GateStage> {
  const sandbox = shared ?? (await up());
  const suffix = randomBytes(3).toString('hex');
  const folder = mkdtempSync(join(tmpdir(), 'liftlock-gate-'));
  const connection = await connectCluster({ kubeconfig: sandbox.kubeconfig, env: {} });
  let namespaces = 0;
  return {
    sandbox,
    connection,
    folder,
    gate: makeGate(connection, { folder: join(folder, 'gate') }),
    newNamespace: async () => {
      namespaces += 1;
      const name = `gate-${suffix}-${namespaces}`;
      await sandbox.api.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
      return name;
    },
    newFolder: () => mkdtempSync(join(folder, 'charts-')),
    helm: async (name, kubeconfig, args) =>
      runHelm(name === 'helm3' || name === 'helm4' ? sandbox.bin[name] : name, folder, kubeconfig, args),
    helmWrites: async (namespace) => {
      const entries = await sandbox.audit();
      return entries.filter(
        (entry) =>
          entry.namespace === namespace &&
          entry.userAgent.startsWith('Helm/') &&
          writeVerbs.has(entry.verb) &&
          !entry.dryRun &&
          (entry.code ?? 0) < 300,
      );
    },
    stored: async (namespace) => stored(connection, namespace),
    close: async () => {
      connection.close();
      if (shared === undefined) await sandbox.down();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function stored(connection: ClusterConnection, namespace: string): Promise<readonly string[]> {
  const core = ['configmaps', 'secrets', 'services'].map((resource) => `/api/v1/namespaces/${namespace}/${resource}`);
  const paths = [...core, `/apis/apps/v1/namespaces/${namespace}/deployments`];
  const lists = await Promise.all(paths.map(async (path) => connection.reader.list(path)));
  return lists
    .flat()
    .filter((object) => object.metadata.name !== 'kube-root-ca.crt')
    .map(
      ({ kind, metadata }) =>
        `${kind} ${metadata.name} ${metadata.uid} ${metadata.generation ?? metadata.resourceVersion}`,
    );
}

/** The shadow's answer to one write; fails the test when there is none. */
export function answerTo(session: GateSession, method: string, end: string): ShadowAnswer {
  const found = session.answers().find((answer) => answer.method === method && answer.path.endsWith(end));
  const all = session.answers().map((answer) => `${answer.method} ${answer.path}`);
  return found ?? expect.fail(`no ${method} of ${end}: ${all.join(', ')}`);
}

export interface Asked {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | undefined;
}

/** A request to a gate as anything on this machine could send it. */
export async function ask(
  session: GateSession,
  asked: Asked,
  withToken = true,
): Promise<{ status: number; text: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>();
  const config = JSON.parse(readFileSync(session.kubeconfig, 'utf8')) as {
    clusters: [{ cluster: { server: string } }];
  };
  const { hostname, port, username, password } = new URL(config.clusters[0].cluster.server);
  const outgoing = httpRequest({
    host: hostname,
    port,
    path: asked.path,
    method: asked.method ?? 'GET',
    headers: {
      connection: 'close',
      ...(asked.body === undefined ? {} : { 'content-length': Buffer.byteLength(asked.body) }),
      ...asked.headers,
    },
    ...(withToken ? { auth: `${username}:${password}` } : {}),
  });
  outgoing.once('response', (answer) => {
    let text = '';
    answer.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    answer.once('end', () => resolve({ status: answer.statusCode ?? 0, text }));
  });
  outgoing.once('error', reject);
  outgoing.end(asked.body);
  return promise;
}
