import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import type { KubeObject } from '../model/kube.ts';
import { rewriteManifest } from '../release/release-record.ts';
import { makeRestore, stateOf, subjectOf, type BackupItem } from './make-restore.ts';

function object(kind: string, name: string, more: Partial<KubeObject> = {}): KubeObject {
  return { apiVersion: 'v1', kind, metadata: { name, namespace: 'shop', resourceVersion: '5' }, ...more };
}

function record(status: string, version: string): KubeObject {
  return {
    ...object('Secret', `sh.helm.release.v1.ui.v${version}`, { type: 'helm.sh/release.v1' }),
    metadata: { name: `sh.helm.release.v1.ui.v${version}`, namespace: 'shop', labels: { name: 'ui', status, version } },
  };
}

function item(kept: KubeObject, live?: KubeObject): BackupItem {
  return { file: `backup/${kept.metadata.name}.json`, digest: 'sha256:0', object: kept, live };
}

function restore(items: readonly BackupItem[], only: string, newest: Readonly<Record<string, number>> = {}) {
  return makeRestore({
    platform: { name: 'shop', title: 'Shop', digest: 'sha256:1' },
    site: { name: 'shop', digest: 'sha256:2', options: {}, namespace: 'shop' },
    cluster: { server: 'https://cluster.test', context: 'test', uid: 'u' },
    helm: { version: '3.19.0' },
    run: 'earlier',
    items,
    only,
    newest,
  });
}

const kept = object('Secret', 'login', { data: { key: 'b2xk' } });
const changed = object('Secret', 'login', { data: { key: 'bmV3' } });

it('O23: an object that differs from its backup is put back, by a plan', () => {
  const plan = restore([item(kept, changed)], 'secret/login');
  expect(plan.purpose).toBe('restore');
  expect(plan.steps).toMatchObject([
    { kind: 'restore-object', object: { kind: 'Secret', name: 'login' }, run: 'earlier', file: 'backup/login.json' },
  ]);
});

it('of an object that a run wrote twice, the oldest copy is put back', () => {
  const later = { ...changed, metadata: { ...changed.metadata, resourceVersion: '12' } };
  const items = [
    { ...item(later, later), file: 'backup/b.json' },
    { ...item(kept, later), file: 'backup/a.json' },
  ];
  expect(restore(items, 'secret/login').steps).toMatchObject([{ file: 'backup/a.json' }]);
});

it('nothing is written where nothing differs, and what was not backed up is named', () => {
  expect(() => restore([item(kept, kept)], 'secret/login')).toThrow(/as it was kept/);
  expect(() => restore([item(kept, kept)], 'secret/other')).toThrow(/has not backed up "secret\/other"/);
});

it('O23: a record of helm is re-created where it is gone, and never written over', () => {
  expect(subjectOf(record('deployed', '1'))).toBe('release/ui');
  expect(restore([item(record('deployed', '1'))], 'release/ui').steps).toHaveLength(1);
  expect(stateOf(item(record('deployed', '1'), record('superseded', '1')))).toBe('kept to read');
  expect(() => restore([item(record('deployed', '1'), record('superseded', '1'))], 'release/ui')).toThrow(/or newer/);
});

it('a record that says deployed is not put below a newer revision, and one that was pending nowhere', () => {
  expect(() => restore([item(record('deployed', '1'))], 'release/ui', { 'release/ui': 2 })).toThrow(/or newer/);
  expect(restore([item(record('superseded', '1'))], 'release/ui', { 'release/ui': 2 }).steps).toHaveLength(1);
  expect(stateOf(item(record('pending-upgrade', '2')))).toBe('kept to read');
});

it('a record whose manifest alone a run has rewritten is put back; one that helm has written since is not', () => {
  const payload = (status: string) => ({
    name: 'ui',
    version: 1,
    info: { status },
    chart: { metadata: {} },
    manifest: 'apiVersion: policy/v1beta1',
  });
  const stored = (status: string): KubeObject => {
    const release = Buffer.from(gzipSync(JSON.stringify(payload(status))).toString('base64')).toString('base64');
    return { ...record(status, '1'), data: { release } };
  };
  const former = stored('deployed');
  const rewritten = rewriteManifest(former, () => 'apiVersion: policy/v1');
  expect(stateOf(item(former, rewritten))).toBe('differs');
  expect(restore([item(former, rewritten)], 'release/ui', { 'release/ui': 2 }).steps).toHaveLength(1);
  const since = rewriteManifest(stored('superseded'), () => 'apiVersion: policy/v1');
  expect(stateOf(item(former, since))).toBe('kept to read');
  expect(stateOf(item(former, former))).toBe('same');
});

it('objects of one name in two namespaces are both put back', () => {
  const other = { ...kept, metadata: { ...kept.metadata, namespace: 'bar', resourceVersion: '9' } };
  const plan = restore(
    [
      { ...item(kept), file: 'backup/a.json' },
      { ...item(other), file: 'backup/b.json' },
    ],
    'secret/login',
  );
  expect(plan.steps).toMatchObject([{ file: 'backup/a.json' }, { file: 'backup/b.json' }]);
  expect(new Set(plan.steps.map(({ id }) => id)).size).toBe(2);
});
