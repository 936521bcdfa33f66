import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configMap, runHelm, writeChart } from './support/charts.ts';
import { sharedSandbox } from './support/stage.ts';

const keep = { metadata: { annotations: { 'helm.sh/resource-policy': 'keep' } } };
const claim = JSON.stringify({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'pvc-postgresql' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
});

describe.each(['helm3', 'helm4'] as const)('the guide’s annotation on a live claim, %s', (name) => {
  const sandbox = sharedSandbox();
  const namespace = `uninstall-${randomBytes(3).toString('hex')}`;
  const path = `/api/v1/namespaces/${namespace}/persistentvolumeclaims/pvc-postgresql`;
  let folder: string;
  let old: string;
  let young: string;
  const helm = async (...args: readonly string[]) => {
    const place = ['--namespace', namespace];
    const result = await runHelm(sandbox.bin[name], folder, sandbox.kubeconfig, [...args, ...place]);
    expect(result).toMatchObject({ code: 0 });
  };
  /** Installs the chart that owns the claim, annotates the live claim as the guide says, and returns its uid. */
  const installed = async () => {
    await helm('install', 'runai-backend', old);
    const { metadata } = await sandbox.api.patch(path, keep);
    expect(metadata.annotations).toMatchObject(keep.metadata.annotations);
    return metadata.uid;
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'liftlock-uninstall-'));
    old = writeChart(folder, '2.9.6', { claim, config: configMap('config', {}) });
    young = writeChart(folder, '2.19.11', { config: configMap('config', {}) });
    const metadata = { name: namespace };
    await sandbox.api.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata });
  });
  afterAll(async () => {
    await sandbox.api.delete(`/api/v1/namespaces/${namespace}`).catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  });

  it('R13b: upgrade keeps the claim that the new chart lacks, and so does an uninstall after it', async () => {
    const uid = await installed();
    await helm('upgrade', 'runai-backend', young);
    expect((await sandbox.api.get(path)).metadata.uid).toBe(uid);
    await helm('uninstall', 'runai-backend');
    expect((await sandbox.api.get(path)).metadata.uid).toBe(uid);
    await sandbox.api.delete(path);
  });

  it('R13b: uninstall of the old release deletes the claim, annotated or not', async () => {
    const uid = await installed();
    expect(uid).toBeDefined();
    await helm('uninstall', 'runai-backend', '--wait');
    expect(await sandbox.api.find(path)).toBeUndefined();
  });
});
