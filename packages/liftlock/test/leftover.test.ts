import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Outcome } from './support/liftlock.ts';
import { affirmed, openScene, sharedSandbox, type HelmName, type Scene } from './support/stage.ts';

const charts = fileURLToPath(new URL('../../sandbox/worlds/codemie/charts/', import.meta.url));
const release = 'mermaid-server';
const nodeSelector = 'clean:mermaid:deployment/mermaid-server:spec.template.spec.nodeSelector.disk';
const variable =
  'clean:mermaid:deployment/mermaid-server:spec.template.spec.containers[mermaid-server].env[LEFT_BEHIND]';

/** Upgrades as a person does who has helm and no liftlock, and who does not wait for long. */
function upgrader(scene: Scene, name: HelmName, folder: string) {
  const environment = { ...process.env, HOME: folder, HELM_REGISTRY_CONFIG: join(folder, 'registry.json') };
  const values = join(scene.stage.checkout, release, 'values.yaml');
  const wait = name === 'helm4' ? '--wait=legacy' : '--wait';
  return async (chart: string) => {
    const where = ['--namespace', scene.namespace, '--kubeconfig', scene.sandbox.kubeconfig];
    const args = ['upgrade', release, chart, '-f', values, wait, '--timeout', '3s', ...where];
    await promisify(execFile)(scene.sandbox.bin[name], args, { env: environment });
  };
}

/** The chart's sources, as some version. */
async function soundChart(folder: string, version: string): Promise<string> {
  const chart = await mkdtemp(join(folder, 'chart-'));
  await cp(join(charts, release), chart, { recursive: true, filter: (path) => !path.endsWith('versions.yaml') });
  const file = join(chart, 'Chart.yaml');
  await writeFile(file, (await readFile(file, 'utf8')).replace(/^version: .*$/m, `version: ${version}`));
  return chart;
}

/** The chart with what no node can satisfy, with a variable beside it, and with what is the API server's default anyway. */
async function brokenChart(folder: string, version: string): Promise<string> {
  const chart = await soundChart(folder, version);
  const edit = async (file: string, change: (text: string) => string) => {
    const path = join(chart, file);
    await writeFile(path, change(await readFile(path, 'utf8')));
  };
  await edit('templates/deployment.yaml', (text) =>
    text
      .replace(
        '      containers:\n',
        '      terminationGracePeriodSeconds: 30\n      nodeSelector: {disk: none}\n      containers:\n',
      )
      .replace('          env:\n', '          env:\n            - {name: LEFT_BEHIND, value: "1"}\n'),
  );
  return chart;
}

const upgrade = ['--version', '2.2.5', '--only', 'mermaid', '--allow', 'unhealthy:mermaid', ...affirmed];

interface Spec {
  readonly spec: { readonly template: { readonly spec: Record<string, unknown> } };
}

interface PlanAnswer {
  readonly steps: readonly { readonly id: string }[];
  readonly forecast: {
    readonly findings: readonly {
      readonly code: string;
      readonly severity: string;
      readonly remedies: readonly { readonly id: string }[];
    }[];
  };
}

/** What the plan says of leftovers: severity and remedy of each; and its steps. */
async function leftovers(scene: Scene) {
  const { code, stdout } = await scene.operator.run('plan', '-f', scene.stage.siteFile, ...upgrade, '-o', 'json');
  const { forecast, steps } = JSON.parse(stdout) as PlanAnswer;
  const found = forecast.findings.filter((finding) => finding.code === 'LEFTOVER_OF_FAILED_REVISION');
  return {
    code,
    left: found.flatMap(({ severity, remedies }) => remedies.map(({ id }) => `${severity} ${id}`)),
    steps: steps.map((step) => step.id),
  };
}

async function deployment(scene: Scene): Promise<Spec['spec']> {
  const path = `/apis/apps/v1/namespaces/${scene.namespace}/deployments/${release}`;
  return ((await scene.sandbox.api.get(path)) as unknown as Spec).spec;
}

/** The upgrade ends for want of a node, as a person sees it. */
async function mustHang(upgrading: Promise<void>): Promise<void> {
  const message = await upgrading.then(
    () => 'it succeeded',
    (error: unknown) => String(error),
  );
  if (!/timed out|deadline|not ready/i.test(message)) throw new Error(`helm was to wait in vain, but: ${message}`);
}

