import { mkdir, readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withPrivateHelm } from '../../sandbox/worlds/codemie/helm.ts';
import { packCharts } from '../../sandbox/worlds/codemie/packing.ts';
import type { Outcome } from './support/liftlock.ts';
import { apply, run, untilCrashing, unwrapped, withSite, withText } from './support/refusals.ts';
import { openScene, type Scene } from './support/stage.ts';

const releases = [
  'codemie-mcp-connect-service',
  'mermaid-server',
  'codemie-nats-auth-callout',
  'codemie-ui',
  'codemie-api',
] as const;

let scene: Scene;

beforeAll(async () => {
  scene = await openScene();
});
afterAll(async () => scene.close());

describe('an upgrade with what persons decided and affirmed', () => {
  const neighbour = 'somebody-else';
  let before: readonly string[];
  let undecided: Outcome;
  let outcome: Outcome;
  let report: Report;

  beforeAll(async () => {
    await makeCrashingNeighbour();
    const live = ['--set', 'resources.requests.memory=384Mi', '--set', 'replicaCount=2'];
    await upgradeByHand(scene, 'mermaid-server', live);
    before = await Promise.all(releases.map((release) => helmValues(release)));
    await withSite(
      scene,
      (site) => {
        const about = { by: 'Grace', version: '2.2.5', at: '2026-11-20T10:00:00Z', note: 'snapshot 17' };
        site['affirmations'] = { backups: about };
      },
      async () => {
        const words = ['--affirm', 'release-notes=Ada', '--affirm', 'window=Joan', '--ticket', 'CHG-4711', '--yes'];
        undecided = await run(scene, 'apply', ...words);
        const decided = ['--allow', 'keep:mermaid:resources.requests.memory', '--allow', 'drop:mermaid:replicaCount'];
        outcome = await run(scene, 'apply', ...words, ...decided);
      },
    );
    report = JSON.parse((await scene.operator.run('report', '-o', 'json')).stdout) as Report;
  });

  interface Report {
    readonly run: string;
    readonly who: string;
    readonly ticket: string;
    readonly decisions: readonly { readonly remedy: string }[];
    readonly affirmations: Readonly<Record<string, { readonly by: string; readonly version?: string }>>;
  }

  async function makeCrashingNeighbour(): Promise<void> {
    const { faults, api } = scene.sandbox;
    await faults.set({
      kind: 'crash-loop',
      exitCode: 1,
      match: { podNamePrefix: neighbour, namespace: scene.namespace },
    });
    const pods = `/api/v1/namespaces/${scene.namespace}/pods`;
    const spec = { containers: [{ name: 'main', image: 'registry.k8s.io/pause:3.10' }] };
    await api.create(pods, { apiVersion: 'v1', kind: 'Pod', metadata: { name: neighbour }, spec });
    await untilCrashing(() => api.get(`${pods}/${neighbour}`));
  }

  /** `helm get values` of a revision, as text. */
  async function helmValues(release: string, revision?: number): Promise<string> {
    const { bin, kubeconfig } = scene.sandbox;
    const which = revision === undefined ? [] : ['--revision', String(revision)];
    return withPrivateHelm(bin.helm3, async (helm) =>
      helm.run(['get', 'values', release, '-n', scene.namespace, '--kubeconfig', kubeconfig, '-o', 'json', ...which]),
    );
  }

  const backupFolder = () =>
    join(scene.operator.home, 'state/liftlock/sites', scene.namespace, 'runs', report.run, 'backup');

  it('O14: a neighbour that crashed before is told, and fails nothing', () => {
    expect(outcome.stderr).toMatch(/1 warning/i);
    expect(outcome.stderr).toContain(neighbour);
    expect(outcome.code).toBe(0);
  });

  it('C20 O21: nothing begins before each is kept or dropped; the one stays, the other is as the file says', async () => {
    expect(unwrapped(undecided.stderr)).toContain('✗ 2 blockers');
    expect(undecided.code).toBe(3);
    const values = JSON.parse(await helmValues('mermaid-server')) as Record<string, unknown>;
    expect(values).toMatchObject({ replicaCount: 1, resources: { requests: { memory: '384Mi' } } });
    const path = `/apis/apps/v1/namespaces/${scene.namespace}/deployments/mermaid-server`;
    expect(await scene.sandbox.api.get(path)).toMatchObject({
      spec: {
        replicas: 1,
        template: { spec: { containers: [{ resources: { requests: { memory: '384Mi' } } }] } },
      },
      metadata: { labels: { 'app.kubernetes.io/version': '2.2.5' } },
    });
    expect(await scene.versions()).toMatchObject(Object.fromEntries(releases.map((name) => [name, 'deployed 2.2.5'])));
  });

  it('C08 C09 O30: who affirmed and decided what, who ran it and for which ticket stays with the run', async () => {
    expect(report.affirmations).toMatchObject({
      'release-notes': { by: 'Ada', version: '2.2.5' },
      backups: { by: 'Grace', version: '2.2.5' },
      window: { by: 'Joan', version: '2.2.5' },
    });
    expect(report.decisions.map((decision) => decision.remedy).toSorted()).toEqual([
      'drop:mermaid:replicaCount',
      'keep:mermaid:resources.requests.memory',
    ]);
    expect(report.ticket).toBe('CHG-4711');
    expect(report.who).toBe(`admin (${userInfo().username})`);
    const text = (await scene.operator.run('report')).stdout;
    expect(text).toMatch(/affirmed\s.*release-notes \(Ada/);
    expect(text).toContain('CHG-4711');
  });

  it('C09: the backup holds the values of each release, and its record brings them back', async () => {
    const secrets = `/api/v1/namespaces/${scene.namespace}/secrets`;
    for (const [index, release] of releases.entries()) {
      const revision = release === 'mermaid-server' ? 2 : 1;
      const name = `sh.helm.release.v1.${release}.v${revision}`;
      const record = JSON.parse(await readFile(join(backupFolder(), release, `${name}.json`), 'utf8')) as HelmRecord;
      expect(JSON.stringify(configOf(record))).toBe(JSON.stringify(JSON.parse(before[index] ?? '')));
      const { uid: _uid, resourceVersion: _version, ...metadata } = record.metadata;
      await scene.sandbox.api.delete(`${secrets}/${name}`);
      await scene.sandbox.api.create(secrets, { ...record, metadata });
      expect(await helmValues(release, revision)).toBe(before[index]);
    }
  });
});

describe('a backup that somebody touched', () => {
  it('C09: a run whose backup is gone or changed goes no further', async () => {
    const match = { podNamePrefix: 'mermaid-server', namespace: scene.namespace };
    const fault = await scene.sandbox.faults.set({ kind: 'image-pull', cause: 404, match });
    // What was kept once is no file's yet: it is asked again.
    const drop = ['--allow', 'drop:mermaid:resources.requests.memory'];
    const failed = await apply(scene, '--version', '2.2.6', '--only', 'mermaid', ...drop);
    expect(failed).toMatchObject({ code: 5 });
    await fault.clear();
    const { run: name } = JSON.parse((await scene.operator.run('report', '-o', 'json')).stdout) as { run: string };
    const folder = join(scene.operator.home, 'state/liftlock/sites', scene.namespace, 'runs', name, 'backup');
    const count = (await scene.writes()).length;
    const resume = () => scene.operator.run('resume');

    const record = join(folder, 'mermaid-server/sh.helm.release.v1.mermaid-server.v3.json');
    const changed = await withText(record, (text) => text.replace('mermaid', 'Mermaid'), resume);
    expect(unwrapped(changed.stderr)).toMatch(/v3\.json is not what was written\. BACKUP_DAMAGED .*liftlock apply/);
    const gone = await withText(record, () => '', resume);
    expect(gone.stderr).toContain('BACKUP_DAMAGED');
    const missing = await withText(join(folder, 'index.json'), () => 'null', resume);
    expect(missing.stderr).toContain('BACKUP_MISSING');
    expect([changed.code, gone.code, missing.code, (await scene.writes()).length]).toEqual([3, 3, 3, count]);

    expect((await resume()).code).toBe(0);
  });
});

/** What a colleague did with helm's `--set` and told nobody. */
async function upgradeByHand(
  { sandbox, namespace, stage }: Scene,
  release: string,
  values: readonly string[],
): Promise<void> {
  const folder = join(stage.folder, 'packed');
  await mkdir(folder, { recursive: true });
  await withPrivateHelm(sandbox.bin.helm3, async (helm) => {
    const [chart] = await packCharts(helm, '2.2.4', folder, [release]);
    const target = ['--namespace', namespace, '--kubeconfig', sandbox.kubeconfig];
    await helm.run(['upgrade', release, chart?.file ?? '', ...target, '--reuse-values', '--wait', ...values]);
  });
}

interface HelmRecord {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly data: { readonly release: string };
}

/** The user's values in helm's record: gzip in base64 in a Secret's base64. */
function configOf(record: HelmRecord): unknown {
  const inner = Buffer.from(record.data.release, 'base64').toString();
  const text = gunzipSync(Buffer.from(inner, 'base64')).toString();
  return (JSON.parse(text) as { readonly config: unknown }).config;
}
