import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
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

const sandbox = sharedSandbox();
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const store = (image: string) =>
  workload('StatefulSet', 'db', {
    image,
    container: { volumeMounts: [{ name: 'data', mountPath: '/data' }] },
    spec: { volumeClaimTemplates: [claimTemplate('data', '1Gi')] },
  });

let scene: OneRelease;
beforeAll(async () => {
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
  // What the site says stands in the place of what the platform accepts: it knows where its Velero lives.
  const { folder, namespace } = scene.world;
  const site = JSON.parse(await readFile(join(folder, 'site.yaml'), 'utf8')) as object;
  const accept = [{ kind: 'volume-snapshots' }, { kind: 'velero', namespace }, { kind: 'job', name: 'dump' }];
  await writeFile(
    join(folder, 'site.yaml'),
    JSON.stringify({ ...site, receipts: { backups: { maxAge: '12h', accept } } }),
  );
});
afterAll(async () => {
  for (const { group, plural } of kinds)
    await sandbox.api.delete(`${definitions}/${plural}.${group}`).catch(() => undefined);
  await scene.close();
});

const flat = (text: string) => text.replaceAll(/\s+/g, ' ');
const backup = (name: string, spec: object, status: object): KubeObject => ({
  apiVersion: 'velero.io/v1',
  kind: 'Backup',
  metadata: { name },
  spec,
  status: { phase: 'Completed', ...status },
});

async function missing(): Promise<string> {
  const { exit, forecast } = await scene.plan('--no-forecast');
  expect(exit).toBe(3);
  const found = forecast.findings.filter(({ severity }) => severity === 'blocker');
  expect(found.map(({ code }) => code)).toEqual(['BACKUP_MISSING']);
  return found[0]?.message ?? '';
}

it('O18: a hop that migrates data begins only with a backup, and each that does not count is named with the reason', async () => {
  const { namespace } = scene.world;
  const unknown = await missing();
  expect(unknown).toContain('not read, this cluster does not have the kind');
  expect(unknown).toContain(`Job ${namespace}/dump, succeeded, no older than 12h: none is there`);

  for (const item of kinds) await sandbox.api.create(definitions, standIn(item));
  for (const { group, plural } of kinds)
    await expect.poll(() => sandbox.api.find(`/apis/${group}/v1/${plural}?limit=1`), { timeout: 60_000 }).toBeDefined();
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
