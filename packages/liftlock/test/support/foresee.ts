import { randomBytes } from 'node:crypto';
import { mkdtempSync, mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Sandbox } from '@liftlock/sandbox';
import { connectCluster } from '../../src/adapters/cluster/connect.ts';
import { makeGate } from '../../src/adapters/gate/gate.ts';
import { findHelm } from '../../src/adapters/helm/helm-runner.ts';
import { makeForecast } from '../../src/forecast/forecast.ts';
import type { KubeObject } from '../../src/model/kube.ts';
import type { Forecast, Plan } from '../../src/model/plan.ts';
import { Redactor } from '../../src/model/redaction.ts';
import type { ChartInfo, Snapshot } from '../../src/model/snapshot.ts';
import type { HelmUpgradeStep } from '../../src/model/step.ts';
import { readReleases } from '../../src/release/record.ts';
import { readHealth } from '../../src/run/health.ts';
import { readNodeRoom } from '../../src/snapshot/node-room.ts';
import { runHelm, writeChart, type HelmResult } from './charts.ts';
import { sharedSandbox, type HelmName } from './stage.ts';

/** Objects of a chart by the release that they are upgraded to; the releases in the order of the hop. */
export type Hop = Readonly<Record<string, readonly object[]>>;

export interface ForeseeOptions {
  readonly kubeconfig?: string | undefined;
  readonly helm?: HelmName | undefined;
  readonly fixedNodes?: boolean | undefined;
  /** Texts of `crds/` of every chart. */
  readonly crds?: readonly object[] | undefined;
}

/** A namespace of its own, releases that the real helm makes, and the real forecast of what would come next. */
export interface Foretelling {
  readonly sandbox: Sandbox;
  readonly namespace: string;
  /** What the forecast says of the releases' next revisions. */
  foresee(hop: Hop, options?: ForeseeOptions): Promise<Forecast>;
  /** The real helm, as the forecast had it. With a timeout it waits. */
  apply(hop: Hop, timeout?: string, helm?: HelmName): Promise<readonly HelmResult[]>;
  create(path: string, object: object): Promise<void>;
  /** Messages of the events of a reason, newest last. */
  events(reason: string): Promise<readonly string[]>;
  onClose(close: () => Promise<unknown>): void;
  close(): Promise<void>;
}

export async function openForetelling(labels: Readonly<Record<string, string>> = {}): Promise<Foretelling> {
  const sandbox = sharedSandbox();
  const folder = await mkdtemp(join(tmpdir(), 'liftlock-foretelling-'));
  const namespace = `pods-${randomBytes(3).toString('hex')}`;
  await sandbox.api.create('/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace, labels },
  });
  const closing: (() => Promise<unknown>)[] = [
    async () => rm(folder, { recursive: true, force: true }),
    () => sandbox.api.delete(`/api/v1/namespaces/${namespace}`),
  ];
  let version = 0;
  const chartOf = (objects: readonly object[], crds: readonly object[] = []) => {
    version += 1;
    const list = objects as readonly KubeObject[];
    const texts = list.map((object) => [
      `${object.kind}-${object.metadata.name}`.toLowerCase(),
      JSON.stringify(object),
    ]);
    const chart = writeChart(
      mkdtempSync(join(folder, 'chart-')),
      `${version}.0.0`,
      Object.fromEntries(texts) as Record<string, string>,
    );
    if (crds.length > 0) mkdirSync(join(chart, 'crds'));
    for (const [index, crd] of crds.entries()) writeFileSync(join(chart, 'crds', `${index}.yaml`), JSON.stringify(crd));
    return chart;
  };
  return {
    sandbox,
    namespace,
    foresee: async (hop, options = {}) => {
      const charts = new Map(
        Object.entries(hop).map(([release, objects]) => [release, chartOf(objects, options.crds)]),
      );
      return foretell(sandbox, namespace, folder, charts, options);
    },
    apply: async (hop, timeout, helm = 'helm3') => {
      const results: HelmResult[] = [];
      for (const [release, objects] of Object.entries(hop)) {
        const wait = timeout === undefined ? [] : [helm === 'helm4' ? '--wait=legacy' : '--wait', '--timeout', timeout];
        const args = ['upgrade', '--install', release, chartOf(objects), '-n', namespace, ...wait];
        results.push(await runHelm(sandbox.bin[helm], folder, sandbox.kubeconfig, args));
      }
      return results;
    },
    create: async (path, object) => {
      await sandbox.api.create(path, object as never);
    },
    events: async (reason) => {
      const list = await sandbox.api.list(`/api/v1/namespaces/${namespace}/events`);
      const events = list.items as unknown as readonly { readonly reason?: string; readonly message?: string }[];
      return events.filter((event) => event.reason === reason).map((event) => event.message ?? '');
    },
    onClose: (close) => closing.push(close),
    close: async () => {
      for (const step of closing.splice(0).toReversed()) await step();
    },
  };
}

