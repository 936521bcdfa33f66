/** Small things that the tests of the sandbox share. */
import type { KubeObject, Pod, Sandbox } from '../src/index.ts';

/** Asks again until the answer is there; the test's own timeout is the only limit. */
export async function eventually<T>(ask: () => Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

let namespaces = 0;

/** A namespace of its own for a test. */
export async function newNamespace(sandbox: Sandbox, word: string): Promise<string> {
  namespaces += 1;
  const name = `${word}-${namespaces}`;
  await sandbox.api.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  await eventually(() => sandbox.api.find(`/api/v1/namespaces/${name}/serviceaccounts/default`));
  return name;
}

/** A bare pod. */
export function makePod(name: string, image: string, spec: Record<string, unknown> = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: name } },
    spec: { containers: [{ name: 'main', image }], ...spec },
  };
}

/** A Job with one container that is not tried again. */
export function makeJob(name: string, image: string): KubeObject {
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image }] } };
  return { apiVersion: 'batch/v1', kind: 'Job', metadata: { name }, spec: { backoffLimit: 0, template } };
}

/** Creates a pod. */
export async function createPod(sandbox: Sandbox, namespace: string, pod: KubeObject): Promise<void> {
  await sandbox.api.create(`/api/v1/namespaces/${namespace}/pods`, pod);
}

/** The pod when it is like that; waits for it. */
export function podWhen(sandbox: Sandbox, namespace: string, name: string, isSo: (pod: Pod) => boolean): Promise<Pod> {
  return eventually(async () => {
    const pod = await sandbox.api.find<Pod>(`/api/v1/namespaces/${namespace}/pods/${name}`);
    return pod !== undefined && isSo(pod) ? pod : undefined;
  });
}

/** Whether a pod is ready. */
export function isReady(pod: Pod): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}

/** Why the first container waits. */
export function waitingReason(pod: Pod): string | undefined {
  return pod.status?.containerStatuses?.[0]?.state?.waiting?.reason;
}

interface EventObject extends KubeObject {
  reason: string;
  message: string;
  involvedObject: { name: string };
}

/** Messages of the Events about an object, by reason. */
export async function eventMessages(
  sandbox: Sandbox,
  namespace: string,
  name: string,
  reason: string,
): Promise<string[]> {
  const { items } = await sandbox.api.list<EventObject>(`/api/v1/namespaces/${namespace}/events`);
  return items
    .filter((event) => event.involvedObject.name === name && event.reason === reason)
    .map(({ message }) => message);
}
