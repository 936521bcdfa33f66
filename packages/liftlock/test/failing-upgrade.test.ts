import { afterEach, expect, test } from 'vitest';
import type { FaultRule } from './support/fault-proxy.ts';
import { sharedSandbox } from './support/stage.ts';
import { openTrouble, undisturbed, type Trouble } from './support/trouble.ts';

let trouble: Trouble | undefined;
afterEach(async () => {
  await trouble?.close();
  trouble = undefined;
});

const ownReads = { userAgent: /^liftlock/, method: /GET/ };
const helmReads = { userAgent: /^Helm/, method: /GET/ };

/** In the middle of a run, each kind by itself: what liftlock and helm ask for then. */
const passing: readonly FaultRule[] = [
  { ...ownReads, act: { status: 429, retryAfter: 1 }, skip: 2 },
  { ...ownReads, act: { status: 500 }, skip: 3, times: 2 },
  { ...ownReads, act: { status: 503, isPlain: true }, skip: 4, times: 2 },
  { ...ownReads, act: { reset: 'before' }, skip: 5 },
  { ...ownReads, act: { reset: 'after' }, skip: 6 },
  { ...ownReads, act: { reset: 'within' }, skip: 7 },
  { ...ownReads, act: { slowMs: 500 }, skip: 8 },
  { ...ownReads, path: /watch=true/, act: { status: 410 }, times: 2 },
  { ...ownReads, path: /secrets|deployments/, act: { stale: true }, skip: 5, times: 2 },
  { ...helmReads, act: { status: 429, retryAfter: 1 }, skip: 2 },
  { ...helmReads, act: { status: 503, isPlain: true }, skip: 3 },
  { ...helmReads, act: { reset: 'before' }, skip: 4 },
  { ...helmReads, act: { reset: 'after' }, skip: 5 },
  { ...helmReads, path: /namespaces/, act: { reset: 'within' }, skip: 3 },
  { userAgent: /^Helm/, method: /PATCH|PUT|POST/, act: { slowMs: 500 }, times: 2 },
  { ...helmReads, path: /deployments/, act: { down: true } },
];

test('an upgrade goes through every fault that passes, waits while nobody answers, and is done once', async () => {
  trouble = await openTrouble(sharedSandbox(), { helm: 'helm3', viaProxy: true, graces: { apiServer: '1m' } });
  const proxy = trouble.front();
  const upgrade = await trouble.begin();
  const met = passing.map((rule) => proxy.add(rule));
  await upgrade.printed('shop/upgrade: Upgrade Shop');
  proxy.expireToken();
  proxy.rotateCertificate();
  // However long it takes until somebody asks again.
  await upgrade.printed('The API server does not answer since');
  await proxy.up();
  const { code } = await upgrade.done;
  expect(code, upgrade.output()).toBe(0);
  expect(await trouble.endState()).toEqual(undisturbed);
  expect(met.map((times) => times() > 0)).toEqual(passing.map(() => true));
  const notes = trouble.journal().flatMap((entry) => (entry.type === 'note' ? [entry.text] : []));
  expect(notes.filter((text) => /API server/.test(text))).toEqual([
    expect.stringMatching(/^The API server does not answer since \d+ s; waiting up to 1 min/),
    expect.stringMatching(/^The API server answers again, after \d+ s$/),
  ]);
});

test('an API server that stays away for longer than the run waits ends the run, with the reason; resume goes on', async () => {
  trouble = await openTrouble(sharedSandbox(), { helm: 'helm4', viaProxy: true, graces: { apiServer: '5s' } });
  const proxy = trouble.front();
  const upgrade = await trouble.begin();
  const met = proxy.add({ ...helmReads, path: /deployments/, act: { down: true } });
  await upgrade.printed('waiting up to 5 s (graces.apiServer)');
  await upgrade.printed('shop/upgrade: FAILED');
  // Back in time for the lease, so that resume need not wait for it.
  await proxy.up();
  const { code, stderr } = await upgrade.done;
  expect([code, met()], stderr).toEqual([5, 1]);
  expect(stderr).toContain('API_SERVER_AWAY');
  expect(stderr).toContain('liftlock resume');
  const resumed = await trouble.release.operator.run('resume', '--yes');
  const { revisions, helms, ...end } = await trouble.endState();
  const { revisions: _revisions, helms: _helms, ...wanted } = undisturbed;
  expect([resumed.code, end, helms], resumed.stderr).toEqual([0, wanted, 2]);
  expect(revisions.filter((revision) => !/ (?:superseded|failed)$/.test(revision))).toEqual(['3 deployed']);
});

test('a write of helm that lands without an answer is journaled as unknown and not sent twice; resume knows its own revision', async () => {
  trouble = await openTrouble(sharedSandbox(), { helm: 'helm4', viaProxy: true });
  const proxy = trouble.front();
  const upgrade = await trouble.begin();
  // Its first write of all: the record of its revision.
  const met = proxy.add({ userAgent: /^Helm/, method: /POST/, path: /secrets/, act: { reset: 'after' } });
  const { code, stderr } = await upgrade.done;
  expect([code, met()]).toEqual([5, 1]);
  expect(stderr).toContain('API_SERVER_AWAY');
  expect(stderr).toContain('liftlock resume');
  expect(stderr.replaceAll(/\s+/g, ' ')).toContain('One write of helm was sent and not answered');
  const ended = trouble.journal().findLast((entry) => entry.type === 'act-ended');
  expect(ended).toMatchObject({ outcome: 'failed', touched: 'unknown', writes: 0, unsure: 1 });
  expect((await trouble.endState()).revisions).toEqual(['1 deployed', '2 pending-upgrade']);
  const resumed = await trouble.release.operator.run('resume', '--yes');
  expect([resumed.code, await trouble.endState()]).toEqual([
    0,
    { ...undisturbed, helms: 2, revisions: ['1 superseded', '2 failed', '3 deployed'] },
  ]);
});
