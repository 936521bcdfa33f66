import type { JsonObject } from '../../model/json.ts';
import type { Clock, WriterLease } from '../../model/ports.ts';
import { isProblem, Problem, withTouched } from '../../model/problem.ts';
import { readJson, readText } from '../http/http-client.ts';
import { isOutage } from './patience.ts';
import { parseRefusal, refusedProblem } from './problems.ts';
import type { ClusterConnection } from './connect.ts';
import { heldProblem, parseLease, type LeaseRecord } from './lease-record.ts';

export interface LeaseOptions {
  readonly connection: Pick<ClusterConnection, 'request' | 'server'> & Partial<Pick<ClusterConnection, 'patience'>>;
  readonly namespace: string;
  readonly name: string;
  /** Who holds it, from where: shown to those who are refused. Different for every run. */
  readonly holder: { readonly identity: string };
  readonly clock: Clock;
  /** Told once, when another holds it and must be watched until its lease lapses. */
  readonly onWait?: ((held: { readonly by: string; readonly seconds: number }) => void) | undefined;
  /** Seconds without a renewal after which another may take it over. */
  readonly durationSeconds?: number | undefined;
}

const requestMs = 5_000;
/** Times that a renewal is begun anew at once, where it was overtaken. */
const mostTries = 5;

/**
 * The Lease of one site's writer. As client-go's leader election has it, times of two machines are never compared: a
 * lease has lapsed when this process saw it unchanged for as long as it lasts. Taking it over raises
 * `leaseTransitions`; whoever finds another number there has lost it for good.
 *
 * Problems of acquire: LEASE_HELD, exit 3; and those of the API.
 */
export function makeLease(options: LeaseOptions): WriterLease {
  const seconds = options.durationSeconds ?? 30;
  const thirdMs = (seconds * 1000) / 3;
  const collection = `/apis/coordination.k8s.io/v1/namespaces/${options.namespace}/leases`;
  const path = `${collection}/${options.name}`;
  const stop = new AbortController();
  let held: LeaseRecord | undefined;
  /** Before the request that renewed it was sent: on the monotonic clock, and on this machine's own. */
  let renewedAt = { steady: -Infinity, wall: 0 };
  let renewing: Promise<boolean> | undefined;
  let written = 0;

  async function send(method: string, to: string, body?: JsonObject): Promise<LeaseRecord | number> {
    const answer = await options.connection.request({
      method,
      path: to,
      headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      timeoutMs: requestMs,
    });
    if (answer.status === 404 || answer.status === 409) {
      const refusal = parseRefusal(answer.status, await readText(answer));
      // A namespace that does not exist answers 404 to a create as well; only a read may find nothing.
      if (answer.status === 404 && method === 'POST')
        throw refusedProblem(method, to, refusal, options.connection.server);
      return answer.status;
    }
    if (answer.status >= 300) {
      const refusal = parseRefusal(answer.status, await readText(answer));
      throw refusedProblem(method, to, refusal, options.connection.server);
    }
    return parseLease(await readJson(answer));
  }

  /** Writes the lease as ours over the record that was read, or anew. Undefined: someone else was faster. */
  async function take(over: LeaseRecord | undefined, isRenewal: boolean): Promise<LeaseRecord | undefined> {
    const startedAt = { steady: performance.now(), wall: options.clock.now().getTime() };
    const now = microTime(options.clock.now(), (written += 1));
    const spec = {
      holderIdentity: options.holder.identity,
      leaseDurationSeconds: seconds,
      acquireTime: isRenewal && over !== undefined ? over.acquireTime : now,
      renewTime: now,
      leaseTransitions: over === undefined ? 0 : over.transitions + (isRenewal ? 0 : 1),
    };
    const metadata = { name: options.name, namespace: options.namespace, ...over?.metadata };
    const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec };
    const taken = over === undefined ? await send('POST', collection, lease) : await send('PUT', path, lease);
    if (typeof taken === 'number') return undefined;
    held = taken;
    renewedAt = startedAt;
    return taken;
  }

  /** Renews on what was last written; where that is outdated, on what is there, if it is still ours. */
  async function renewOnce(): Promise<boolean> {
    let ours = held;
    for (let tries = 0; ours !== undefined; tries += 1) {
      if (tries === mostTries) throw cannotRenew('something else changes it all the while');
      if ((await take(ours, true)) !== undefined) return true;
      const found = await send('GET', path);
      const isOurs =
        typeof found !== 'number' && found.holder === options.holder.identity && found.transitions === ours.transitions;
      ours = isOurs ? found : undefined;
    }
    held = undefined;
    return false;
  }

  function cannotRenew(why: string): Problem {
    return new Problem('CLUSTER_UNREACHABLE', `The lease ${options.name} could not be renewed: ${why}`, {
      touched: 'no',
      advice: ['Nothing was written without it. When the API server is well again: liftlock resume'],
    });
  }

  /** The monotonic clock stands still while a machine sleeps, the other may be set back: the larger answer counts. */
  function renewalAgeMs(): number {
    return Math.max(performance.now() - renewedAt.steady, options.clock.now().getTime() - renewedAt.wall);
  }

  async function renew(): Promise<boolean> {
    renewing ??= renewOnce().finally(() => {
      renewing = undefined;
    });
    return renewing;
  }

  /** That no renewal is answered tells early that the API server is away, also while every other question hangs. */
  async function renewAndTell(): Promise<boolean> {
    const begun = performance.now();
    try {
      return await renew();
    } catch (error) {
      if (isProblem(error) && isOutage(error)) await options.connection.patience?.missed(error, begun);
      return false;
    }
  }

  async function keepRenewing(): Promise<void> {
    let pauseMs = thirdMs;
    while (!stop.signal.aborted) {
      await options.clock.sleep(pauseMs, stop.signal);
      if (stop.signal.aborted || held === undefined) return;
      // A network that is away is tried again soon: the lease may come back before it lapses.
      pauseMs = (await renewAndTell()) ? thirdMs : thirdMs / 5;
    }
  }

  /**
   * Renews an old lease before a write. In a run an API server that is away is waited for: what was ours before is ours only if
   * holder and transitions are what they were, and nothing is written in between. One that begins anew refuses everybody
   * until it has loaded its rules: that is tried again for as long as the lease lasts.
   */
  async function renewForWrite(): Promise<boolean> {
    const { patience } = options.connection;
    const waiting = patience?.isPatient === true ? patience.ofCall() : undefined;
    for (;;) {
      try {
        return await renew();
      } catch (error) {
        if (!isProblem(error)) throw error;
        const isRefused = error.code === 'CLUSTER_REFUSED' && isValid() && !stop.signal.aborted;
        if (isRefused) await options.clock.sleep(thirdMs / 5, stop.signal);
        else if (!isOutage(error) || !((await waiting?.again(error)) ?? false)) throw withTouched(error, 'no');
      }
    }
  }

  /** False where another may have taken it since the last renewal. */
  function isValid(): boolean {
    return held !== undefined && renewalAgeMs() < seconds * 1000;
  }

  return {
    acquire: async () => {
      await acquire({ ...options, seconds, read: async () => send('GET', path), take });
      void keepRenewing().catch(() => undefined);
    },
    mayWrite: async () => {
      // A renewal that a pause cut in two is as old as its beginning: what it found may be so no more.
      for (let tries = 0; ; tries += 1) {
        if (held === undefined) return false;
        if (renewalAgeMs() <= thirdMs) return true;
        if (tries === mostTries) throw cannotRenew('each answer came too late');
        if (!(await renewForWrite())) return false;
      }
    },
    isLost: async () => {
      if (held !== undefined && renewalAgeMs() > thirdMs) await renew().catch(() => false);
      return held === undefined;
    },
    isSure: isValid,
    release: async () => {
      stop.abort();
      await renewing?.catch(() => false);
      const ours = held;
      held = undefined;
      if (ours === undefined) return;
      try {
        const spec = { holderIdentity: '', leaseDurationSeconds: 1, leaseTransitions: ours.transitions };
        const times = { acquireTime: ours.acquireTime, renewTime: microTime(options.clock.now(), (written += 1)) };
        const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: ours.metadata };
        // Its resourceVersion goes along: a lease that another has taken is left alone.
        await send('PUT', path, { ...lease, spec: { ...spec, ...times } });
      } catch (error) {
        // It lapses by itself.
        if (!isProblem(error)) throw error;
      }
    },
  };
}

