import { expect, test } from 'vitest';
import type { StepState } from '../../journal/fold.ts';
import { digestOf } from '../../model/digest.ts';
import type { RestoreObjectStep } from '../../model/step.ts';
import type { RunFolder, World } from '../world.ts';
import { keepSources, restoreObject } from './restore-object.ts';

const text = JSON.stringify({ metadata: { name: 'web', namespace: 'shop' }, data: { kept: 'yes' } });
const step: RestoreObjectStep & { readonly kind: 'restore-object' } = {
  kind: 'restore-object',
  id: 'restore/configmap/web',
  title: 'Put web back',
  object: { apiVersion: 'v1', kind: 'ConfigMap', name: 'web', namespace: 'shop' },
  run: 'run-of-ada',
  file: 'backup/objects/web.json',
  digest: digestOf(text),
  risk: 'reversible',
};

test('O9: a restore goes on where the folder of the run that it restores from is not', async () => {
  const files = new Map<string, string>();
  const folder = {
    path: '/state/runs/restore',
    writeSecret: async (name: string, written: string) => {
      files.set(name, written);
      return name;
    },
    read: async (name: string) => files.get(name),
  } as unknown as RunFolder;
  const gone = async () => {
    throw new Error('ENOENT');
  };
  const world = {
    folder,
    readSecretFile: gone,
    reader: {
      find: async (path: string) =>
        path === '/api/v1' ? { resources: [{ kind: 'ConfigMap', name: 'configmaps', namespaced: true }] } : undefined,
    },
  } as unknown as World;
  const observe = async () => restoreObject.observe(step, world, {} as StepState);

  await keepSources({ steps: [step] }, folder, gone);
  await expect(observe()).rejects.toMatchObject({ code: 'BACKUP_DAMAGED' });
  const read: string[] = [];
  await keepSources({ steps: [step] }, folder, async (file) => {
    read.push(file);
    return text;
  });
  expect(read).toEqual(['/state/runs/run-of-ada/backup/objects/web.json']);
  expect(await observe()).toMatchObject({ observation: 'todo', note: 'it does not exist' });
});
