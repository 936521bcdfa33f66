import { expect, test } from 'vitest';
import type { KubeObject } from '../model/kube.ts';
import { keepingFormer, readFormer } from './former.ts';
import type { World } from './world.ts';

const step = 'web/scale';
const plan = {
  steps: [{ id: 'web/back', kind: 'scale', undoes: step, undoWhen: 'always' }],
} as unknown as World['plan'];

function scaled(uid: string, replicas: number): KubeObject {
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', uid }, spec: { replicas } };
}

test('a change that is repeated keeps what the first found, of that object and not of one that was made anew', async () => {
  const files = new Map<string, string>();
  const folder = {
    read: async (name: string) => files.get(name),
    writeSecret: async (name: string, text: string) => {
      files.set(name, text);
      return name;
    },
  } as unknown as World['folder'];
  const world = { folder, plan };
  const before = async () => (await readFormer(step, world))?.before.spec?.['replicas'];
  await keepingFormer(step, scaled('a', 3), world, async () => scaled('a', 0));
  await keepingFormer(step, scaled('a', 0), world, async () => scaled('a', 0));
  expect(await before()).toBe(3);
  await keepingFormer(step, scaled('b', 5), world, async () => scaled('b', 0));
  expect(await before()).toBe(5);
});
