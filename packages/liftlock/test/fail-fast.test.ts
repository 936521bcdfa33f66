import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FaultKind, KubeObject } from '@liftlock/sandbox';
import {
  breakPods,
  historyText,
  newestJournal,
  recordWrites,
  releaseOf,
  revisionCounts,
  saidBy,
  timesBegun,
  until,
  upgradeArguments,
  type ComponentName,
} from './support/happenings.ts';
import type { Outcome } from './support/liftlock.ts';
import { openScene, type Scene } from './support/stage.ts';

interface Failing {
  readonly row: string;
  readonly component: ComponentName;
  readonly kind: FaultKind;
  readonly code: string;
  /** What the screen must say. */
  readonly says: readonly (string | RegExp)[];
}

const pullFaults: readonly Failing[] = [
  {
    row: 'C31 O13: a pull refused with 401',
    component: 'mermaid',
    kind: { kind: 'image-pull', cause: 401 },
    code: 'IMAGE_PULL_UNAUTHORIZED',
    says: ['credentials', '401', 'agnhost:2.41', 'registry.k8s.io'],
  },
  {
    row: 'C31 O13: a pull refused with 403',
    component: 'nats-auth-callout',
    kind: { kind: 'image-pull', cause: 403 },
    code: 'IMAGE_PULL_FORBIDDEN',
    says: ['credentials', '403', 'agnhost:2.36', 'registry.k8s.io'],
  },
  {
    row: 'C31 O13: an image that is nowhere',
    component: 'ui',
    kind: { kind: 'image-pull', cause: 404 },
    code: 'IMAGE_NOT_FOUND',
    says: ['not found', 'nginx-unprivileged:1.29-alpine'],
  },
  {
    row: 'C31 O13: a registry that no node reaches',
    component: 'api',
    kind: { kind: 'image-pull', cause: 'network' },
    code: 'IMAGE_PULL_UNREACHABLE',
    says: ['network', 'agnhost:2.53', 'registry.k8s.io'],
  },
  {
    row: 'O13: a container that ends again and again',
    component: 'mcp-connect',
    kind: { kind: 'crash-loop', exitCode: 78, log: ['INFO starting', 'FATAL no such bucket: models'] },
    code: 'CRASH_LOOP',
    says: ['exit code 78', 'FATAL no such bucket: models'],
  },
];

/** The problem of the step, its line and the end of the screen say how long was waited and for what. */
function expectNotReady(scene: Scene, outcome: Outcome, component: ComponentName, words: string): void {
  const message = `${words}; waiting for Deployment ${releaseOf[component]}: 0 of 1 new pods are ready, 1 pod of an older`;
  const ended = newestJournal(scene).find(
    (entry) => entry.type === 'act-ended' && entry.step === `${component}/upgrade`,
  );
  expect(ended).toMatchObject({
    outcome: 'failed',
    problem: { code: 'NOT_READY', message: expect.stringContaining(message) as unknown },
  });
  const [, line] = saidBy(outcome).split(`${component}/upgrade: FAILED after`);
  expect(line?.slice(0, 400)).toContain(message);
}

/** The timeouts are the guide's: a wait that only ends with them outlasts every test here. */
describe('A fault that does not mend ends the wait', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene();
    await scene.stage.writeSite({
      graces: { minReady: '1s', transientPull: '3s', unschedulable: '3s', missingReference: '2s', crashRestarts: 1 },
    });
  });
  afterAll(async () => scene.close());

  it.each(pullFaults)('$row', async ({ component, kind, code, says }) => {
    const mend = await breakPods(scene, component, kind);
    try {
      const outcome = await scene.operator.run(...upgradeArguments(scene, '--only', component));
      const journal = newestJournal(scene);
      const faults = journal.filter((entry) => entry.type === 'fault');
      const first = faults[0];
      const screen = saidBy(outcome);

      expect(outcome.code, saidBy(outcome)).toBe(5);
      expect(faults.map(({ fault }) => fault.code)).toEqual(faults.map(() => code));
      expect(faults.at(-1)?.fault.isCertain).toBe(true);
      expect(first?.fault.object.name).toContain(releaseOf[component]);
      expect(screen).toContain(code);
      expect(screen).toContain(first?.fault.object.name);
      for (const words of says) expect(screen).toMatch(words);

      // It was named while helm waited: before helm wrote how it ended.
      const ended = (await recordWrites(scene, component, 2)).at(-1);
      expect(ended?.verb).toBe('update');
      expect((first?.at ?? '') < (ended?.time ?? '')).toBe(true);
      const actEnded = journal.find((entry) => entry.type === 'act-ended' && entry.step === `${component}/upgrade`);
      expect(first?.sequence).toBeLessThan(actEnded?.sequence ?? 0);
      // helm itself has recorded it, and was not asked again.
      expect(await historyText(scene, component)).toBe('1 deployed, 2 failed');
      expect(await timesBegun(scene, component)).toBe(1);
    } finally {
      await mend();
    }
  });
});