async function foretell(
  sandbox: Sandbox,
  namespace: string,
  folder: string,
  charts: ReadonlyMap<string, string>,
  options: ForeseeOptions,
): Promise<Forecast> {
  const connection = await connectCluster({ kubeconfig: options.kubeconfig ?? sandbox.kubeconfig, env: {} });
  try {
    const { reader } = connection;
    const records = await reader.list(`/api/v1/namespaces/${namespace}/secrets`, { labelSelector: 'owner=helm' });
    const releases = readReleases(records);
    const steps = [...charts.keys()].map((release) => stepOf(release, namespace));
    const chart = chartInfo(options.crds ?? []);
    const snapshot = {
      namespace,
      components: steps.map((step) => ({
        name: step.component,
        release: releases.find(({ name }) => name === step.release),
        chart,
        valuesFiles: [],
        workloads: [],
      })),
      nodes: options.kubeconfig === undefined ? await readNodeRoom(reader) : [],
      health: options.kubeconfig === undefined ? await readHealth(reader, namespace, releases) : [],
      unread: [],
    } as unknown as Snapshot;
    const { forecast } = await makeForecast({ steps } as unknown as Plan, {
      gate: makeGate(connection, { folder: join(folder, 'gate') }),
      helm: await findHelm({ flag: sandbox.bin[options.helm ?? 'helm3'], env: process.env }),
      now: new Date(),
      chartFile: async (step) => charts.get(step.release) ?? '',
      valuesFiles: async () => [],
      reader,
      writer: connection.writer,
      redactor: new Redactor(),
      snapshot,
      fixedNodes: options.fixedNodes,
    });
    return forecast;
  } finally {
    connection.close();
  }
}

/** The chart as a snapshot would have it. */
function chartInfo(crds: readonly object[]): ChartInfo {
  const texts = crds.map((crd, index) => ({ path: `crds/${index}.yaml`, text: JSON.stringify(crd) }));
  const content = { name: 'demo', values: {}, templates: [], files: [], dependencies: [], subcharts: [], crds: texts };
  const names = { reference: '', source: '', name: 'demo', version: '', appVersion: '', digest: '', file: '' };
  return { ...names, values: {}, content };
}

function stepOf(release: string, namespace: string): HelmUpgradeStep {
  return {
    kind: 'helm-upgrade',
    id: `${release}/upgrade`,
    title: release,
    component: release,
    release,
    namespace,
    chart: { reference: '', source: '', name: 'demo', version: '', digest: '' },
    install: true,
    values: [],
    keep: [],
    risk: 'reversible',
    timeoutSeconds: 60,
  };
}

/** `blocker SECRET_MISSING web`: what a forecast finds, in order and without information. */
export function troublesOf({ findings }: Forecast): readonly string[] {
  return findings
    .filter(({ severity }) => severity !== 'info')
    .map(({ severity, code, component = '', object }) =>
      `${severity} ${code} ${component} ${object?.name ?? ''}`.trim(),
    )
    .toSorted();
}

/** The message of the one finding of a code. */
export function messageOf({ findings }: Forecast, code: string): string {
  const found = findings.filter((finding) => finding.code === code);
  expect(found.map(({ message }) => message)).toHaveLength(1);
  return found[0]?.message ?? '';
}

/** A Deployment of one small pod; `pod` and `spec` are laid over it. */
export function deploymentOf(name: string, pod: object = {}, spec: object = {}): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'main', image: `team/${name}:1` }], ...pod },
      },
      ...spec,
    },
  };
}
