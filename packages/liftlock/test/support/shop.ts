import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Fault, Sandbox } from '@liftlock/sandbox';
import { connectCluster, type ClusterConnection } from '../../src/adapters/cluster/connect.ts';
import type { KubeObject } from '../../src/model/kube.ts';
import { runHelm, writeChart } from './charts.ts';
import { sharedSandbox } from './stage.ts';

/** A namespace of its own with a release `shop` that the real helm installs and upgrades. */
export interface Shop {
  readonly sandbox: Sandbox;
  readonly connection: ClusterConnection;
  readonly namespace: string;
  /** Installs or upgrades the release with these objects, with `--wait` where a timeout is given; helm's exit code. */
  upgrade(objects: readonly KubeObject[], timeout?: string): Promise<number>;
  /** Sets a fault until the shop closes. */
  breaks(fault: Fault): Promise<void>;
  /** Called when the shop closes, the last one first. */
  onClose(close: () => Promise<void>): void;
  close(): Promise<void>;
}

export async function openShop(): Promise<Shop> {
  const sandbox = sharedSandbox();
  const connection = await connectCluster({ kubeconfig: sandbox.kubeconfig, env: {} });
  const folder = await mkdtemp(join(tmpdir(), 'liftlock-shop-'));
  const namespace = `shop-${randomBytes(3).toString('hex')}`;
  await sandbox.api.create('/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace },
  });
  const closing: (() => Promise<unknown>)[] = [
    async () => {
      connection.close();
      await rm(folder, { recursive: true, force: true });
    },
    () => sandbox.api.delete(`/api/v1/namespaces/${namespace}`),
  ];
  let version = 0;
  return {
    sandbox,
    connection,
    namespace,
    async upgrade(objects, timeout) {
      version += 1;
      const place = await mkdtemp(join(folder, 'chart-'));
      const templates = objects.map((object) => [`${object.kind}-${object.metadata.name}`, JSON.stringify(object)]);
      const chart = writeChart(place, `${version}.0.0`, Object.fromEntries(templates) as Record<string, string>);
      const wait = timeout === undefined ? [] : ['--wait', '--timeout', timeout];
      const args = ['upgrade', '--install', 'shop', chart, '-n', namespace, ...wait];
      return (await runHelm(sandbox.bin.helm3, folder, sandbox.kubeconfig, args)).code;
    },
    async breaks(fault) {
      const active = await sandbox.faults.set(fault);
      closing.push(() => active.clear());
    },
    onClose: (close) => closing.push(close),
    async close() {
      for (const step of closing.splice(0).toReversed()) await step();
    },
  };
}

/** A Deployment or StatefulSet `web` of one pod. */
export function web(image: string, spec: Readonly<Record<string, unknown>> = {}, kind = 'Deployment'): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name: 'web' },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: 'web' } },
      ...(kind === 'StatefulSet' ? { serviceName: 'web' } : {}),
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [{ name: 'main', image }], terminationGracePeriodSeconds: 0 },
      },
      ...spec,
    },
  };
}

/** An image that no other test uses. */
export function uniqueImage(): string {
  return `team/web-${randomBytes(3).toString('hex')}`;
}
