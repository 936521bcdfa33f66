import { setImmediate, setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { StepState } from '../journal/fold.ts';
import type { EntryBody } from '../model/journal.ts';
import { defaultGraces } from '../model/platform.ts';
import type { KubeObject } from '../model/kube.ts';
import type { HelmExit } from '../model/ports.ts';
import { Problem } from '../model/problem.ts';
import type { HelmRollbackStep } from '../model/step.ts';
import { waitingRelease, readerOf } from './fixtures.ts';
import { helmAct } from './helm-act.ts';
import type { World } from './world.ts';

const step = {
  kind: 'helm-rollback',
  id: 'web/rollback',
  component: 'web',
  release: 'shop',
  namespace: 'prod',
  version: '2.2.4',
  timeoutSeconds: 9,
} as HelmRollbackStep;

const waitedFor = 'Deployment web: 0 of 1 new pods are ready, 1 pod of an older revision left: web-old';

/** Of the release itself. */
const guard = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingWebhookConfiguration',
  metadata: {
    name: 'guard',
    annotations: { 'meta.helm.sh/release-name': 'shop', 'meta.helm.sh/release-namespace': 'prod' },
  },
  webhooks: [{ name: 'guard.shop.example' }],
} as unknown as KubeObject;

/** One act with a helm that fails: by itself with these words, or as soon as it is ended. */
function acting(
  options: {
    readonly words?: string;
    readonly refused?: readonly string[];
    readonly awaySeconds?: number;
    readonly writes?: number;
    readonly unsure?: number;
    readonly heldBack?: Problem;
  } = {},
) {
  const stop = new AbortController();
  const notes: string[] = [];
  const done = Promise.withResolvers<HelmExit>();
  const calls = { started: 0, ended: 0, closed: 0 };
  const fail = (wasEnded: boolean, stderr: string, seconds: number): void =>
    done.resolve({ code: 1, stdout: '', stderr, wasEnded, seconds });
  const world = {
    gate: {
      openRun: async () => ({
        kubeconfig: '',
        writes: () => options.writes ?? 2,
        unsure: () => options.unsure ?? 0,
        heldBack: () => options.heldBack,
        awaySeconds: () => options.awaySeconds ?? 0,
        close: async () => void (calls.closed += 1),
      }),
    },
    helm: {
      start() {
        calls.started += 1;
        if (options.words !== undefined) fail(false, options.words, 4);
        return {
          done: done.promise,
          async end() {
            calls.ended += 1;
            fail(true, 'Error: UPGRADE FAILED: context canceled', 1);
            return done.promise;
          },
        };
      },
    },
    lease: { mayWrite: async () => true },
    plan: { steps: [step] },
    reader: readerOf([...waitingRelease, guard], options.refused),
    clock: {
      now: () => new Date(),
      sleep: (milliseconds: number, signal?: AbortSignal) =>
        setTimeout(milliseconds, undefined, signal === undefined ? {} : { signal }).catch(() => undefined),
    },
    redactor: { text: (text: string) => text, json: <T>(value: T) => value },
    graces: defaultGraces,
    baseline: [],
    stop: { level: 'none', signal: stop.signal },
    emit: (body: EntryBody) => void (body.type === 'note' && notes.push(body.text)),
    progress: () => undefined,
  } as unknown as World;
  const act = () => helmAct(step, [], world, { hasMigrated: false } as StepState);
  return { act, stop, notes, calls, fail };
}

test('O8: a second Ctrl-C before helm begins: helm is not begun', async () => {
  const { act, stop, calls } = acting();
  stop.abort();
  await expect(act()).rejects.toMatchObject({ code: 'STOPPED', touched: 'no' });
  expect(calls).toEqual({ started: 0, ended: 0, closed: 1 });
});

test('O8: a second Ctrl-C while helm is at work ends it, and the problem says that it was a person', async () => {
  const { act, stop, calls } = acting();
  const acted = act().catch((error: unknown) => error);
  while (calls.started === 0) await setImmediate();
  stop.abort();
  expect(await acted).toMatchObject({
    code: 'STOPPED',
    touched: 'yes',
    message: `helm was ended on request before shop was at 2.2.4: waiting for ${waitedFor}`,
  });
  expect(calls.ended).toBe(1);
});

test('C16: a helm whose time is over: the problem says after what time, and what was waited for', async () => {
  const { act } = acting({ words: 'Error: UPGRADE FAILED: context deadline exceeded' });
  await expect(act()).rejects.toMatchObject({
    code: 'NOT_READY',
    message: `shop was not ready after 9 s; waiting for ${waitedFor}`,
    details: { helm: 'Error: UPGRADE FAILED: context deadline exceeded' },
  });
});

