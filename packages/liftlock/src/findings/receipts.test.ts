import { describe, expect, it, test } from 'vitest';
import { Platform } from '../model/platform.ts';
import { Receipts, type ReceiptComponent, type ReceiptReading, type ReceiptSource } from '../model/receipt.ts';
import type { JsonObject } from '../model/json.ts';
import type { KubeObject } from '../model/kube.ts';
import type { Step } from '../model/step.ts';
import { judge } from './judge.ts';
import { evidence, site, snapshot } from './preflight-fixtures.ts';
import { acceptedReceipts, judgeReceipts } from './receipts.ts';

const now = '2026-11-21T10:00:00Z';
const sourceOf = (source: object): ReceiptSource => Receipts.parse({ accept: [source] }).accept[0] ?? never();
const never = (): never => {
  throw new Error('no source');
};

const part = (name: string, namespace: string, migrates: boolean) => ({ name, namespace, migrates });
const shop = [part('api', 'prod', true), part('web', 'prod', false), part('db', 'data', false)];

interface Fields {
  readonly serverTime?: string;
  readonly selected?: readonly string[];
  readonly steps?: readonly Step[];
  readonly components?: readonly ReceiptComponent[];
}

function judged(reading: ReceiptReading, { components = shop, ...fields }: Fields = {}) {
  const read = {
    serverTime: now,
    namespace: 'prod',
    receipts: { backups: { maxAge: '24h', readings: [reading], components } },
    ...fields,
  };
  return judgeReceipts('backups', { snapshot: read, selected: ['api'], steps: [], ...fields });
}

const object = (name: string, fields: JsonObject, at = '2026-11-21T02:00:00Z'): KubeObject => ({
  apiVersion: 'x/v1',
  kind: 'X',
  metadata: { name, namespace: 'place', creationTimestamp: at },
  ...fields,
});

