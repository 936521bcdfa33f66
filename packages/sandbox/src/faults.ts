/** Faults: things that go wrong with pods, as real objects of the API, set and cleared while everything runs. */
import { randomBytes } from 'node:crypto';
import { ApiError, type ApiClient, type KubeObject } from './api-client.ts';
import { callControl } from './control.ts';
import { faultStages } from './fault-stages.ts';
import { faultCondition, renderStage } from './pod-templates.ts';
import { isMatch, type Pod, type PodMatch } from './pod.ts';
import { clearUnschedulable, faultLabel, setUnschedulable } from './unschedulable.ts';

/** Why an image does not come: what the registry answers, or that it cannot be reached. */
export type ImagePullCause = 401 | 403 | 404 | 429 | 'network';

/** What goes wrong. */
export type FaultKind =
  /** The image cannot be pulled; `mendsAfter` seconds after a pod was placed it can. */
  | { kind: 'image-pull'; cause: ImagePullCause; mendsAfter?: number | undefined }
  /** The container ends with that code again and again; `log` is what it prints. Of a Job without restarts: the pod fails. */
  | { kind: 'crash-loop'; exitCode: number; log?: readonly string[] | undefined }
  /** The container runs and its readiness probe fails. */
  | { kind: 'never-ready' }
  /** Every container takes that long to be created. */
  | { kind: 'slow'; seconds: number }
  /** The container of a Job ends with code 1. */
  | { kind: 'failed-job'; log?: readonly string[] | undefined }
  /** The container is killed for its memory again and again. */
  | { kind: 'oom-kill' }
  /** No node will have the pods; holds for pods created afterwards. */
  | { kind: 'unschedulable' }
  /** Ready, and that long afterwards not ready any more. */
  | { kind: 'dies-after'; seconds: number }
  /** The pod of a Job takes that long to complete. */
  | { kind: 'slow-job'; seconds: number };

/**
 * What goes wrong with which pods. With `match.image` it is the containers of that image; otherwise the container of
 * that name, or the first.
 */
export type Fault = FaultKind & { match: PodMatch; container?: string | undefined };

/** A fault that is in force. */
export interface ActiveFault {
  id: string;
  /** Takes the fault back; pods that it had become ready, as after a kubelet's next try. */
  clear(): Promise<void>;
}

/** Sets and clears faults. A fault acts on pods that are not ready yet, and on those created afterwards. */
export interface Faults {
  set(fault: Fault): Promise<ActiveFault>;
  clearAll(): Promise<void>;
}

const stagesPath = '/apis/kwok.x-k8s.io/v1alpha1/stages';
// A fault set later goes before one set earlier: KWOK draws among the stages that match, by weight.
const smallestWeight = 1000;
const largestWeight = 1_000_000_000_000_000;

interface StageObject extends KubeObject {
  spec: { weight?: number };
}

async function nextWeight(api: ApiClient): Promise<number> {
  const { items } = await api.list<StageObject>(`${stagesPath}?labelSelector=${faultLabel}`);
  const heaviest = Math.max(smallestWeight / 1000, ...items.map(({ spec }) => spec.weight ?? 0));
  return Math.min(heaviest * 1000, largestWeight);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function isAlive(pod: Pod): boolean {
  const phase = pod.status?.phase;
  return (
    pod.metadata.deletionTimestamp === undefined &&
    pod.spec.nodeName !== undefined &&
    (phase === 'Pending' || phase === 'Running')
  );
}

function isReady(pod: Pod): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}

function faultOf(pod: Pod): string | undefined {
  const found = pod.status?.conditions?.find(({ type }) => type === faultCondition);
  return found?.status === 'True' ? found.reason : undefined;
}

/** KWOK looks at a pod when it changes, so pods that should move for another reason are touched. */
async function touch(api: ApiClient, pod: Pod): Promise<void> {
  const found = pod.status?.conditions?.find(({ type }) => type === faultCondition) ?? {
    status: 'False',
    reason: 'None',
  };
  const condition = { ...found, type: faultCondition, message: `looked at ${new Date().toISOString()}` };
  const path = `/api/v1/namespaces/${pod.metadata.namespace}/pods/${pod.metadata.name}/status`;
  try {
    await api.patch(path, { status: { conditions: [condition] } }, 'strategic');
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 404)) throw error;
  }
}

/** Touches pods until none is left that ought to move; KWOK may learn of the stages a moment later than we did. */
async function settle(api: ApiClient, isLeft: (pod: Pod) => boolean): Promise<void> {
  for (let attempt = 0; attempt < 12; attempt += 1) {
    await pause(attempt < 2 ? 100 : 300);
    const pods = await api.list<Pod>('/api/v1/pods');
    const left = pods.items.filter((pod) => isAlive(pod) && isLeft(pod));
    if (left.length === 0 && attempt > 0) return;
    await Promise.all(left.map((pod) => touch(api, pod)));
  }
}

/** Lets KWOK see its stages once more: it may have read the list a moment before it held the last change. */
async function nudge(api: ApiClient): Promise<void> {
  await pause(50);
  await api.patch(`${stagesPath}/pod-delete`, {
    metadata: { annotations: { 'sandbox.liftlock.dev/nudge': randomBytes(4).toString('hex') } },
  });
}

/** The faults of one sandbox. */
export function makeFaults(api: ApiClient, place: { controlUrl: string; controlToken: string }): Faults {
  async function clear(ids: readonly string[]): Promise<void> {
    for (const id of ids) await api.raw('DELETE', `${stagesPath}?labelSelector=${faultLabel}%3D${id}`);
    await nudge(api);
    await callControl(place, 'clear-logs', { ids: [...ids] });
    await settle(api, (pod) => ids.includes(faultOf(pod) ?? '') && !isReady(pod));
  }

  async function set(fault: Fault): Promise<ActiveFault> {
    const id = `f${randomBytes(4).toString('hex')}`;
    if ('log' in fault && fault.log !== undefined) {
      await callControl(place, 'set-logs', {
        id,
        match: fault.match,
        container: fault.container,
        lines: [...fault.log],
      });
    }
    if (fault.kind === 'unschedulable') {
      await setUnschedulable(api, id, fault.match);
      return { id, clear: () => clearUnschedulable(api, id) };
    }
    const annotations = { 'sandbox.liftlock.dev/fault': JSON.stringify(fault) };
    const stages = faultStages(id, fault, await nextWeight(api));
    for (const stage of stages)
      await api.create(stagesPath, renderStage({ ...stage, labels: { [faultLabel]: id }, annotations }));
    await nudge(api);
    await settle(api, (pod) => isMatch(pod, fault.match) && !isReady(pod) && faultOf(pod) !== id);
    return { id, clear: () => clear([id]) };
  }

  async function clearAll(): Promise<void> {
    const idOf = ({ metadata }: KubeObject): string[] =>
      Object.entries(metadata.labels ?? {}).flatMap(([key, id]) => (key === faultLabel ? [id] : []));
    const stages = await api.list(`${stagesPath}?labelSelector=${faultLabel}`);
    const policies = await api.list(
      `/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicies?labelSelector=${faultLabel}`,
    );
    for (const id of new Set(policies.items.flatMap(idOf))) await clearUnschedulable(api, id);
    const ids = [...new Set(stages.items.flatMap(idOf))];
    if (ids.length > 0) await clear(ids);
  }

  return { set, clearAll };
}
