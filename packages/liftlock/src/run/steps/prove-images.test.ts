import { expect, test } from 'vitest';
import type { KubeObject } from '../../model/kube.ts';
import type { ImageToProve, ProveImagesStep } from '../../model/step.ts';
import { Problem } from '../../model/problem.ts';
import { Redactor } from '../../model/redaction.ts';
import type { StepState } from '../../journal/fold.ts';
import type { World } from '../world.ts';
import { proveImages } from './prove-images.ts';
import { provingContainer, provingLabel } from './proving-pod.ts';

const pods = '/api/v1/namespaces/shop/pods';
const state = {} as StepState;

function image(name: string, ...pullSecrets: readonly string[]): ImageToProve {
  return { image: name, component: 'shop', namespace: 'shop', pullSecrets, serviceAccount: 'default' };
}

function stepFor(...images: readonly ImageToProve[]): ProveImagesStep {
  return { kind: 'prove-images', id: 'prove-images', title: '', risk: 'none', images, timeoutSeconds: 60 };
}

type Waits = Readonly<Record<string, string>>;

/** A namespace in which a sidecar, told first, is up at once, and images are pulled save those whose reason is given. */
function stage(options: { readonly waits?: Waits; readonly refuses?: string; readonly pod?: KubeObject } = {}) {
  const stored = new Map<string, KubeObject>();
  if (options.pod !== undefined) stored.set(options.pod.metadata.name, options.pod);
  const files = new Map<string, string>();
  const notes: string[] = [];
  let now = 0;
  const statusOf = (pod: KubeObject): KubeObject => {
    const [container] = (pod.spec?.['containers'] ?? []) as readonly { readonly image: string }[];
    const reason = options.waits?.[container?.image ?? ''];
    const own =
      reason === undefined ? { imageID: 'sha256:1' } : { state: { waiting: { reason, message: 'not found' } } };
    return {
      ...pod,
      status: {
        containerStatuses: [
          { name: 'beside', imageID: 'sha256:2' },
          { name: provingContainer, ...own },
        ],
      },
    };
  };
  const world = {
    clock: {
      now: () => new Date(now),
      sleep: async (ms: number) => {
        now += ms;
        await new Promise((resolve) => setImmediate(resolve));
      },
    },
    site: { timeScale: 1 },
    graces: { transientPull: '1s' },
    redactor: new Redactor(),
    stop: { level: 'none', signal: new AbortController().signal },
    emit: (entry: { readonly text?: string }) => notes.push(entry.text ?? ''),
    folder: {
      path: '/state/runs/20261121-100000-abcd',
      read: async (name: string) => files.get(name),
      write: async (name: string, text: string) => void files.set(name, text),
    },
    reader: {
      find: async (path: string) => {
        const pod = path.startsWith(`${pods}/`) ? stored.get(path.slice(pods.length + 1)) : undefined;
        return pod === undefined ? undefined : statusOf(pod);
      },
      list: async (_path: string, { labelSelector = '' }) =>
        [...stored.values()].filter(
          ({ metadata }) => labelSelector === `${provingLabel}=${metadata.labels?.[provingLabel]}`,
        ),
    },
    writer: {
      create: async (_path: string, pod: KubeObject) => {
        if (options.refuses !== undefined && JSON.stringify(pod).includes(options.refuses))
          throw new Problem('CLUSTER_REJECTED', 'exceeded quota');
        stored.set(pod.metadata.name, pod);
      },
      delete: async (path: string) => void stored.delete(path.slice(pods.length + 1)),
    },
  } as unknown as World;
  return { world, notes, left: () => [...stored.keys()] };
}

test('O25: an image that no pod could be asked for is neither told nor kept as pulled', async () => {
  const { world, notes, left } = stage();
  const step = stepFor(image('team/web:1'), image('team/db:1', 'comes-later'));
  await proveImages.act(step, world, state);
  expect(notes).toEqual([expect.stringMatching(/^team\/db:1 is not proven: its pull secret comes-later/)]);
  expect((await proveImages.confirm(step, world, state)).note).toBe(
    'the nodes can pull 1 of 2 images; not proven: team/db:1',
  );
  expect(await proveImages.observe(step, world, state)).toEqual({ observation: 'todo', note: '1 image to prove' });
  expect((await proveImages.confirm(stepFor(image('team/web:1')), world, state)).note).toBe(
    'the nodes can pull the image',
  );
  expect(left()).toEqual([]);
});

test('where one pod is refused, the others are awaited and removed, and what they proved is kept', async () => {
  const { world, left } = stage({ refuses: 'team/db' });
  const step = stepFor(image('team/db:1'), image('team/web:1'));
  await expect(proveImages.act(step, world, state)).rejects.toThrow('exceeded quota');
  expect(left()).toEqual([]);
  expect((await proveImages.observe(step, world, state)).note).toBe('1 image to prove');
});

test("another run's pods stay", async () => {
  const labels = { [provingLabel]: '20261121-100000-0000' };
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'other', namespace: 'shop', labels } };
  const { world, left } = stage({ pod });
  await proveImages.act(stepFor(image('team/web:1')), world, state);
  expect(left()).toEqual(['other']);
});

test('a container that a webhook adds proves nothing', async () => {
  const { world } = stage({ waits: { 'team/web:1': 'ImagePullBackOff' } });
  await expect(proveImages.act(stepFor(image('team/web:1')), world, state)).rejects.toThrow(/team\/web:1 \(shop\)/);
});
