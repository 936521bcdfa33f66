import { setImmediate } from 'node:timers/promises';
import { isJsonObject, jsonAt, type Json } from '../model/json.ts';
import type { Fault } from '../model/journal.ts';
import type { KubeObject } from '../model/kube.ts';
import type { Clock, ClusterReader } from '../model/ports.ts';
import type { Redactor } from '../model/redaction.ts';
import { learnPodSecrets } from './pod-secrets.ts';

interface LogParts {
  readonly reader: ClusterReader;
  readonly clock: Clock;
  readonly namespace: string;
  readonly redactor?: Redactor | undefined;
  readonly logTail?: number | undefined;
  readonly signal: AbortSignal;
}

/** Milliseconds that the name of a fault waits for its log: the cause must be on screen within 3 s. */
const patience = 2000;

/** The last lines of the container that a fault is about, of its former life where it has one. */
export async function lastLines(
  parts: LogParts,
  fault: Fault,
): Promise<{ readonly key: string; readonly lines: readonly string[] } | undefined> {
  const reading = readLines(parts, fault).catch(() => undefined);
  const late = parts.clock.sleep(patience, parts.signal).then(
    () => setImmediate(undefined),
    () => undefined,
  );
  return Promise.race([reading, late]);
}

async function readLines(parts: LogParts, fault: Fault) {
  const { reader, namespace, redactor } = parts;
  const isJob = fault.object.kind === 'Job';
  const pod = await newestPod(parts, fault);
  const container = isJob ? firstContainer(pod) : fault.container;
  if (pod === undefined || container === undefined) return undefined;
  const unlearned = redactor && (await learnPodSecrets(pod.spec, namespace, { reader, redactor }));
  if (unlearned !== undefined) return undefined;
  const { name } = pod.metadata;
  const base = `/api/v1/namespaces/${namespace}/pods/${name}/log?container=${container}&tailLines=${parts.logTail ?? 20}`;
  const previous = isJob ? '' : await reader.text(`${base}&previous=true`).catch(() => '');
  const text = previous.trim() === '' ? await reader.text(base) : previous;
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return { key: `${name}/${container}`, lines };
}

/** The pod that a fault is about, or the newest of its Job. It is listed, since to get it is more than a run may need to be allowed. */
async function newestPod(
  { reader, namespace }: LogParts,
  { object: { kind, name } }: Fault,
): Promise<KubeObject | undefined> {
  const which = kind === 'Job' ? { labelSelector: `job-name=${name}` } : { fieldSelector: `metadata.name=${name}` };
  const pods = await reader.list(`/api/v1/namespaces/${namespace}/pods`, which);
  return pods.toSorted((a, b) => createdAt(b).localeCompare(createdAt(a)))[0];
}

function firstContainer(pod: KubeObject | undefined): string | undefined {
  const containers = jsonAt(pod?.spec, ['containers']);
  const first = Array.isArray(containers) ? (containers as readonly Json[]).find(isJsonObject) : undefined;
  return typeof first?.['name'] === 'string' ? first['name'] : undefined;
}

function createdAt(object: KubeObject): string {
  return object.metadata.creationTimestamp ?? '';
}
