import { setImmediate } from 'node:timers/promises';
import { isJsonObject, jsonAt, type Json } from '../model/json.ts';
import type { Fault } from '../model/journal.ts';
import type { KubeObject } from '../model/kube.ts';
import type { Clock, ClusterReader } from '../model/ports.ts';

interface LogParts {
  readonly reader: ClusterReader;
  readonly clock: Clock;
  readonly namespace: string;
  readonly logTail?: number | undefined;
  readonly signal: AbortSignal;
}

/** Milliseconds that the name of a fault waits for its log: the cause must be on screen within 3 s. */
const patience = 1500;

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
  const place =
    fault.object.kind === 'Job'
      ? await podOfJob(parts, fault.object.name)
      : { pod: fault.object.name, container: fault.container };
  if (place?.container === undefined) return undefined;
  const base = `/api/v1/namespaces/${parts.namespace}/pods/${place.pod}/log?container=${place.container}&tailLines=${parts.logTail ?? 20}`;
  const previous = fault.object.kind === 'Job' ? '' : await parts.reader.text(`${base}&previous=true`).catch(() => '');
  const text = previous.trim() === '' ? await parts.reader.text(base) : previous;
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return { key: `${place.pod}/${place.container}`, lines };
}

/** The newest pod of a Job that failed, and its first container. */
async function podOfJob({ reader, namespace }: LogParts, job: string) {
  const pods = await reader.list(`/api/v1/namespaces/${namespace}/pods`, { labelSelector: `job-name=${job}` });
  const newest = pods.toSorted((a, b) => createdAt(b).localeCompare(createdAt(a)))[0];
  if (newest === undefined) return undefined;
  const containers = jsonAt(newest.spec, ['containers']);
  const first = Array.isArray(containers) ? (containers as readonly Json[]).find(isJsonObject) : undefined;
  return { pod: newest.metadata.name, container: typeof first?.['name'] === 'string' ? first['name'] : undefined };
}

function createdAt(object: KubeObject): string {
  return object.metadata.creationTimestamp ?? '';
}
