import { expect, test } from 'vitest';
import type { StepState } from '../../journal/fold.ts';
import type { KubeObject } from '../../model/kube.ts';
import type { ReplaceObjectStep } from '../../model/step.ts';
import { replaceObjectStep } from '../../plan/steps/replace-object.ts';
import type { World } from '../world.ts';
import { replaceObject } from './replace-object.ts';

const base = '/api/v1';
const pathOf = (namespace: string) => `${base}/namespaces/${namespace}/services/web`;

/** A cluster with one Service `web` in each of two namespaces, and a run's folder. */
function world() {
  const files = new Map<string, string>();
  const deleted: string[] = [];
  const live = new Map(['a', 'b'].map((namespace) => [pathOf(namespace), service(namespace, `${namespace}-1`)]));
  const made = {
    reader: {
      find: async (path: string) =>
        path === base ? { resources: [{ kind: 'Service', name: 'services', namespaced: true }] } : live.get(path),
    },
    writer: {
      async delete(path: string, { uid }: { readonly uid: string }) {
        deleted.push(uid);
        live.delete(path);
      },
    },
    folder: {
      read: async (file: string) => files.get(file),
      writeSecret: async (file: string, text: string) => void files.set(file, text),
    },
  } as unknown as World;
  return { made, files, deleted, live };
}

function service(namespace: string, uid: string): KubeObject {
  return { apiVersion: 'v1', kind: 'Service', metadata: { namespace, name: 'web', uid } };
}

function step(id: string, namespace: string): ReplaceObjectStep {
  const object = { apiVersion: 'v1', kind: 'Service', name: 'web', namespace };
  return replaceObjectStep({ id, title: id, component: 'shop', object, orphansPods: false });
}

test('O6: each step deletes its own object and keeps a copy: namesakes, and the same one a second time in a run', async () => {
  const { made, files, deleted, live } = world();
  const run = async (item: ReplaceObjectStep) => {
    const { observation } = await replaceObject.observe(item, made, {} as StepState);
    if (observation === 'todo') await replaceObject.act(item, made, {} as StepState);
  };
  const first = step('shop/recreate/service/web', 'a');
  await run(first);
  await run(step('shop/recreate/service/web', 'b'));
  live.set(pathOf('a'), service('a', 'a-2'));
  // The first step again, as after a resume: what was made anew since stays.
  await run(first);
  expect(deleted).toEqual(['a-1', 'b-1']);
  await run(step('shop/recreate/service/web/2', 'a'));
  expect(deleted).toEqual(['a-1', 'b-1', 'a-2']);
  expect([...files.values()].map((text) => (JSON.parse(text) as KubeObject).metadata.uid)).toEqual(deleted);
});
