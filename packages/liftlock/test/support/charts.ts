import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a helm that was run said. */
export interface HelmResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a helm with folders of its own below `folder`. */
export async function runHelm(
  helm: string,
  folder: string,
  kubeconfig: string,
  args: readonly string[],
): Promise<HelmResult> {
  const home = mkdtempSync(join(folder, 'helm-'));
  const { promise, resolve } = Promise.withResolvers<HelmResult>();
  const env = { HOME: home, HELM_CACHE_HOME: home, HELM_CONFIG_HOME: home, HELM_DATA_HOME: home, KUBECACHEDIR: home };
  execFile(helm, [...args, '--kubeconfig', kubeconfig], { env }, (error, stdout, stderr) => {
    resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr });
  });
  return promise;
}

/** Writes a chart: templates by file name. Returns its folder. */
export function writeChart(folder: string, version: string, templates: Readonly<Record<string, string>>): string {
  const chart = join(folder, `chart-${version}`);
  mkdirSync(join(chart, 'templates'), { recursive: true });
  writeFileSync(join(chart, 'Chart.yaml'), `apiVersion: v2\nname: demo\nversion: ${version}\n`);
  for (const [name, text] of Object.entries(templates)) writeFileSync(join(chart, 'templates', `${name}.yaml`), text);
  return chart;
}

/** A ConfigMap as a template. */
export function configMap(name: string, data: Readonly<Record<string, string>>, isImmutable = false): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name },
    ...(isImmutable ? { immutable: true } : {}),
    data,
  });
}

/** A Deployment of one pod as a template. */
export function deployment(name: string, image: string, label = name): string {
  return JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: label } },
      template: { metadata: { labels: { app: label } }, spec: { containers: [{ name: 'main', image }] } },
    },
  });
}

/** A Service as a template. */
export function service(name: string, spec: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { selector: { app: name }, ports: [{ port: 80 }], ...spec },
  });
}

/** Two versions of a chart: the second changes two objects, adds one and drops one. */
export function twoVersions(folder: string): { readonly first: string; readonly second: string } {
  const first = writeChart(folder, '1.0.0', {
    kept: configMap('kept', { a: '1' }),
    dropped: configMap('dropped', { a: '1' }),
    web: deployment('web', 'example.com/web:1'),
    svc: service('web'),
  });
  const second = writeChart(folder, '2.0.0', {
    kept: configMap('kept', { a: '2' }),
    added: configMap('added', { a: '1' }),
    web: deployment('web', 'example.com/web:2'),
    svc: service('web'),
  });
  return { first, second };
}
