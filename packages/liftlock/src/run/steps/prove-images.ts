import { basename } from 'node:path';
import { classifyPull, isBareBackOff } from '../../findings/faults/pull-message.ts';
import { counted } from '../../model/counted.ts';
import { digestOf } from '../../model/digest.ts';
import { isJsonObject, jsonAt, type Json } from '../../model/json.ts';
import type { KubeObject } from '../../model/kube.ts';
import { durationSeconds } from '../../model/duration.ts';
import { Problem } from '../../model/problem.ts';
import type { ImageToProve, ProveImagesStep } from '../../model/step.ts';
import type { Handler, World } from '../world.ts';
import { provingContainer, provingLabel, provingPod } from './proving-pod.ts';

/** Pods side by side at most: a node pulls one image after another anyway. */
const sideBySide = 10;
const pauseMs = 500;
const proof = 'images/proven.json';

/** Waiting reasons that end the wait: what may mend itself is tried again by the kubelet, and told after its back-off. */
const lost = new Set(['ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull', 'SignatureValidationFailed']);
const pulling = new Set([
  '',
  'ContainerCreating',
  'PodInitializing',
  'ErrImagePull',
  'RegistryUnavailable',
  'ImageInspectError',
]);

/** Lets the nodes pull every image in a pod of its own. The pods are gone afterwards, whatever comes of it. */
export const proveImages: Handler<'prove-images'> = {
  async observe(step, world) {
    const proven = await provenImages(world);
    const missing = step.images.filter((item) => !proven.includes(keyOf(item)));
    return missing.length === 0
      ? { observation: 'done', note: 'the nodes have pulled them in this run' }
      : { observation: 'todo', note: `${counted(missing.length, 'image')} to prove` };
  },

  async act(step, world) {
    await removePods(step, world);
    const proven = new Set(await provenImages(world));
    const failures: string[] = [];
    const until = world.clock.now().getTime() + step.timeoutSeconds * 1000;
    const queue = step.images.filter((item) => !proven.has(keyOf(item)));
    try {
      for (let batch = queue.splice(0, sideBySide); batch.length > 0; batch = queue.splice(0, sideBySide)) {
        const outcomes = await Promise.allSettled(batch.map((item) => proveImage(item, until, world)));
        for (const [index, outcome] of outcomes.entries()) {
          const item = batch[index];
          if (item === undefined || outcome.status === 'rejected') continue;
          if (outcome.value === 'pulled') proven.add(keyOf(item));
          else if (outcome.value !== 'unproven')
            failures.push(`${item.image} (${item.component}): ${outcome.value.lost}`);
        }
        await world.folder.write(proof, JSON.stringify([...proven]));
        // Only now: as long as one of them is on its way, pods come after the others were removed.
        const broken = outcomes.find((outcome) => outcome.status === 'rejected');
        if (broken !== undefined) throw broken.reason;
      }
    } finally {
      await removePods(step, world);
    }
    if (failures.length > 0) throw notPulled(failures);
    return { touched: 'no', writes: 0 };
  },

  async confirm(step, world) {
    const left = await podsOf(step, world);
    if (left.length > 0) await removePods(step, world);
    const proven = await provenImages(world);
    return { note: provenNote(step.images, (item) => proven.includes(keyOf(item))) };
  },
};

function provenNote(images: readonly ImageToProve[], isProven: (item: ImageToProve) => boolean): string {
  const open = [...new Set(images.filter((item) => !isProven(item)).map(({ image }) => image))];
  const pulled = images.filter(isProven).length;
  if (open.length === 0) return `the nodes can pull ${pulled === 1 ? 'the image' : `all ${pulled} images`}`;
  return `the nodes can pull ${pulled} of ${images.length} images; not proven: ${open.join(', ')}`;
}

function notPulled(failures: readonly string[]): Problem {
  return new Problem('IMAGE_NOT_PULLED', `The nodes cannot pull what the upgrade needs:\n${failures.join('\n')}`, {
    touched: 'yes',
    advice: [
      'Nothing of the platform was touched; the pods that proved it are removed.',
      'Mend it, then: liftlock resume',
    ],
  });
}

/** What came of one image: nothing is known of it where no pod could be asked. */
type Proof = 'pulled' | 'unproven' | { readonly lost: string };

