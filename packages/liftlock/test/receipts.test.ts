import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { assert, beforeAll, describe, expect, it, vi } from 'vitest';
import type { KubeObject } from '@liftlock/sandbox';
import { claimTemplate, workload } from './corpus/objects.ts';
import { openOneRelease, type OneRelease } from './support/one-release.ts';
import { sharedSandbox } from './support/stage.ts';

const kinds = [
  { group: 'velero.io', plural: 'backups', kind: 'Backup' },
  { group: 'snapshot.storage.k8s.io', plural: 'volumesnapshots', kind: 'VolumeSnapshot' },
] as const;

/** Stands in for Velero's and the snapshot controller's own: status is a field like any other, so that a test can set it. */
function standIn({ group, plural, kind }: (typeof kinds)[number]): KubeObject {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${plural}.${group}`,
      annotations: { 'api-approved.kubernetes.io': 'unapproved, a stand-in for tests' },
    },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase() },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  };
}

interface Workload extends KubeObject {
  readonly status?: { readonly readyReplicas?: number };
}

const sandbox = sharedSandbox();
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const store = (image: string) =>
  workload('StatefulSet', 'db', {
    image,
    container: { volumeMounts: [{ name: 'data', mountPath: '/data' }] },
    spec: { volumeClaimTemplates: [claimTemplate('data', '1Gi')] },
  });

/** No other test asks for these kinds. A run that was killed may have left them, in a control plane that goes on. */
async function withdraw(): Promise<void> {
  for (const { group, plural } of kinds) {
    const path = `${definitions}/${plural}.${group}`;
    await sandbox.api.delete(path).catch(() => undefined);
    await vi.waitFor(async () => assert.equal(await sandbox.api.find(path), undefined), { timeout: 60_000 });
  }
}

let scene: OneRelease;
beforeAll(async () => {
  await withdraw();
  scene = await openOneRelease(sandbox, {
    name: 'receipts',
    helm: 'helm3',
    component: { migrates: { containers: ['main'], note: 'It rewrites the tables.' } },
    definition: {
      checklist: [
        {
          id: 'backups',
          title: 'The database is backed up',
          affirm: 'person',
          receipts: { accept: [{ kind: 'velero' }] },
        },
      ],
    },
    before: [store('team/db:1')],
    after: [store('team/db:2')],
  });
  const { folder, namespace } = scene.world;
  const path = `/apis/apps/v1/namespaces/${namespace}/statefulsets/db`;
  // What is not well before an upgrade would block it as well.
  const ready = async () => (await sandbox.api.get<Workload>(path)).status?.readyReplicas;
  await vi.waitFor(async () => assert.equal(await ready(), 1), { timeout: 60_000 });
  // What the site says stands in the place of what the platform accepts: it knows where its Velero lives.
  const site = JSON.parse(await readFile(join(folder, 'site.yaml'), 'utf8')) as object;
  const accept = [{ kind: 'volume-snapshots' }, { kind: 'velero', namespace }, { kind: 'job', name: 'dump' }];
  await writeFile(
    join(folder, 'site.yaml'),
    JSON.stringify({ ...site, receipts: { backups: { maxAge: '12h', accept } } }),
  );
  return async () => {
    await withdraw();
    await scene.close();
  };
});
const flat = (text: string) => text.replaceAll(/\s+/g, ' ');
const backup = (name: string, spec: object, status: object): KubeObject => ({
  apiVersion: 'velero.io/v1',
  kind: 'Backup',
  metadata: { name },
  spec,
  status: { phase: 'Completed', csiVolumeSnapshotsCompleted: 1, ...status },
});

/** What the plan takes for the backup of before. */
async function accepted(): Promise<string> {
  const { forecast, affirmations } = await scene.plan('--no-forecast');
  expect(forecast.findings.filter(({ severity }) => severity === 'blocker')).toEqual([]);
  return affirmations?.['backups']?.by ?? '';
}

async function missing(): Promise<string> {
  const { exit, forecast } = await scene.plan('--no-forecast');
  expect(exit).toBe(3);
  const found = forecast.findings.filter(({ severity }) => severity === 'blocker');
  expect(found.map(({ code }) => code)).toEqual(['BACKUP_MISSING']);
  return found[0]?.message ?? '';
}

// Each test goes on with what the one before has left in the cluster.
describe('a backup of before', () => {
  it('O18: a hop that migrates data begins only with a backup, and each that does not count is named with the reason', async () => {
    const { namespace } = scene.world;
    const unknown = await missing();
    expect(unknown).toContain('not read, this cluster does not have the kind');
    expect(unknown).toContain(`Job ${namespace}/dump, succeeded, no older than 12h: none is there`);

    for (const item of kinds) await sandbox.api.create(definitions, standIn(item));
    for (const { group, plural } of kinds)
      await expect
        .poll(() => sandbox.api.find(`/apis/${group}/v1/${plural}?limit=1`), { timeout: 60_000 })
        .toBeDefined();
    const backups = `/apis/velero.io/v1/namespaces/${namespace}/backups`;
    await sandbox.api.create(backups, backup('other', { includedNamespaces: ['elsewhere'] }, {}));
    await sandbox.api.create(backups, backup('part', {}, { phase: 'PartiallyFailed', errors: 3 }));
    await sandbox.api.create(backups, backup('old', {}, { startTimestamp: '2024-02-29T00:00:00Z' }));
    const named = await missing();
    expect(named).toContain(`${namespace}/other does not hold namespace ${namespace}`);
    expect(named).toContain(`${namespace}/part is PartiallyFailed`);
    expect(named).toContain(`${namespace}/old is too old: made 2024-02-29T00:00:00Z`);
    expect(named).toContain('claim data-db-0: none is there');

    const refused = await scene.apply('--prove-images', 'off');
    expect([refused.code, flat(refused.stderr)]).toEqual([3, expect.stringContaining('--affirm backups=NAME')]);
    expect(await scene.writes()).toEqual([]);
  });

  it('O18: a complete Backup of Velero counts, and so does a Job that has ended', async () => {
    const { namespace } = scene.world;
    const backups = `/apis/velero.io/v1/namespaces/${namespace}/backups`;
    const whole = backup('nightly', { includedNamespaces: [namespace] }, {});
    await sandbox.api.create(backups, whole);
    expect(await accepted()).toBe(`Velero Backup ${namespace}/nightly`);
    await sandbox.api.delete(`${backups}/nightly`);

    const jobs = `/apis/batch/v1/namespaces/${namespace}/jobs`;
    const containers = [{ name: 'main', image: 'team/dump' }];
    // Two pods: the first that succeeds is not yet the backup.
    const spec = { suspend: true, completions: 2, template: { spec: { restartPolicy: 'Never', containers } } };
    await sandbox.api.create(jobs, { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'dump' }, spec });
    expect(await missing()).toContain(`${namespace}/dump has not ended`);
    await sandbox.api.patch(`${jobs}/dump`, { spec: { suspend: false } });
    const ended = async () => JSON.stringify((await sandbox.api.find(`${jobs}/dump`))?.status ?? {});
    await expect.poll(ended, { timeout: 60_000 }).toContain('"type":"Complete"');
    expect(await accepted()).toBe(`Job ${namespace}/dump`);
    await sandbox.api.delete(`${jobs}/dump`, { propagationPolicy: 'Background' });
    await expect.poll(() => sandbox.api.find(`${jobs}/dump`), { timeout: 60_000 }).toBeUndefined();
  });

  it('C09: a VolumeSnapshot of every claim counts, is told before the yes, and is kept with the run and its report', async () => {
    const { namespace } = scene.world;
    const snapshots = `/apis/snapshot.storage.k8s.io/v1/namespaces/${namespace}/volumesnapshots`;
    const taken = (name: string, status: object): KubeObject => ({
      apiVersion: 'snapshot.storage.k8s.io/v1',
      kind: 'VolumeSnapshot',
      metadata: { name },
      spec: { source: { persistentVolumeClaimName: 'data-db-0' } },
      status,
    });
    await sandbox.api.create(snapshots, taken('half', { readyToUse: false }));
    expect(await missing()).toContain(`${namespace}/half is not ready to use`);
    await sandbox.api.create(snapshots, taken('whole', { readyToUse: true }));

    const outcome = await scene.apply('--prove-images', 'off');
    expect(outcome.code, outcome.stderr).toBe(0);
    const said = flat(outcome.stderr);
    expect(said).toMatch(/point of no return: step \d+, Upgrade Shop/);
    expect(said).toContain(`backup of before: VolumeSnapshot ${namespace}/whole, of 20`);
    const report = await scene.operator.run('report');
    expect(flat(report.stdout)).toContain(`backups (VolumeSnapshot ${namespace}/whole, 20`);
  });
});