describe('O18: a Backup of Velero', () => {
  const backup = (status: JsonObject, spec: JsonObject = {}, at?: string) =>
    object('nightly', { spec, status: { phase: 'Completed', csiVolumeSnapshotsCompleted: 1, ...status } }, at);
  const look = (one: KubeObject, source: object = { kind: 'velero' }) =>
    judged({ source: sourceOf(source), objects: [one] });

  test.each([
    ['that completed', backup({ errors: 0 })],
    ['of this namespace among others', backup({}, { includedNamespaces: ['db', 'prod'] })],
    ['of every namespace', backup({}, { includedNamespaces: ['*'] })],
    ['by a pattern', backup({}, { includedNamespaces: ['pr*'] })],
    [
      'with copies of files in the place of snapshots',
      backup({ csiVolumeSnapshotsCompleted: 0 }, { snapshotVolumes: false, defaultVolumesToFsBackup: true }),
    ],
    [
      'whose data was moved out of its snapshots',
      backup({ csiVolumeSnapshotsCompleted: 0, backupItemOperationsCompleted: 2 }, { snapshotMoveData: true }),
    ],
    ['that is 24 h old to the second', backup({}, {}, '2026-11-20T10:00:00Z')],
  ])('counts: one %s', (_what, one) => {
    const at = one.metadata.creationTimestamp;
    expect(look(one)).toEqual({ accepted: { by: 'Velero Backup place/nightly', at }, looked: [] });
  });

  test.each([
    ['is PartiallyFailed', backup({ phase: 'PartiallyFailed' })],
    ['is InProgress', backup({ phase: 'InProgress' })],
    ['was not begun by Velero', object('nightly', { spec: {} })],
    ['has 2 errors', backup({ errors: 2 })],
    ['does not hold namespace prod', backup({}, { includedNamespaces: ['production', 'db'] })],
    ['does not hold namespace prod', backup({}, { excludedNamespaces: ['prod'] })],
    ['holds only what a label selector names', backup({}, { labelSelector: { matchLabels: { app: 'web' } } })],
    ['leaves out the volumes', backup({}, { snapshotVolumes: false })],
    ['leaves out the volumes', backup({}, { snapshotVolumes: false, snapshotMoveData: true })],
    [
      'follows a policy that may leave volumes out',
      backup({}, { resourcePolicy: { kind: 'configmap', name: 'skip' } }),
    ],
    ['shows no volume in its status', backup({ csiVolumeSnapshotsCompleted: 0, volumeSnapshotsAttempted: 1 })],
    ['is being deleted', { ...backup({}), metadata: { ...backup({}).metadata, deletionTimestamp: now } }],
    ['leaves out the volumes', backup({}, { includedResources: ['deployments.apps', 'secrets'] })],
    ['leaves out the volumes', backup({}, { excludedResources: ['persistentvolumeclaims'] })],
    ['has expired', backup({ expiration: '2026-11-21T09:59:59Z' })],
    ['is too old: made 2026-11-20T09:59:59Z, 24 h ago', backup({}, {}, '2026-11-20T09:59:59Z')],
    ['is too old: made 2026-11-01T00:00:00Z, 20 days ago', backup({ startTimestamp: '2026-11-01T00:00:00Z' })],
    ["is dated 2026-11-21T11:00:00Z, later than the API server's own time", backup({}, {}, '2026-11-21T11:00:00Z')],
  ])('does not count: it %s', (why, one) => {
    expect(look(one)).toEqual({
      looked: [`Velero Backups in velero, of prod, completed, no older than 24h: place/nightly ${why}`],
    });
  });

  it('has to hold what the site says, and the newest three that do not are named', () => {
    const source = { kind: 'velero', namespace: 'backup', includes: ['prod', 'db'] };
    expect(look(backup({}, { includedNamespaces: ['prod'] }), source)?.looked).toEqual([
      'Velero Backups in backup, of prod and db, completed, no older than 24h: place/nightly does not hold namespace db',
    ]);
    const many = [1, 2, 3, 4, 5].map((day) =>
      object(`b${day}`, { status: { phase: 'Failed' } }, `2026-11-0${day}T00:00:00Z`),
    );
    expect(judged({ source: sourceOf({ kind: 'velero' }), objects: many })?.looked.join()).toMatch(
      /: place\/b5 is Failed; place\/b4 is Failed; place\/b3 is Failed; and 2 older$/,
    );
  });

  it('has to hold the namespaces of all that is upgraded, where the site does not name others', () => {
    const reading = { source: sourceOf({ kind: 'velero' }), objects: [backup({}, { includedNamespaces: ['prod'] })] };
    expect(judged(reading, { selected: ['api', 'web'] })?.accepted).toBeDefined();
    expect(judged(reading, { selected: ['api', 'db'] })?.looked).toEqual([
      'Velero Backups in velero, of prod and data, completed, no older than 24h: place/nightly does not hold namespace data',
    ]);
  });

  it('is fresh by the API server: without its time nothing is, and what may not be read is said', () => {
    const source = sourceOf({ kind: 'velero' });
    expect(judged({ source, objects: [backup({})] }, { serverTime: '' })?.looked.join()).toContain(
      'does not tell its time',
    );
    expect(judged({ source, objects: [], why: 'backups is forbidden.' })?.looked.join()).toMatch(
      /: not read, backups is forbidden$/,
    );
    expect(judged({ source, objects: [] })?.looked.join()).toMatch(/: none is there$/);
  });
});

