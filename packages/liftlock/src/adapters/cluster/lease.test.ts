import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import type { JsonObject } from '../../model/json.ts';
import type { Clock } from '../../model/ports.ts';
import { Problem } from '../../model/problem.ts';
import type { HttpAnswer } from '../http/http-client.ts';
import type { ClusterRequest } from './connect.ts';
import { makeLease } from './lease.ts';

interface Stored {
  metadata: { name: string; resourceVersion: string };
  spec: JsonObject;
}

/** Answers in place of the API server's, one a request; undefined: its own. */
type Answering = (method: string, own: () => HttpAnswer) => HttpAnswer | Promise<HttpAnswer>;

function answerOf(status: number, body: unknown): HttpAnswer {
  return { status, headers: {}, body: Readable.from([Buffer.from(JSON.stringify(body))]) };
}

/** A Lease of 30 s on an API server that answers as it is told, and a clock that moves when it is told, or slept by. */
async function held() {
  const server = { stored: undefined as Stored | undefined, version: 0, answering: undefined as Answering | undefined };
  const asked: string[] = [];
  let now = Date.parse('2026-11-21T10:00:00Z');
  const store = (spec: JsonObject): HttpAnswer => {
    server.stored = { metadata: { name: 'site', resourceVersion: String((server.version += 1)) }, spec };
    return answerOf(200, server.stored);
  };
  const answer = ({ method, body }: ClusterRequest): HttpAnswer => {
    if (method === 'GET') return server.stored === undefined ? answerOf(404, {}) : answerOf(200, server.stored);
    const sent = JSON.parse(body as string) as Stored;
    const isOutdated = sent.metadata.resourceVersion !== server.stored?.metadata.resourceVersion;
    return isOutdated ? answerOf(409, {}) : store(sent.spec);
  };
  const clock: Clock = {
    now: () => new Date(now),
    async sleep(milliseconds, signal) {
      // The renewal that comes by itself is left out: every one here is a write's.
      if (milliseconds === 10_000) await new Promise((resolve) => signal?.addEventListener('abort', resolve));
      else now += milliseconds;
    },
  };
  const lease = makeLease({
    connection: {
      server: 'https://cluster',
      request: async (request) => {
        asked.push(request.method);
        const own = () => answer(request);
        return server.answering === undefined ? own() : server.answering(request.method, own);
      },
    },
    namespace: 'default',
    name: 'site',
    holder: { identity: 'ann' },
    clock,
  });
  await lease.acquire();
  asked.splice(0);
  return {
    lease,
    server,
    asked,
    pass: (seconds: number) => void (now += seconds * 1000),
    takenBy: (other: string) => store({ ...server.stored?.spec, holderIdentity: other, leaseTransitions: 1 }),
    /** Something that knows nothing of leases writes an annotation. */
    annotate: () => store({ ...server.stored?.spec }),
  };
}

test('O8: a renewal that a pause cut in two is no answer: it is asked for again', async () => {
  const { lease, server, asked, pass, takenBy } = await held();
  pass(11);
  server.answering = (_method, own) => {
    server.answering = undefined;
    const landed = own();
    pass(60);
    takenBy('bob');
    return landed;
  };
  expect(await lease.mayWrite()).toBe(false);
  expect(asked).toEqual(['PUT', 'PUT', 'GET']);
  await lease.release();
});

test('O8: a pause without another holder costs one more renewal, and nothing else', async () => {
  const { lease, server, asked, pass } = await held();
  pass(11);
  server.answering = (_method, own) => {
    server.answering = undefined;
    const landed = own();
    pass(60);
    return landed;
  };
  expect(await lease.mayWrite()).toBe(true);
  expect(asked).toEqual(['PUT', 'PUT']);
  await lease.release();
});

test('answers that all come too late are no lost lease', async () => {
  const { lease, server, pass } = await held();
  pass(11);
  server.answering = (_method, own) => {
    pass(11);
    return own();
  };
  await expect(lease.mayWrite()).rejects.toMatchObject({ code: 'CLUSTER_UNREACHABLE', touched: 'no' });
  await lease.release();
});

test.each([1, 3])('a lease that something else has changed %i times in a row is still ours', async (times) => {
  const { lease, server, pass, annotate } = await held();
  pass(11);
  let left = times;
  server.answering = (method, own) => {
    if (method === 'PUT' && left-- > 0) annotate();
    return own();
  };
  expect(await lease.mayWrite()).toBe(true);
  await lease.release();
});

test('a lease that is changed all the while cannot be renewed, and that is said', async () => {
  const { lease, server, pass, annotate } = await held();
  pass(11);
  server.answering = (method, own) => {
    if (method === 'PUT') annotate();
    return own();
  };
  await expect(lease.mayWrite()).rejects.toMatchObject({
    code: 'CLUSTER_UNREACHABLE',
    message: expect.stringContaining('something else changes it'),
  });
  await lease.release();
});

const forbidden = { kind: 'Status', reason: 'Forbidden', message: 'leases.coordination.k8s.io "site" is forbidden' };

test('an API server that begins anew and refuses everybody is waited for, while the lease lasts', async () => {
  const { lease, server, asked, pass } = await held();
  pass(11);
  let left = 3;
  server.answering = (_method, own) => (left-- > 0 ? answerOf(403, forbidden) : own());
  expect(await lease.mayWrite()).toBe(true);
  expect(asked).toEqual(['PUT', 'PUT', 'PUT', 'PUT']);
  await lease.release();
});

test.each<[string, Answering]>([
  ['CLUSTER_REFUSED', () => answerOf(403, forbidden)],
  [
    'CLUSTER_UNREACHABLE',
    () => {
      throw new Problem('CLUSTER_UNREACHABLE', 'the network is away', { touched: 'unknown' });
    },
  ],
])('O8: what keeps the lease from being read is told as it is, %s, and nothing is written', async (code, answering) => {
  const { lease, server, pass } = await held();
  pass(11);
  server.answering = answering;
  await expect(lease.mayWrite()).rejects.toMatchObject({ code, touched: 'no' });
  await lease.release();
});

test('O8: a lease that is gone, or another holder of the same name, is lost', async () => {
  for (const change of ['deleted', 'taken'] as const) {
    const { lease, server, pass, takenBy } = await held();
    pass(11);
    if (change === 'deleted') server.stored = undefined;
    else takenBy('ann');
    expect([change, await lease.mayWrite()]).toEqual([change, false]);
    expect(await lease.mayWrite()).toBe(false);
    await lease.release();
  }
});
