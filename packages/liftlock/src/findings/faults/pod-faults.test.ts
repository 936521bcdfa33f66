import { expect, test } from 'vitest';
import { diagnose } from './diagnose.ts';
import { helms, isReady, kubeEvent, pod, running, scope, Story, waiting } from './fixtures.ts';
import { faultGraces } from './graces.ts';
import { deployment } from './fixtures.ts';

const ended = (exitCode: number, reason = 'Error') => ({ terminated: { exitCode, reason } });
function crashed(restartCount: number, exitCode = 3, fields: Parameters<typeof pod>[1] = {}) {
  const backOff = { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10s restarting failed container' } };
  return pod({ restartCount, state: backOff, lastState: ended(exitCode) }, fields);
}

test('O13: a crash is named at its first exit and certain after three restarts with the same exit code', () => {
  const story = new Story().sees(pod({ state: ended(3) }));
  expect(story.faults()).toEqual(['CRASH_LOOP 0']);
  expect(story.sees(crashed(1)).faults()).toEqual(['CRASH_LOOP 0']);
  expect(story.sees(crashed(2)).faults()).toEqual(['CRASH_LOOP 0']);
  expect(story.sees(crashed(3)).faults()).toEqual(['CRASH_LOOP certain']);
  expect(story.named()[0]?.fault.message).toContain('3 restarts, exit code 3');
});

test('O13: another exit code begins the count anew, and a container that becomes ready ends it', () => {
  const story = new Story().sees(crashed(1), crashed(2), crashed(3, 1), crashed(4, 1));
  expect(story.faults()).toEqual(['CRASH_LOOP 0']);
  expect(story.sees(pod({ ...running, restartCount: 5, lastState: ended(1) }, { status: isReady })).faults()).toEqual(
    [],
  );
});

test('O13: within the time that a startup probe grants, a crash is not certain', () => {
  const startupProbe = { initialDelaySeconds: 20, failureThreshold: 6, periodSeconds: 10 };
  const story = new Story();
  for (let restarts = 1; restarts <= 4; restarts += 1)
    story.sees(crashed(restarts, 3, { container: { startupProbe } }));
  expect(story.after(30).faults()).toEqual(['CRASH_LOOP 50']);
  expect(story.after(50).faults()).toEqual(['CRASH_LOOP certain']);
});

test('O13: a container that was killed at its memory limit is told apart, with the limit', () => {
  const limits = { container: { resources: { limits: { memory: '128Mi' } } } };
  const killed = (restartCount: number) =>
    pod({ restartCount, ...waiting('CrashLoopBackOff'), lastState: ended(137, 'OOMKilled') }, limits);
  const story = new Story().sees(killed(1), killed(2));
  expect(story.faults()).toEqual(['OOM_KILLED 0']);
  expect(story.sees(killed(3)).faults()).toEqual(['OOM_KILLED certain']);
  expect(story.named()[0]?.fault.message).toContain('memory limit of 128Mi');
});

test.each(['secret "db" not found', "couldn't find key password in Secret prod/db", 'configmap "settings" not found'])(
  'O13: what a container refers to and is missing has 30 s to come: %s',
  (message) => {
    const story = new Story().sees(pod(waiting('CreateContainerConfigError', message)));
    expect(story.faults()).toEqual(['CONFIG_MISSING 30']);
    expect(story.after(30).faults()).toEqual(['CONFIG_MISSING certain']);
    expect(story.sees(pod(running, { status: isReady })).faults()).toEqual([]);
  },
);

test('O13: a Secret that cannot be mounted is told by events only', () => {
  const creating = pod(waiting('ContainerCreating'));
  const story = new Story().sees(creating);
  expect(story.faults()).toEqual([]);
  story.sees(
    kubeEvent(creating, 'FailedMount', 'MountVolume.SetUp failed for volume "tls" : secret "shop-tls" not found'),
  );
  expect(story.after(10).faults()).toEqual(['CONFIG_MISSING 20']);
  expect(story.after(20).faults()).toEqual(['CONFIG_MISSING certain']);
});

test('X03: other troubles of a start are shown as they are, and never certain', () => {
  const user = pod(waiting('CreateContainerConfigError', 'container has runAsNonRoot and image will run as root'));
  expect(new Story().sees(user).after(900).faults()).toEqual(['CONTAINER_NOT_STARTED 0']);
  const creating = pod(waiting('ContainerCreating'));
  const attach = kubeEvent(
    creating,
    'FailedAttachVolume',
    'Multi-Attach error for volume "pv-1": Volume is already used by pod(s) web-0',
  );
  expect(new Story().sees(creating, attach).after(900).named()[0]?.fault.message).toContain('Multi-Attach');
  expect(
    new Story()
      .sees(pod(waiting('SomethingNew', 'x')))
      .after(900)
      .faults(),
  ).toEqual(['FAULT_UNKNOWN 0']);
});

function unscheduled(message = '0/3 nodes are available: 3 Insufficient cpu.', extra = {}) {
  const condition = {
    type: 'PodScheduled',
    status: 'False',
    reason: 'Unschedulable',
    message,
    lastTransitionTime: '2026-11-21T10:00:00Z',
  };
  return pod({}, { status: { phase: 'Pending', containerStatuses: [], conditions: [condition], ...extra } });
}

test('O13: a pod that no node takes has 300 s, and says why', () => {
  const story = new Story().sees(unscheduled()).after(100);
  expect(story.faults()).toEqual(['UNSCHEDULABLE 200']);
  expect(story.named()[0]?.fault).toMatchObject({
    since: '2026-11-21T10:00:00Z',
    message: expect.stringContaining('Insufficient cpu'),
  });
  expect(story.after(200).faults()).toEqual(['UNSCHEDULABLE certain']);
  expect(story.sees(pod(running, { status: isReady })).faults()).toEqual([]);
});

test('O13: the grace begins anew with a scale-up or a nomination', () => {
  const story = new Story().sees(unscheduled()).after(200);
  story.sees(kubeEvent(unscheduled(), 'TriggeredScaleUp', 'pod triggered scale-up: [{pool-1 3->4}]'));
  expect(story.after(200).faults()).toEqual(['UNSCHEDULABLE 100']);
  story.sees(unscheduled(undefined, { nominatedNodeName: 'node-2' }));
  expect(story.faults()).toEqual(['UNSCHEDULABLE 300']);
  story.sees(kubeEvent(unscheduled(), 'NotTriggerScaleUp', "pod didn't trigger scale-up"));
  expect(story.after(300).faults()).toEqual(['UNSCHEDULABLE certain']);
});

test('O13: until the controller has seen the new specification, no pod counts as new', () => {
  const story = new Story().sees({ ...deployment({ status: { observedGeneration: 1 } }) }, crashed(5));
  expect(story.faults()).toEqual([]);
});

test('the last lines of the log stand with the crash', () => {
  const story = new Story().sees(crashed(3));
  const named = diagnose({
    memory: story.memory,
    scope,
    graces: faultGraces(),
    now: new Date(),
    baselineUids: new Set(),
    logs: new Map([['web-1/main', ['no such table: users']]]),
  });
  expect(named[0]?.fault.lines).toEqual(['no such table: users']);
});

/** A pod that ran on node n1 until nobody heard of that any more. */
function onLostNode(changed = '2026-11-21T10:00:00Z') {
  const conditions = [{ type: 'Ready', status: 'False', lastTransitionTime: changed }];
  const lost = pod(
    { ...running, ready: false },
    { spec: { nodeName: 'n1' }, status: { phase: 'Running', conditions } },
  );
  const told = { ...kubeEvent(lost, 'NodeNotReady', 'Node is not ready'), lastTimestamp: '2026-11-21T10:00:01Z' };
  return [lost, told] as const;
}

test('a pod whose node does not answer is told with the node; it gets no certain fault, and may come back', () => {
  const [lost, told] = onLostNode();
  const story = new Story().sees(lost);
  expect(story.faults()).toEqual([]);
  expect(story.sees(told).faults()).toEqual(['NODE_LOST 0']);
  expect(story.named()[0]?.fault).toMatchObject({
    message: 'pod web-1 is on node n1, which does not answer: whether it still runs is not known',
    remedies: [{ id: 'mend-node', commands: ['kubectl describe node n1'] }],
  });
  expect(story.sees(pod(running, { spec: { nodeName: 'n1' }, status: isReady })).faults()).toEqual([]);
  // Not ready again, for a reason of its own.
  expect(story.sees(onLostNode('2026-11-21T10:05:00Z')[0]).faults()).toEqual([]);
});

test('one that is being deleted is told for a StatefulSet alone, which makes no other until it has ended', () => {
  const [lost, told] = onLostNode();
  const going = { ...lost, metadata: { ...lost.metadata, deletionTimestamp: '2026-11-21T10:05:00Z' } };
  expect(new Story().sees(told, going).faults()).toEqual([]);
  const set = {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db', namespace: 'prod', uid: 'statefulset-db', generation: 1, annotations: helms },
    spec: { replicas: 1 },
    status: { observedGeneration: 1, replicas: 1, updateRevision: 'r2' },
  };
  const owner = { apiVersion: 'apps/v1', controller: true, kind: 'StatefulSet', name: 'db', uid: 'statefulset-db' };
  const labels = { 'controller-revision-hash': 'r2' };
  const ofSet = { ...going, metadata: { ...going.metadata, labels, ownerReferences: [owner] } };
  expect(new Story().sees(set, told, ofSet).faults()).toEqual(['NODE_LOST 0']);
});
