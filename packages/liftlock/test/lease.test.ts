import { afterAll, beforeAll, expect, test } from 'vitest';
import { up, type Sandbox } from '@liftlock/sandbox';
import { connectCluster, type ClusterConnection } from '../src/adapters/cluster/connect.ts';
import { makeLease } from '../src/adapters/cluster/lease.ts';
import type { JsonObject } from '../src/model/json.ts';
import type { Clock } from '../src/model/ports.ts';
import { Problem } from '../src/model/problem.ts';
import { saidBy, until } from './support/happenings.ts';
import { openRivals, raceForLease } from './support/lease-race.ts';

let sandbox: Sandbox;
let connection: ClusterConnection;

const clock: Clock = {
  now: () => new Date(),
  sleep: async (milliseconds, signal) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
    return promise;
  },
};

beforeAll(async () => {
  sandbox = await up();
  connection = await connectCluster({ kubeconfig: sandbox.kubeconfig, env: {} });
}, 1_800_000);

afterAll(async () => {
  connection.close();
  await sandbox.down();
});

function leaseOf(
  name: string,
  identity: string,
  options: { readonly clock?: Clock; readonly via?: Pick<ClusterConnection, 'request' | 'server'> } = {},
) {
  return makeLease({
    connection: options.via ?? connection,
    namespace: 'default',
    name,
    holder: { identity },
    clock: options.clock ?? clock,
    durationSeconds: 3,
  });
}

async function specOf(name: string): Promise<JsonObject> {
  return (await connection.reader.get(`/apis/coordination.k8s.io/v1/namespaces/default/leases/${name}`)).spec ?? {};
}

async function problemOf(promise: Promise<unknown>): Promise<Problem> {
  return promise.then(
    () => expect.fail('nothing was thrown'),
    (error: unknown) => error as Problem,
  );
}

/** A connection whose network can be taken away. */
function breakable() {
  const state = { isBroken: false };
  const via: Pick<ClusterConnection, 'request' | 'server'> = {
    server: connection.server,
    request: async (request) => {
      if (state.isBroken) throw new Problem('CLUSTER_UNREACHABLE', 'the network is away');
      return connection.request(request);
    },
  };
  return { state, via };
}

test('O8: a second holder is refused, with who holds it, since when and from where', async () => {
  const first = leaseOf('held', 'ann@laptop pid 1');
  await first.acquire();
  expect(await first.mayWrite()).toBe(true);
  const second = leaseOf('held', 'bob@server pid 2');
  const problem = await problemOf(second.acquire());
  expect([problem.code, problem.exitCode]).toEqual(['LEASE_HELD', 3]);
  expect(problem.message).toMatch(/ann@laptop pid 1 since \d{4}-\d\d-\d\dT/);
  expect(await second.mayWrite()).toBe(false);
  expect(await first.mayWrite()).toBe(true);
  await first.release();
  expect(await specOf('held')).toMatchObject({ holderIdentity: '', leaseTransitions: 0 });
  await second.acquire();
  expect(await specOf('held')).toMatchObject({ holderIdentity: 'bob@server pid 2', leaseTransitions: 1 });
  expect([await first.mayWrite(), await second.mayWrite()]).toEqual([false, true]);
  // A release comes late: it is no longer the first one's to give back.
  await first.release();
  expect(await specOf('held')).toMatchObject({ holderIdentity: 'bob@server pid 2' });
  await second.release();
});

test('O8: a lease that lapsed is taken over, and its former holder may write no more', async () => {
  const { state, via } = breakable();
  const first = leaseOf('lapsed', 'first', { via });
  await first.acquire();
  state.isBroken = true;
  const second = leaseOf('lapsed', 'second');
  await second.acquire();
  expect(await specOf('lapsed')).toMatchObject({ holderIdentity: 'second', leaseTransitions: 1 });
  state.isBroken = false;
  // Its last renewal is older than a third of the lease: it looks, and finds another's name.
  expect(await first.mayWrite()).toBe(false);
  expect(await second.mayWrite()).toBe(true);
  await first.release();
  await second.release();
});

