import type { Readable } from 'node:stream';
import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import type { KubeObject } from '../../model/kube.ts';
import type { ListOptions, WatchEvent } from '../../model/ports.ts';
import { isProblem } from '../../model/problem.ts';
import { openStream } from './api-client.ts';
import { listQuery, type ListedPage } from './list.ts';
import { isOutage, steadyTime, type SteadyTime } from './patience.ts';
import type { Transport } from './transport.ts';

export interface WatchParts {
  readonly transport: Transport;
  readonly server: string;
  readonly path: string;
  readonly options: ListOptions;
  readonly onEvent: (event: WatchEvent) => void;
  readonly signal: AbortSignal;
  readonly list: () => Promise<ListedPage>;
  readonly time?: SteadyTime | undefined;
}

/** After it began anew an API server may refuse for a while what it allowed before: its rules come a little later. */
const refusalMs = 30_000;
/** Seconds after which the API server ends a watch; it is simply begun again. */
const watchSeconds = 240;
/** A watch that ends sooner, and brought nothing, is not begun again at once. */
const livelyMs = 1_000;
const firstPauseMs = 200;
const longestPauseMs = 5_000;

/**
 * Lists, then follows, until the signal aborts. What is known is kept by name, so that after a gap the differences are
 * reported: new, changed by resourceVersion, vanished.
 *
 * Problems, only for what will not mend: what the first list throws, and later CLUSTER_REFUSED and OBJECT_ABSENT where they
 * last for half a minute. Later network errors, and logins that fail, are waited out.
 */
export async function watchObjects(parts: WatchParts): Promise<void> {
  const { signal, time = steadyTime } = parts;
  const known = new Map<string, KubeObject>();
  let version = '';
  let pauseMs = firstPauseMs;
  let isFirst = true;
  let refusedSince: number | undefined;
  while (!signal.aborted) {
    let isLively = false;
    try {
      if (version === '') {
        version = compare(known, await parts.list(), parts);
        isFirst = false;
      }
      const from = version;
      const openedAt = time.now();
      version = await follow(known, from, parts, () => {
        refusedSince = undefined;
      });
      isLively = (version !== '' && version !== from) || time.now() - openedAt > livelyMs;
    } catch (error) {
      if (signal.aborted) return;
      const problem = isProblem(error) ? error : undefined;
      const isGone = problem?.details['status'] === 410;
      // What is no JSON comes from something in between, as while a network is away.
      if (!isGone && (isFirst || (problem === undefined && !(error instanceof SyntaxError)))) throw error;
      if (isGone || problem === undefined) version = '';
      else if (isOutage(problem)) refusedSince = undefined;
      else {
        refusedSince ??= time.now();
        if (time.now() - refusedSince > refusalMs) throw error;
      }
    }
    if (isLively) pauseMs = firstPauseMs;
    else {
      await time.sleep(pauseMs, signal).catch(() => undefined);
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    }
  }
}

function compare(known: Map<string, KubeObject>, listed: ListedPage, parts: WatchParts): string {
  const seen = new Set<string>();
  for (const object of listed.objects) {
    if (parts.signal.aborted) return '';
    const key = keyOf(object);
    seen.add(key);
    const before = known.get(key);
    known.set(key, object);
    if (before === undefined || before.metadata.uid !== object.metadata.uid) {
      if (before !== undefined) parts.onEvent({ type: 'DELETED', object: before });
      parts.onEvent({ type: 'ADDED', object });
    } else if (before.metadata.resourceVersion !== object.metadata.resourceVersion) {
      parts.onEvent({ type: 'MODIFIED', object });
    }
  }
  for (const [key, object] of known) {
    if (seen.has(key)) continue;
    known.delete(key);
    parts.onEvent({ type: 'DELETED', object });
  }
  return listed.resourceVersion;
}

/** @returns the version to go on from; empty when the list must be read again */
async function follow(
  known: Map<string, KubeObject>,
  from: string,
  parts: WatchParts,
  onOpen: () => void,
): Promise<string> {
  const query = listQuery({
    ...parts.options,
    watch: 'true',
    allowWatchBookmarks: 'true',
    resourceVersion: from,
    timeoutSeconds: String(watchSeconds),
  });
  const answer = await openStream(parts.transport, parts.server, {
    method: 'GET',
    path: `${parts.path}${query}`,
    headers: { accept: 'application/json' },
    isRepeatable: true,
    signal: parts.signal,
  });
  onOpen();
  let version = from;
  try {
    for await (const event of linesOf(answer.body)) {
      if (parts.signal.aborted) return version;
      const { type, object } = event;
      if (type === 'ERROR' || !isJsonObject(object)) return '';
      const seen = object as unknown as KubeObject;
      version = seen.metadata.resourceVersion ?? version;
      if (type === 'BOOKMARK') continue;
      if (type === 'DELETED') known.delete(keyOf(seen));
      else known.set(keyOf(seen), seen);
      parts.onEvent({ type: type as WatchEvent['type'], object: seen });
    }
  } catch (error) {
    // A connection that broke: on from the last version seen.
    if (!(error instanceof Error) || !('code' in error)) throw error;
  } finally {
    answer.body.destroy();
  }
  return version;
}

async function* linesOf(body: Readable): AsyncGenerator<JsonObject> {
  let rest = '';
  for await (const text of body.setEncoding('utf8') as AsyncIterable<string>) {
    const lines = `${rest}${text}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line.trim() === '') continue;
      const event = JSON.parse(line) as Json;
      if (isJsonObject(event)) yield event;
    }
  }
}

function keyOf(object: KubeObject): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}