describe.each<{
  readonly installedBy: HelmName;
  readonly by: HelmName;
  readonly how: string;
  readonly triedAgain: boolean;
}>([
  // The newest revision does not name the field any more; it hangs all the same.
  { installedBy: 'helm3', by: 'helm3', how: 'Helm 3, and a fix that hung as well', triedAgain: true },
  // Helm 4 goes on with the apply method of the release that it finds: client-side here.
  { installedBy: 'helm3', by: 'helm4', how: 'Helm 4, client-side', triedAgain: false },
])('after a failed revision of $how', ({ installedBy, by, triedAgain }) => {
  let scene: Scene;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'liftlock-leftover-'));
    scene = await openScene({ helm: installedBy, releases: [release], operator: { helm: sharedSandbox().bin[by] } });
    const upgradeTo = upgrader(scene, by, folder);
    await mustHang(upgradeTo(await brokenChart(folder, '2.2.5')));
    if (triedAgain) await mustHang(upgradeTo(await soundChart(folder, '2.2.5')));
  });
  afterAll(async () => {
    await scene.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('O31: what a failed revision left is named, and the plan takes the remedy', async () => {
    const before = await deployment(scene);
    const { code, left, steps } = await leftovers(scene);
    expect(left.toSorted()).toEqual([`info ${variable}`, `info ${nodeSelector}`]);
    expect(steps.indexOf('mermaid/clean/deployment/mermaid-server')).toBe(steps.indexOf('mermaid/upgrade') - 1);
    expect(code).toBe(0);
    expect(await deployment(scene)).toEqual(before);
  });

  it('O31: after the remedy the object equals that of a release that never failed', async () => {
    const outcome = await scene.operator.run('apply', '-f', scene.stage.siteFile, ...upgrade, '--yes');
    expect(outcome.stderr).toContain('2.2.5');
    expect(outcome.code).toBe(0);
    const mended = await deployment(scene);
    const control = await openScene({
      helm: installedBy,
      releases: [release],
      operator: { helm: sharedSandbox().bin[by] },
    });
    try {
      const clean = await control.operator.run(
        'apply',
        '-f',
        control.stage.siteFile,
        '--version',
        '2.2.5',
        '--only',
        'mermaid',
        ...affirmed,
        '--yes',
      );
      expect(clean.code).toBe(0);
      expect(mended).toEqual(await deployment(control));
    } finally {
      await control.close();
    }
  });
});

describe('after a failed revision of Helm 4, server-side', () => {
  let scene: Scene;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'liftlock-leftover-'));
    scene = await openScene({ helm: 'helm4', releases: [release] });
    await mustHang(upgrader(scene, 'helm4', folder)(await brokenChart(folder, '2.2.5')));
  });
  afterAll(async () => {
    await scene.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('O31: nothing is left, and nothing is said', async () => {
    expect((await leftovers(scene)).left).toEqual([]);
    const outcome = await scene.operator.run('apply', '-f', scene.stage.siteFile, ...upgrade, '--yes');
    expect(outcome.code).toBe(0);
    expect((await deployment(scene)).template.spec).not.toHaveProperty('nodeSelector');
  });
});

describe('a run that stopped, and a person who tried by hand meanwhile', () => {
  let scene: Scene;
  let folder: string;
  let stopped: Outcome;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'liftlock-leftover-'));
    scene = await openScene({ releases: ['codemie-mcp-connect-service', release] });
    const fault = await scene.sandbox.faults.set({
      kind: 'image-pull',
      cause: 404,
      match: { podNamePrefix: release, namespace: scene.namespace },
    });
    const only = ['--only', 'mcp-connect', '--only', 'mermaid'];
    stopped = await scene.operator.run(
      'apply',
      '-f',
      scene.stage.siteFile,
      '--version',
      '2.2.5',
      ...only,
      ...affirmed,
      '--yes',
    );
    await fault.clear();
    await mustHang(upgrader(scene, 'helm3', folder)(await brokenChart(folder, '2.2.5')));
  });
  afterAll(async () => {
    await scene.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('O31: resume names the remedy, and goes on with it after a yes; what is done stays done', async () => {
    expect(stopped.stderr).toContain('IMAGE_NOT_FOUND');
    expect(stopped.code).toBe(5);
    const before = (await scene.writes()).filter((entry) => entry.name?.includes('mcp-connect')).length;
    const written = (await scene.writes()).length;
    const others = await scene.operator.run('resume');
    expect(others.stderr).toContain('--allow moved:mermaid:3');
    expect(others.code).toBe(3);
    const waiting = await scene.operator.run('resume', '--allow', 'moved:mermaid:3');
    expect(waiting.stderr).toContain('Added to the plan: Remove what a failed revision left');
    expect(waiting.stderr).toContain('--yes');
    expect(waiting.code).toBe(6);
    expect((await scene.writes()).length).toBe(written);
    const resumed = await scene.operator.run('resume', '--allow', 'moved:mermaid:3', '--yes');
    expect(resumed.stderr).toContain(
      'Added to the plan: Remove what a failed revision left on Deployment mermaid-server',
    );
    expect(resumed.stderr).toContain('2.2.5');
    expect(resumed.code).toBe(0);
    expect((await deployment(scene)).template.spec).not.toHaveProperty('nodeSelector');
    expect((await scene.writes()).filter((entry) => entry.name?.includes('mcp-connect')).length).toBe(before);
  });

  it('O31: the former object is kept with the run', async () => {
    const report = await scene.operator.run('report', '-o', 'json');
    const { run, steps } = JSON.parse(report.stdout) as {
      readonly run: string;
      readonly steps: readonly { readonly id: string }[];
    };
    expect(steps.map((step) => step.id)).toContain('mermaid/clean/deployment/mermaid-server');
    const folderOfBackup = `${scene.operator.home}/state/liftlock/sites/${scene.namespace}/runs/${run}/backup/patched`;
    const [file = ''] = await readdir(folderOfBackup);
    const former = JSON.parse(await readFile(join(folderOfBackup, file), 'utf8')) as Spec;
    expect(former.spec.template.spec['nodeSelector']).toEqual({ disk: 'none' });
  });
});
