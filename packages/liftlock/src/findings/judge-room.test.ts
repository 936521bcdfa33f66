import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../model/json.ts';
import type { KubeObject } from '../model/kube.ts';
import type { NodeRoom, Release, Snapshot } from '../model/snapshot.ts';
import { site, release, component, found, seen } from './preflight-fixtures.ts';

describe('C10: room on the nodes', () => {
  const node = (cpu: number, memoryGi: number): NodeRoom => ({
    name: 'n',
    isSchedulable: true,
    cpuAllocatable: 8,
    cpuUsed: 8 - cpu,
    memoryAllocatable: 32 * 2 ** 30,
    memoryUsed: (32 - memoryGi) * 2 ** 30,
    podsAllocatable: 110,
    podsUsed: 10,
  });
  const workload = (kind: string, replicas: number, memory: string, strategy: JsonObject = {}): KubeObject => ({
    apiVersion: 'apps/v1',
    kind,
    metadata: { name: 'api' },
    spec: {
      replicas,
      strategy,
      template: { spec: { containers: [{ name: 'api', resources: { requests: { cpu: '1', memory } } }] } },
    },
  });
  const scene = (nodes: readonly NodeRoom[], live: KubeObject, wanted: KubeObject = live) => ({
    ...seen({ nodes, components: [component('web'), component('api', { workloads: [live] })] }),
    forecastWorkloads: { api: [wanted] },
  });

  test('a surge that fits on no node warns, and blocks where nodes are fixed', () => {
    const api = workload('Deployment', 2, '8Gi');
    expect(found(scene([node(2, 9)], api))).toEqual([]);
    expect(found(scene([node(2, 7), node(2, 7)], api))).toEqual(['CAPACITY_SHORT warning']);
    expect(found(scene([node(0.5, 9)], api))).toEqual(['CAPACITY_SHORT warning']);
    expect(found({ ...scene([node(2, 7)], api), site: site({ fixedNodes: true }) })).toEqual([
      'CAPACITY_SHORT blocker',
    ]);
    expect(found({ ...scene([{ ...node(2, 9), isSchedulable: false }], api) })).toEqual(['CAPACITY_SHORT warning']);
  });

  test('the surge is 25 % rounded up, or what the Deployment says; none for Recreate and StatefulSets', () => {
    expect(found(scene([node(8, 9)], workload('Deployment', 5, '8Gi')))).toEqual(['CAPACITY_SHORT warning']);
    expect(found(scene([node(8, 17)], workload('Deployment', 5, '8Gi')))).toEqual([]);
    expect(found(scene([node(0, 0)], workload('Deployment', 2, '8Gi', { type: 'Recreate' })))).toEqual([]);
    expect(found(scene([node(0, 0)], workload('Deployment', 2, '8Gi', { rollingUpdate: { maxSurge: 0 } })))).toEqual(
      [],
    );
    expect(found(scene([node(0, 0)], workload('StatefulSet', 2, '8Gi')))).toEqual([]);
  });

  test('pods that grow, or come in addition, need room for good', () => {
    const before = workload('StatefulSet', 1, '4Gi');
    expect(found(scene([node(8, 3)], before, workload('StatefulSet', 1, '8Gi')))).toEqual(['CAPACITY_SHORT warning']);
    expect(found(scene([node(8, 4)], before, workload('StatefulSet', 1, '8Gi')))).toEqual([]);
    expect(found(scene([node(8, 7)], before, workload('StatefulSet', 3, '4Gi')))).toEqual(['CAPACITY_SHORT warning']);
  });
});

describe('storage classes', () => {
  const set = (storageClassName?: string): KubeObject => ({
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db' },
    spec: { volumeClaimTemplates: [{ spec: { storageClassName } }] },
  });
  const scene = (workload: KubeObject, storageClasses: Snapshot['storageClasses'], item?: Release) =>
    seen({
      storageClasses,
      components: [component('web'), component('api', { workloads: [workload], release: item })],
    });

  test('a class that does not exist warns, and blocks a new installation', () => {
    const installed = release('shop-api');
    expect(found(scene(set('fast'), [{ name: 'fast', isDefault: false }], installed))).toEqual([]);
    expect(found(scene(set('fast'), [], installed))).toEqual(['STORAGE_CLASS_MISSING warning']);
    expect(found(scene(set(), [{ name: 'fast', isDefault: false }], installed))).toEqual([
      'STORAGE_CLASS_MISSING warning',
    ]);
    expect(found(scene(set(), [{ name: 'fast', isDefault: true }], installed))).toEqual([]);
    expect(found(scene(set(''), [], installed))).toEqual([]);
    expect(found(scene(set('fast'), []))).toContain('STORAGE_CLASS_MISSING blocker');
  });
});
