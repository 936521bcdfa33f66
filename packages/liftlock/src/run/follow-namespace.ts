import { emptyMemory, remember, uidOf, type FaultMemory } from '../findings/faults/memory.ts';
import type { Clock, ClusterReader } from '../model/ports.ts';
import { isProblem } from '../model/problem.ts';
import type { Unread } from '../model/snapshot.ts';

export interface FollowParts {
  readonly reader: ClusterReader;
  readonly clock: Clock;
  readonly namespace: string;
  readonly signal: AbortSignal;
  /** Called after events, once for all that came together. */
  readonly onChange: () => void;
  /** Called once for each kind that may not be watched. */
  readonly onUnread?: ((unread: Unread) => void) | undefined;
}

/** What the cluster says of a namespace, as it happens. */
export interface Following {
  /** Resolves when what was there at the beginning is known. Rejects when pods cannot be read at all. */
  readonly started: Promise<void>;
  /** Resolves when all watches have ended after the signal. Never rejects. */
  readonly done: Promise<void>;
  memory(): FaultMemory;
  /** Kinds that may not be watched: causes that only they tell stay unnamed. */
  unread(): readonly Unread[];
}

const watched = [
  { what: 'pods', path: '/api/v1/namespaces/{namespace}/pods' },
  { what: 'events', path: '/api/v1/namespaces/{namespace}/events' },
  { what: 'claims', path: '/api/v1/namespaces/{namespace}/persistentvolumeclaims' },
  { what: 'deployments', path: '/apis/apps/v1/namespaces/{namespace}/deployments' },
  { what: 'replicasets', path: '/apis/apps/v1/namespaces/{namespace}/replicasets' },
  { what: 'statefulsets', path: '/apis/apps/v1/namespaces/{namespace}/statefulsets' },
  { what: 'daemonsets', path: '/apis/apps/v1/namespaces/{namespace}/daemonsets' },
  { what: 'jobs', path: '/apis/batch/v1/namespaces/{namespace}/jobs' },
];
/** Milliseconds between two looks whether the watches have caught up with the first lists, and how many there are. */
const syncPause = 25;
const syncTries = 80;

/** Follows everything that tells why a rollout hangs, and folds it into one memory. */
export function followNamespace(parts: FollowParts): Following {
  const memory = emptyMemory();
  let isChangeDue = false;
  const refused: Unread[] = [];
  const changed = () => {
    if (isChangeDue) return;
    isChangeDue = true;
    queueMicrotask(() => {
      isChangeDue = false;
      if (!parts.signal.aborted) parts.onChange();
    });
  };
  const watches = watched.map(async ({ what, path }) => {
    try {
      await parts.reader.watch(
        path.replace('{namespace}', parts.namespace),
        {},
        (event) => {
          remember(memory, event, parts.clock.now());
          changed();
        },
        parts.signal,
      );
    } catch (error) {
      const unread = { what, why: isProblem(error) ? error.message : String(error) };
      refused.push(unread);
      parts.onUnread?.(unread);
    }
  });
  const started = firstLists(parts, memory);
  started.catch(() => undefined);
  return {
    started,
    done: Promise.all(watches).then(() => undefined),
    memory: () => memory,
    unread: () => refused,
  };
}

/**
 * Waits until the watches have delivered what lists show. A watch does not say where its first list ends, and judging
 * with half of it would call things absent that are there.
 */
async function firstLists(parts: FollowParts, { objects }: FaultMemory): Promise<void> {
  const lists = await Promise.all(
    watched
      .filter(({ what }) => what !== 'events')
      .map(async ({ what, path }) => {
        try {
          return await parts.reader.list(path.replace('{namespace}', parts.namespace));
        } catch (error) {
          if (what === 'pods' || !isProblem(error)) throw error;
          return [];
        }
      }),
  );
  const expected = lists.flat().map(uidOf);
  for (let tries = 0; tries < syncTries && !parts.signal.aborted; tries += 1) {
    if (expected.every((uid) => objects.has(uid))) return;
    await parts.clock.sleep(syncPause, parts.signal);
  }
}