async function proveImage(item: ImageToProve, until: number, world: World): Promise<Proof> {
  const path = `/api/v1/namespaces/${item.namespace}/pods`;
  const pod = await provingPod(item, runOf(world), world.reader);
  if (typeof pod === 'string') {
    world.emit({ type: 'note', step: 'prove-images', text: `${item.image} is not proven: ${pod}` });
    return 'unproven';
  }
  await world.writer.create(path, pod);
  const grace = durationSeconds(world.graces.transientPull) * 1000 * world.site.timeScale;
  let last = 'no node took its pod';
  let firstLoss: number | undefined;
  while (world.clock.now().getTime() < until && !world.stop.signal.aborted) {
    const live = await world.reader.find(`${path}/${pod.metadata.name}`);
    const outcome = outcomeOf(live);
    if (outcome === 'pulled') return outcome;
    if (outcome.why !== '' && !isBareBackOff(outcome.message)) last = outcome.why;
    if (outcome.isLost) {
      firstLoss ??= world.clock.now().getTime();
      if (!isPassing(last, item.image) || world.clock.now().getTime() - firstLoss > grace)
        return { lost: world.redactor.text(last) };
    }
    await world.clock.sleep(pauseMs, world.stop.signal);
  }
  return {
    lost: world.stop.signal.aborted ? 'it was interrupted' : `not within its time: ${world.redactor.text(last)}`,
  };
}

/** True for what may mend itself: the registry throttles, or cannot be reached. */
function isPassing(why: string, image: string): boolean {
  const code = classifyPull(why, image);
  return code === 'IMAGE_PULL_THROTTLED' || code === 'IMAGE_PULL_UNREACHABLE';
}

interface Waiting {
  readonly why: string;
  /** The kubelet's own words. */
  readonly message: string;
  readonly isLost: boolean;
}

/** What a pod tells of its image: any state behind the pull proves it, since nothing of it needs to run. */
function outcomeOf(pod: KubeObject | undefined): 'pulled' | Waiting {
  if (pod === undefined) return { why: 'its pod was deleted by somebody', message: 'deleted', isLost: true };
  const statuses = jsonAt(pod.status, ['containerStatuses']);
  const status = (Array.isArray(statuses) ? (statuses as readonly Json[]) : []).find(
    (item) => jsonAt(item, ['name']) === provingContainer,
  );
  const scheduling = conditionMessage(pod);
  if (!isJsonObject(status)) return { why: scheduling, message: scheduling, isLost: false };
  const imageId = status['imageID'];
  if (typeof imageId === 'string' && imageId !== '') return 'pulled';
  const waiting = jsonAt(status, ['state', 'waiting']);
  if (!isJsonObject(waiting)) return isJsonObject(status['state']) ? 'pulled' : { why: '', message: '', isLost: false };
  const [reason, message] = ['reason', 'message'].map((key) => textOf(waiting[key]));
  const why = [reason, message].filter((word) => word !== '').join(': ');
  if (lost.has(reason ?? '')) return { why, message: message ?? '', isLost: true };
  return pulling.has(reason ?? '') ? { why, message: message ?? '', isLost: false } : 'pulled';
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function conditionMessage(pod: KubeObject): string {
  const conditions = jsonAt(pod.status, ['conditions']);
  const scheduled = (Array.isArray(conditions) ? (conditions as readonly Json[]) : []).find(
    (item) => jsonAt(item, ['type']) === 'PodScheduled' && jsonAt(item, ['status']) === 'False',
  );
  const message = jsonAt(scheduled, ['message']);
  return typeof message === 'string' ? message : '';
}

/** Two runs may prove images in one namespace: neither removes the other's pods. The run's folder has its name. */
function runOf({ folder }: World): string {
  return basename(folder.path);
}

async function podsOf(step: ProveImagesStep, world: World): Promise<readonly KubeObject[]> {
  const namespaces = [...new Set(step.images.map(({ namespace }) => namespace))];
  const labelSelector = `${provingLabel}=${runOf(world)}`;
  const lists = await Promise.all(
    namespaces.map((namespace) => world.reader.list(`/api/v1/namespaces/${namespace}/pods`, { labelSelector })),
  );
  return lists.flat();
}

async function removePods(step: ProveImagesStep, world: World): Promise<void> {
  for (const { metadata } of await podsOf(step, world)) {
    const { name, namespace = '', uid } = metadata;
    await world.writer.delete(`/api/v1/namespaces/${namespace}/pods/${name}`, { uid, propagation: 'Background' });
  }
}

async function provenImages(world: World): Promise<readonly string[]> {
  const text = await world.folder.read(proof);
  return text === undefined ? [] : (JSON.parse(text) as readonly string[]);
}

function keyOf({ image, namespace, pullSecrets }: ImageToProve): string {
  return digestOf(JSON.stringify([image, namespace, pullSecrets]));
}
