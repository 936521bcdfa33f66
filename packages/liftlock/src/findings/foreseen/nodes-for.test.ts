import { expect, test } from 'vitest';
import type { NodeRoom } from '../../model/snapshot.ts';
import { nodesFor } from './nodes-for.ts';

const room = { cpuAllocatable: 1, cpuUsed: 0, memoryAllocatable: 1, memoryUsed: 0, podsAllocatable: 9, podsUsed: 0 };

function node(name: string, fields: Partial<NodeRoom> = {}): NodeRoom {
  return { ...room, name, isSchedulable: true, labels: { 'kubernetes.io/hostname': name }, ...fields };
}

const gpu = { key: 'gpu', value: 'yes', effect: 'NoSchedule' };
const nodes = [node('a'), node('b'), node('c', { isSchedulable: false }), node('d', { taints: [gpu] })];

test('O15: nodes that are closed, tainted or not selected take no pod', () => {
  expect(nodesFor({}, nodes)).toBe(2);
  expect(nodesFor({ nodeSelector: { 'kubernetes.io/hostname': 'b' } }, nodes)).toBe(1);
  expect(nodesFor({ nodeSelector: { 'kubernetes.io/hostname': 'c' } }, nodes)).toBe(0);
});

test('a toleration opens a tainted node: by key and value, by key, or for everything; one of another effect does not', () => {
  for (const toleration of [{ key: 'gpu', value: 'yes' }, { key: 'gpu', operator: 'Exists' }, { operator: 'Exists' }])
    expect(nodesFor({ tolerations: [toleration] }, nodes)).toBe(3);
  for (const toleration of [
    { key: 'gpu', value: 'no' },
    { key: 'gpu', operator: 'Exists', effect: 'NoExecute' },
  ])
    expect(nodesFor({ tolerations: [toleration] }, nodes)).toBe(2);
  expect(nodesFor({}, [node('e', { taints: [{ ...gpu, effect: 'PreferNoSchedule' }] })])).toBe(1);
});
