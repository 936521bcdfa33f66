import { expect, test } from 'vitest';
import { pod, running, waiting, type PodFields } from '../findings/faults/fixtures.ts';
import type { JsonObject } from '../model/json.ts';
import type { KubeObject } from '../model/kube.ts';
import type { ClusterReader } from '../model/ports.ts';
import type { Release } from '../model/snapshot.ts';
import { runningMigration } from './migration.ts';

const leftInTheMiddle = {
  name: 'shop',
  newest: { status: 'pending-upgrade' },
  hooks: [{ kind: 'Job', name: 'migrate', events: ['pre-upgrade'] }],
} as unknown as Release;

const hookJob: KubeObject = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'migrate', namespace: 'prod', uid: 'job-migrate' },
  status: { active: 1 },
};
const ofJob: PodFields = { name: 'migrate-x', owner: { kind: 'Job', name: 'migrate', uid: 'job-migrate' } };
const ofRelease: PodFields = { labels: { 'app.kubernetes.io/instance': 'shop' } };
const starting: JsonObject = { ready: false, started: false, state: { running: {} } };

/** What stands in the way of a step on a release that was left in the middle, among these objects. */
async function inTheWay(...objects: readonly KubeObject[]): Promise<string | undefined> {
  const list = async (path: string) =>
    objects.filter((object) => path.endsWith(object.kind === 'Job' ? '/jobs' : '/pods'));
  const step = { namespace: 'prod', migrates: { containers: ['main', 'schema'], note: 'the schema' } };
  return runningMigration(step, { reader: { list } as unknown as ClusterReader }, leftInTheMiddle);
}

test('O2: a hook Job is waited for while a container of its pods is at work', async () => {
  expect(await inTheWay(hookJob, pod(running, ofJob))).toBe('hook Job migrate is running: waiting for it');
});

test('O2: a hook Job whose container never started does not keep a resume waiting for ever', async () => {
  expect(await inTheWay(hookJob, pod(waiting('ImagePullBackOff'), ofJob))).toBeUndefined();
  expect(await inTheWay(hookJob)).toBeUndefined();
});

test('O2: a migrating container is waited for until it has started up, an init container as long as it runs', async () => {
  const init = { initContainerStatuses: [{ name: 'schema', ready: false, ...running }], containerStatuses: [] };
  expect(await inTheWay(pod(starting, ofRelease))).toBe('Pod web-1 is migrating data: waiting for it');
  expect(await inTheWay(pod({}, { ...ofRelease, status: init }))).toBe('Pod web-1 is migrating data: waiting for it');
  expect(await inTheWay(pod(running, ofRelease))).toBeUndefined();
  expect(await inTheWay(pod(starting))).toBeUndefined();
});