describe('Where the cluster has no place', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene({ timeScale: 0.05 });
    await scene.stage.writeSite({
      timeScale: 0.05,
      // 0.05 of these: 5 s for helm, 3 s for a pod that no node takes.
      timeouts: { mermaid: '100s' },
      graces: { minReady: '1s', unschedulable: '60s' },
    });
  });
  afterAll(async () => scene.close());

  it('C16 C25: a component that never becomes ready stops the run at its deadline; later ones are untouched', async () => {
    const mend = await breakPods(scene, 'mermaid', { kind: 'never-ready' });
    const outcome = await scene.operator.run(...upgradeArguments(scene));
    await mend();
    expect(outcome.code, saidBy(outcome)).toBe(5);
    expectNotReady(scene, outcome, 'mermaid', 'mermaid-server was not ready after 5 s');
    expect(await revisionCounts(scene)).toEqual([2, 2, 1, 1, 1]);
    expect(await historyText(scene, 'mermaid')).toBe('1 deployed, 2 failed');
    const later = (await scene.writes()).filter(({ name }) => /nats-auth|codemie-ui|codemie-api/.test(name ?? ''));
    expect(later).toEqual([]);
  });

  it('O13: the scheduler says why no node takes a pod', async () => {
    const mend = await breakPods(scene, 'nats-auth-callout', { kind: 'unschedulable' });
    const outcome = await scene.operator.run(...upgradeArguments(scene, '--only', 'nats-auth-callout'));
    await mend();
    expect(outcome.code, saidBy(outcome)).toBe(5);
    expect(saidBy(outcome)).toContain('UNSCHEDULABLE');
    expect(saidBy(outcome)).toMatch(/0\/\d+ nodes are available/);
  });

  it('C25: the deadline of the interface is shorter than that of the API', async () => {
    // 9 s and 30 s, of the guide's 180 and 600.
    const mendUi = await breakPods(scene, 'ui', { kind: 'slow', seconds: 11 });
    const ui = await scene.operator.run(...upgradeArguments(scene, '--only', 'ui'));
    await mendUi();
    expect(ui.code, saidBy(ui)).toBe(5);
    expectNotReady(scene, ui, 'ui', 'codemie-ui was not ready after 9 s');
    expect(await historyText(scene, 'ui')).toBe('1 deployed, 2 failed');

    const mendApi = await breakPods(scene, 'api', { kind: 'slow', seconds: 11 });
    const api = await scene.operator.run(...upgradeArguments(scene, '--only', 'api'));
    await mendApi();
    expect(api.code, saidBy(api)).toBe(0);
    expect(await historyText(scene, 'api')).toBe('1 superseded, 2 deployed');
  });
});

describe('What helm does not see', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene();
    await scene.stage.writeSite({ timeouts: { mermaid: '14s' }, graces: { minReady: '9s', unschedulable: '3s' } });
  });
  afterAll(async () => scene.close());

  it('O16: a pod that becomes ready and dies: helm says deployed, liftlock stops', async () => {
    const mend = await breakPods(scene, 'mermaid', { kind: 'dies-after', seconds: 6 });
    const outcome = await scene.operator.run(
      ...upgradeArguments(scene, '--from', 'mermaid', '--until', 'nats-auth-callout'),
    );
    await mend();
    expect(outcome.code, saidBy(outcome)).toBe(5);
    expect(saidBy(outcome)).toContain('helm says that mermaid-server is deployed, but it is not healthy');
    expect(await historyText(scene, 'mermaid')).toBe('1 superseded, 2 deployed');
    expect(await revisionCounts(scene)).toEqual([1, 2, 1, 1, 1]);
  });

  it('O13: pods that a quota does not let be created are named, with the quota', async () => {
    await scene.stage.writeSite({ graces: { minReady: '1s', unschedulable: '3s' } });
    const mend = await breakPods(scene, 'nats-auth-callout', { kind: 'slow', seconds: 600 });
    const run = scene.operator.start(...upgradeArguments(scene, '--from', 'nats-auth-callout', '--until', 'ui'));
    await run.printed(/nats-auth-callout\/upgrade: .*0\/1 ready/);
    // Made in the middle of the run: no forecast could know of it. It leaves no pod beside those of before.
    const items = await until(async () => {
      const pods = await scene.sandbox.api.list(`/api/v1/namespaces/${scene.namespace}/pods`);
      // The new one among them, and none on its way out: else the quota meets this component's pod, not the next one's.
      expect(
        pods.items.filter(({ metadata }) => metadata.name?.startsWith(releaseOf['nats-auth-callout'])),
      ).toHaveLength(2);
      expect(pods.items.filter(({ metadata }) => metadata.deletionTimestamp !== undefined)).toEqual([]);
      return pods.items;
    });
    const quotas = `/api/v1/namespaces/${scene.namespace}/resourcequotas`;
    await scene.sandbox.api.create(quotas, {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'no-more' },
      spec: { hard: { pods: String(items.length - 1) } },
    });
    await until(async () => {
      const quota = await scene.sandbox.api.get<KubeObject & { readonly status?: object }>(`${quotas}/no-more`);
      expect(quota.status).toMatchObject({ hard: { pods: expect.anything() as unknown } });
    });
    await mend();
    const outcome = await run.done;
    expect(outcome.code, saidBy(outcome)).toBe(5);
    expect(saidBy(outcome)).toContain('PODS_NOT_CREATED');
    expect(saidBy(outcome)).toMatch(/exceeded quota: no-more/);
    expect(await historyText(scene, 'ui')).toBe('1 deployed, 2 failed');
    expect(await revisionCounts(scene)).toEqual([1, 2, 2, 2, 1]);
  });
});