test('a helm whose time is over because the API server was away says so', async () => {
  const { act } = acting({ words: 'Error: UPGRADE FAILED: context deadline exceeded', awaySeconds: 7 });
  await expect(act()).rejects.toMatchObject({
    code: 'API_SERVER_AWAY',
    message: "shop: helm's time of 9 s was over, and the API server had not answered for 7 s of it",
  });
});

test.each([
  ['API_SERVER_AWAY', 'cannot patch "web" with kind Deployment: etcdserver: request timed out'],
  [
    'OBJECT_MODIFIED',
    'Operation cannot be fulfilled on deployments.apps "web": the object has been modified; please apply your changes to the latest version and try again',
  ],
])('X03: a helm that failed of the cluster is told as %s, with what to do', async (code, words) => {
  const { act } = acting({ words: `Error: UPGRADE FAILED: ${words}` });
  await expect(act()).rejects.toMatchObject({
    code,
    touched: 'yes',
    advice: expect.arrayContaining(['When the cause is gone: liftlock resume']),
  });
});

test.each([
  [3, 'yes'],
  [0, 'unknown'],
])(
  'a write of helm that was never answered is told as unknown, beside %i that were accepted',
  async (writes, touched) => {
    const { act } = acting({ words: 'Error: UPGRADE FAILED: services is invalid', writes, unsure: 1 });
    await expect(act()).rejects.toMatchObject({
      touched,
      details: { writes, unsure: 1 },
      advice: expect.arrayContaining([expect.stringContaining('One write of helm was sent and not answered')]),
    });
  },
);

test.each([
  ['LEASE_LOST', 'LEASE_LOST', "This run lost the site's lease while helm was at work on shop"],
  ['REPLICA_DIFFERS', 'REPLICA_DIFFERS', 'because'],
  ['CLUSTER_UNREACHABLE', 'HELM_FAILED', 'helm could not bring shop to 2.2.4'],
])('a helm whose writes were held back: %s is told as %s', async (why, code, message) => {
  const { act } = acting({ words: 'Error: UPGRADE FAILED: liftlock: …', heldBack: new Problem(why, 'because') });
  await expect(act()).rejects.toMatchObject({
    code,
    touched: 'yes',
    message: expect.stringContaining(message),
    details: { writes: 2, unsure: 0 },
  });
});

test('a webhook that refused helm because nobody answers for it is told with whose it is', async () => {
  const said =
    'Internal error occurred: failed calling webhook "guard.shop.example": failed to call webhook: Post "https://guard.prod.svc:443/?timeout=5s": no endpoints available for service "guard"';
  const { act } = acting({ words: `Error: UPGRADE FAILED: cannot patch "settings" with kind ConfigMap: ${said}` });
  await expect(act()).rejects.toMatchObject({
    code: 'WEBHOOK_DOWN',
    message: expect.stringMatching(/guard, which belongs to release prod\/shop, a part of this upgrade\.$/),
  });
});

test("an error of helm's that is no timeout is told in helm's words", async () => {
  const { act } = acting({ words: 'Error: UPGRADE FAILED: services is invalid' });
  await expect(act()).rejects.toMatchObject({
    code: 'HELM_FAILED',
    message: 'helm could not bring shop to 2.2.4: Error: UPGRADE FAILED: services is invalid',
  });
});

test.each(['jobs', 'pods'])(
  'O2: where %s may not be watched, it is told once and helm is not ended early',
  async (kind) => {
    const { act, stop, notes, calls, fail } = acting({ refused: [kind] });
    const acted = act().catch((error: unknown) => error);
    while (calls.started === 0) await setImmediate();
    stop.abort();
    while (notes.length < 2) await setImmediate();
    expect(notes[0]).toMatch(new RegExp(`^${kind} cannot be watched \\(forbidden\\): .* helm is not ended early$`));
    expect(notes[1]).toBe('whether data is being migrated cannot be seen: helm is not interrupted');
    expect(calls.ended).toBe(0);
    fail(false, 'Error: UPGRADE FAILED: context deadline exceeded', 9.3);
    expect(await acted).toMatchObject({ code: 'NOT_READY' });
    expect(notes).toHaveLength(2);
  },
);

test('a kind that only tells causes may be refused: it is told, and helm is ended as ever', async () => {
  const { act, stop, notes, calls } = acting({ refused: ['events'] });
  const acted = act().catch((error: unknown) => error);
  while (calls.started === 0) await setImmediate();
  stop.abort();
  expect(await acted).toMatchObject({ code: 'STOPPED' });
  expect(notes).toEqual(['events cannot be watched (forbidden): causes that only they tell are not named']);
});