describe('O18: VolumeSnapshots', () => {
  const source = sourceOf({ kind: 'volume-snapshots' });
  const claims = ['data-api-0', 'files'].map((name) => ({
    component: 'api',
    namespace: 'prod',
    name,
    createdAt: '2026-01-01T00:00:00Z',
  }));
  const of = (claim: string, status: JsonObject = { readyToUse: true }, at?: string) =>
    inProd(object(`s-${claim}`, { spec: { source: { persistentVolumeClaimName: claim } }, status }, at));
  const inProd = (one: KubeObject) => ({ ...one, metadata: { ...one.metadata, namespace: 'prod' } });
  const look = (objects: readonly KubeObject[], more: Partial<ReceiptReading> = {}, fields: Fields = {}) =>
    judged({ source, objects, claims, ...more }, fields);

  it('count when there is one of every claim, and are as old as the oldest', () => {
    const objects = [of('data-api-0'), of('files', { readyToUse: true }, '2026-11-21T01:00:00Z')];
    expect(look(objects)?.accepted).toEqual({
      by: 'VolumeSnapshots prod/s-data-api-0, prod/s-files',
      at: '2026-11-21T01:00:00Z',
    });
    const others = [...claims, { component: 'web', namespace: 'prod', name: 'cache', createdAt: now }];
    expect(look(objects, { claims: others })?.accepted).toBeDefined();
  });

  test.each([
    ['claim files: none is there', []],
    ['claim files: prod/s-files is not ready to use', [of('files', { readyToUse: false })]],
    [
      'claim files: prod/s-files has failed (no space)',
      [of('files', { readyToUse: false, error: { message: 'no space' } })],
    ],
    [
      'claim files: prod/s-files is too old: made 2026-11-19T02:00:00Z, 2 days ago',
      [of('files', { readyToUse: true }, '2026-11-19T02:00:00Z')],
    ],
    [
      'claim files: prod/s-files is too old: made 2026-11-01T02:00:00Z, 20 days ago',
      [of('files', { readyToUse: true, creationTime: '2026-11-01T02:00:00Z' })],
    ],
  ])('do not count: %s', (why, objects) => {
    expect(look([of('data-api-0'), ...objects])?.looked.join()).toContain(`: ${why}`);
  });

  it('do not count for a component that migrates data and has no claim: another one may have it', () => {
    const cache = { component: 'web', namespace: 'prod', name: 'cache', createdAt: '2026-01-01T00:00:00Z' };
    const both = { selected: ['api', 'web'] };
    expect(look([of('cache')], { claims: [cache] }, both)?.looked.join()).toMatch(
      /of the claims of api, ready to use, no older than 24h: no claim of theirs is there/,
    );
    const components = [part('api', 'prod', true), part('web', 'prod', true)];
    const missing = { components, ...both };
    expect(look([of('cache')], { claims: [cache] }, missing)?.looked.join()).toMatch(/: no claim of api is there/);
    expect(look([of('cache')], { claims: [cache] }, { ...missing, selected: ['web'] })?.accepted).toBeDefined();
    // One that is named has somebody's word that the data lies there.
    const named = [{ namespace: 'prod', name: 'cache', createdAt: '2026-01-01T00:00:00Z' }];
    expect(look([of('cache')], { claims: named }, missing)?.accepted).toBeDefined();
  });

  it('are asked for of a component whose migration cannot be undone, and where none is known to migrate, of all', () => {
    const cache = { component: 'web', namespace: 'prod', name: 'cache', createdAt: '2026-01-01T00:00:00Z' };
    const plain = { selected: ['web', 'db'], components: shop.slice(1) };
    const steps = [{ id: 'db/split', component: 'db', migration: { isIrreversible: true } } as never];
    expect(look([of('cache')], { claims: [cache] }, plain)?.accepted).toBeDefined();
    expect(look([of('cache')], { claims: [cache] }, { ...plain, steps })?.looked.join()).toContain(
      'of the claims of db',
    );
  });

  it('count in the namespace of their claim alone', () => {
    const other = { component: 'api', namespace: 'data', name: 'files', createdAt: '2026-01-01T00:00:00Z' };
    expect(look([of('files')], { claims: [other] })?.looked.join()).toContain('claim files: none is there');
  });

  it('do not count for a claim that was made after them, that is gone, or where no claim is known', () => {
    const young = claims.map((claim) => ({ ...claim, createdAt: '2026-11-21T03:00:00Z' }));
    expect(look([of('data-api-0'), of('files')], { claims: young })?.looked.join()).toContain(
      'another claim of this name',
    );
    const gone = [{ namespace: 'prod', name: 'files' }];
    expect(look([of('files')], { claims: gone })?.looked.join()).toContain('claim files is not there');
    expect(look([of('files')], { claims: [] })?.looked.join()).toContain('no claim of theirs is there');
  });
});