interface Acquiring extends LeaseOptions {
  readonly seconds: number;
  readonly read: () => Promise<LeaseRecord | number>;
  readonly take: (over: LeaseRecord | undefined, isRenewal: boolean) => Promise<LeaseRecord | undefined>;
}

/** Looks on for as long as the lease lasts: renewed meanwhile, it is held; unchanged, its holder is gone. */
async function acquire(asked: Acquiring): Promise<void> {
  const lookMs = Math.min(1_000, (asked.seconds * 1000) / 10);
  let seen: LeaseRecord | undefined;
  let seenAt = performance.now();
  for (;;) {
    const found = await asked.read();
    if (typeof found === 'number') {
      if ((await asked.take(undefined, false)) !== undefined) return;
      continue;
    }
    const isFree = found.holder === '';
    const isOurs = found.holder === asked.holder.identity;
    const isUnchanged = seen !== undefined && seen.metadata.resourceVersion === found.metadata.resourceVersion;
    if (seen !== undefined && !isUnchanged && !isFree && !isOurs) throw heldProblem(found, asked);
    if (seen === undefined && !isFree && !isOurs) asked.onWait?.({ by: found.holder, seconds: found.durationSeconds });
    if (!isUnchanged) {
      seen = found;
      seenAt = performance.now();
    }
    const hasLapsed = performance.now() - seenAt > found.durationSeconds * 1000;
    if ((isFree || isOurs || hasLapsed) && (await asked.take(found, false)) !== undefined) return;
    if (!isFree && !isOurs) await asked.clock.sleep(lookMs);
  }
}

/**
 * Kubernetes' MicroTime. The count stands where a Date has no digits: two renewals are never equal, and so never
 * dropped as a change of nothing, even when the clock was set back in between.
 */
function microTime(date: Date, count: number): string {
  return date.toISOString().replace(/(\.\d{3})Z$/, `$1${String(count % 1000).padStart(3, '0')}Z`);
}
