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
  { ...helmReads, act: { status: 429, retryAfter: 1 }, skip: 2 },
  { ...helmReads, act: { status: 503, isPlain: true }, skip: 3 },
  { ...helmReads, act: { reset: 'before' }, skip: 4 },
  { ...helmReads, act: { reset: 'after' }, skip: 5 },
  { ...helmReads, path: /namespaces/, act: { reset: 'within' }, skip: 3 },
  { userAgent: /^Helm/, method: /PATCH|PUT|POST/, act: { slowMs: 500 }, times: 2 },
  { ...helmReads, path: /deployments/, act: { downMs: 5_000 } },
];

test('an upgrade goes through every fault that passes, waits while nobody answers, and is done once', async () => {
  trouble = await openTrouble(sharedSandbox(), { helm: 'helm3', viaProxy: true, graces: { apiServer: '30s' } });
  const proxy = trouble.front();
  const upgrade = await trouble.begin();
  const met = passing.map((rule) => proxy.add(rule));
  await upgrade.printed('shop/upgrade: Upgrade Shop');
  proxy.expireToken();
  proxy.rotateCertificate();
  const { code } = await upgrade.done;
  expect(code, upgrade.output()).toBe(0);
  expect(await trouble.endState()).toEqual(undisturbed);
  expect(met.map((times) => times() > 0)).toEqual(passing.map(() => true));
  const notes = trouble.journal().flatMap((entry) => (entry.type === 'note' ? [entry.text] : []));
  expect(notes.filter((text) => /API server/.test(text))).toEqual([
    expect.stringMatching(/^The API server does not answer since \d+ s; waiting up to 30 s/),
    expect.stringMatching(/^The API server answers again, after \d+ s$/),
  ]);
});

test('where the outcome of a write by helm is unknown, nothing is sent twice: the failure says why, and resume goes on', async () => {
  trouble = await openTrouble(sharedSandbox(), { helm: 'helm4', viaProxy: true });
  const proxy = trouble.front();
  const upgrade = await trouble.begin();
  const met = proxy.add({ userAgent: /^Helm/, method: /PATCH/, path: /deployments/, act: { reset: 'after' } });
  const { code, stderr } = await upgrade.done;
  expect([code, met()]).toEqual([5, 1]);
  expect(stderr).toContain('API_SERVER_AWAY');
  expect(stderr).toContain('liftlock resume');
  const resumed = await trouble.release.operator.run('resume', '--yes');
  expect([resumed.code, await trouble.endState()]).toEqual([
    0,
    { ...undisturbed, helms: 2, revisions: ['1 superseded', '2 failed', '3 deployed'] },
  ]);
});