describe('O18: Jobs and steps', () => {
  const done = { succeeded: 1, conditions: [{ type: 'Complete', status: 'True' }] };
  const source = sourceOf({ kind: 'job', name: 'dump' });

  it('a Job counts when it has succeeded and is fresh', () => {
    const look = (status: JsonObject, at?: string) => judged({ source, objects: [object('dump', { status }, at)] });
    expect(look(done)?.accepted?.by).toBe('Job place/dump');
    expect(look({ active: 1 })?.looked.join()).toMatch(/place\/dump has not ended$/);
    expect(look({ active: 2, succeeded: 1 })?.looked.join()).toMatch(/place\/dump has not ended$/);
    expect(
      look({ conditions: [{ type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded' }] })?.looked.join(),
    ).toMatch(/has failed \(BackoffLimitExceeded\)$/);
    expect(look(done, '2026-11-01T00:00:00Z')?.looked.join()).toContain('too old');
    const jobs = [object('dump-1', { status: { active: 1 } }, now), object('dump-0', { status: done })];
    expect(judged({ source: sourceOf({ kind: 'cron-job', name: 'dump' }), objects: jobs })?.accepted?.by).toBe(
      'Job place/dump-0',
    );
  });

  it('a step counts when it comes before everything that cannot be undone', () => {
    const step = (id: string, kind: string, risk: string) => ({ id, kind, risk, title: id }) as never;
    const reading = { source: sourceOf({ kind: 'run-job', step: 'save/dump' }), objects: [] };
    const read = {
      serverTime: now,
      namespace: 'prod',
      receipts: { backups: { maxAge: '24h', readings: [reading], components: shop } },
    };
    const look = (...steps: never[]) => judgeReceipts('backups', { snapshot: read, selected: [], steps });
    const job = step('api/save/dump', 'run-job', 'reversible');
    const upgrade = step('api/upgrade', 'helm-upgrade', 'irreversible');
    expect(look(job, upgrade)?.accepted?.by).toBe('step api/save/dump of this plan');
    expect(look(upgrade, job)?.looked).toEqual(['Step save/dump: it comes after api/upgrade, which cannot be undone']);
    expect(look(upgrade)?.looked).toEqual(['Step save/dump: this plan has no such step']);
  });
});

describe('C09: the checklist', () => {
  const platform = Platform.parse({
    ...evidence().platform,
    checklist: [
      { id: 'backups', title: 'There is a backup', affirm: 'person', receipts: { accept: [{ kind: 'velero' }] } },
    ],
  });
  const found = (phase: string, affirmations: JsonObject = {}) => {
    const objects = [object('nightly', { spec: {}, status: { phase, volumeSnapshotsCompleted: 1 } })];
    const readings = [{ source: sourceOf({ kind: 'velero' }), objects }];
    const receipts = { backups: { maxAge: '24h', readings, components: shop } };
    const read = snapshot({ serverTime: now, receipts });
    const parts = { platform, site: site({ affirmations }), snapshot: read };
    return judge(evidence(parts)).filter(({ code }) => /AFFIRM|BACKUP/.test(code));
  };

  it('is ticked by a backup or by a person, and else says what was looked for', () => {
    expect(found('Completed')).toEqual([]);
    expect(found('Failed', { backups: { by: 'Ada' } })).toEqual([]);
    const [missing] = found('Failed', { backups: { by: 'Ada', version: '1.0.0' } });
    expect(missing).toMatchObject({ code: 'BACKUP_MISSING', severity: 'blocker', field: 'receipts.backups' });
    expect(missing?.message).toContain('place/nightly is Failed.');
    expect(missing?.remedies.flatMap(({ commands }) => commands)).toEqual(['--affirm backups=NAME']);
  });

  it('knows nothing of an item that names no receipts', () => {
    expect(acceptedReceipts({ snapshot: snapshot(), selected: [], steps: [] })).toEqual({});
    expect(
      judgeReceipts('constructor', { snapshot: snapshot({ receipts: {} }), selected: [], steps: [] }),
    ).toBeUndefined();
  });
});