test('O8: clocks of two machines are never compared', async () => {
  const late: Clock = { ...clock, now: () => new Date(Date.now() - 200_000_000_000) };
  const first = leaseOf('clocks', 'late', { clock: late });
  await first.acquire();
  expect((await problemOf(leaseOf('clocks', 'punctual').acquire())).code).toBe('LEASE_HELD');
  await first.release();
});

test('O8: without an answer from the API server nothing may be written once the renewal is old', async () => {
  const { state, via } = breakable();
  const lease = leaseOf('away', 'only', { via });
  await lease.acquire();
  state.isBroken = true;
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  expect(await problemOf(lease.mayWrite())).toMatchObject({ code: 'CLUSTER_UNREACHABLE', touched: 'no' });
  state.isBroken = false;
  expect(await lease.mayWrite()).toBe(true);
  await lease.release();
});

test('of many that begin at once, one gets it', async () => {
  const all = Array.from({ length: 5 }, (_, index) => leaseOf('race', `holder-${index}`));
  const outcomes = await Promise.allSettled(all.map(async (lease) => lease.acquire()));
  expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
  const may = await Promise.all(all.map(async (lease) => lease.mayWrite()));
  expect(may.filter(Boolean)).toHaveLength(1);
  await Promise.all(all.map(async (lease) => lease.release()));
});

test('O8: a machine that slept looks before it writes', async () => {
  let asleepMs = 0;
  const sleepy: Clock = { ...clock, now: () => new Date(Date.now() + asleepMs) };
  const { state, via } = breakable();
  const lease = leaseOf('slept', 'laptop', { clock: sleepy, via });
  await lease.acquire();
  state.isBroken = true;
  expect(await lease.mayWrite()).toBe(true);
  // What the monotonic clock does not count.
  asleepMs = 3_600_000;
  expect(await problemOf(lease.mayWrite())).toMatchObject({ code: 'CLUSTER_UNREACHABLE' });
  await lease.release();
});

test(
  'O8: a run that was paused past its lease writes no more, and neither does its helm',
  { timeout: 240_000 },
  async () => {
    const rivals = await openRivals(sandbox);
    try {
      await rivals.setRound('one');
      const { namespace } = rivals.release.world;
      const slow = await sandbox.faults.set({ kind: 'slow', seconds: 600, match: { podNamePrefix: 'web', namespace } });
      const ann = rivals.begin('ann');
      await ann.printed(/shop\/upgrade: .*0\/1 ready/);
      ann.signal('SIGSTOP');
      const bob = rivals.begin('bob');
      await until(async () => expect(await rivals.holder()).toBe('bob'));
      await slow.clear();
      // Her helm sees its pods ready and wants to write that it is done.
      ann.signal('SIGCONT');
      const paused = await ann.done;
      const taken = await bob.done;
      const { violations, handovers, helmWrites } = await rivals.tenures();
      expect({ violations, handovers }).toEqual({ violations: [], handovers: 1 });
      expect(helmWrites).toBeGreaterThan(0);
      expect(paused.code, saidBy(paused)).toBe(5);
      expect(saidBy(paused)).toContain('LEASE_LOST');
      expect(saidBy(taken)).toMatch(/holds the site's lease\. Watching for 2 s/);
    } finally {
      await rivals.close();
    }
  },
);

test(
  'O8: of two machines that race for a site there are never two writers, their helm included',
  { timeout: 300_000 },
  async () => {
    const result = await raceForLease({ sandbox, seed: 20, rounds: 2 });
    expect(result.violations).toEqual([]);
    expect(result.rounds).toBe(2);
    // Something was at stake.
    expect(result.helmWrites).toBeGreaterThan(0);
  },
);
