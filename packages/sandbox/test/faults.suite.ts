import { describe, expect, it } from 'vitest';
import type { Pod, Sandbox } from '../src/index.ts';
import {
  createPod,
  eventMessages,
  eventually,
  isReady,
  makeJob,
  makePod,
  newNamespace,
  podWhen,
  waitingReason,
} from './helpers.ts';

/** Each fault shows as a kubelet would show it, and goes when it is cleared. */
export function faultsSuite(sandboxOf: () => Sandbox): void {
  describe('faults', () => {
    it('image-pull: refused with the words of containerd, then backing off; cleared, the pod is ready', async () => {
      const sandbox = sandboxOf();
      const namespace = await newNamespace(sandbox, 'pull');
      const fault = await sandbox.faults.set({ kind: 'image-pull', cause: 401, match: { image: 'team/refused' } });
      await createPod(sandbox, namespace, makePod('web', 'registry.example/team/refused:1.2'));
      await createPod(sandbox, namespace, makePod('fine', 'registry.example/team/other:1.2'));
      const refused = await podWhen(sandbox, namespace, 'web', (pod) => waitingReason(pod) === 'ErrImagePull');
      expect(refused.status?.phase).toBe('Pending');
      expect(refused.status?.containerStatuses?.[0]?.state?.waiting?.message).toBe(
        'failed to pull and unpack image "registry.example/team/refused:1.2": failed to resolve reference "registry.example/team/refused:1.2": ' +
          'unexpected status from HEAD request to https://registry.example/v2/team/refused/manifests/1.2: 401 Unauthorized',
      );
      const backingOff = await podWhen(sandbox, namespace, 'web', (pod) => waitingReason(pod) === 'ImagePullBackOff');
      expect(backingOff.status?.containerStatuses?.[0]?.state?.waiting?.message).toContain('Back-off pulling image');
      await expect(sandbox.api.raw('GET', `/api/v1/namespaces/${namespace}/pods/web/log`)).rejects.toThrow(
        'container "main" in pod "web" is waiting to start: trying and failing to pull image',
      );
      const failed = await eventually(async () => {
        const messages = await eventMessages(sandbox, namespace, 'web', 'Failed');
        return messages.length >= 3 ? messages : undefined;
      });
      expect(failed.some((message) => message.endsWith('401 Unauthorized'))).toBe(true);
      expect(await eventMessages(sandbox, namespace, 'web', 'BackOff')).toHaveLength(1);
      await podWhen(sandbox, namespace, 'fine', isReady);
      await fault.clear();
      await podWhen(sandbox, namespace, 'web', isReady);
    });

    it.each([
      [403, 'busybox', 'https://registry-1.docker.io/v2/library/busybox/manifests/latest: 403 Forbidden'],
      [404, 'team/gone:2', 'docker.io/team/gone:2: not found'],
      [429, 'host:5000/a/b@sha256:0123', 'https://host:5000/v2/a/b/manifests/sha256:0123: 429 Too Many Requests'],
      ['network', 'far.example/a:1', 'dial tcp: lookup far.example on 10.0.0.10:53: no such host'],
    ] as const)('image-pull by %s of %s names the place', async (cause, image, ending) => {
      const sandbox = sandboxOf();
      const namespace = await newNamespace(sandbox, 'pull');
      const fault = await sandbox.faults.set({ kind: 'image-pull', cause, match: { podNamePrefix: 'web', namespace } });
      await createPod(sandbox, namespace, makePod('web', image));
      const refused = await podWhen(sandbox, namespace, 'web', (pod) => waitingReason(pod) === 'ErrImagePull');
      expect(refused.status?.containerStatuses?.[0]?.state?.waiting?.message?.endsWith(ending)).toBe(true);
      await fault.clear();
    });

    it('image-pull with mendsAfter: the pod becomes ready by itself', async () => {
      const sandbox = sandboxOf();
      const namespace = await newNamespace(sandbox, 'mend');
      const fault = await sandbox.faults.set({
        kind: 'image-pull',
        cause: 429,
        mendsAfter: 3,
        match: { podNamePrefix: 'web', namespace },
      });
      await createPod(sandbox, namespace, makePod('web', 'busy'));
      await podWhen(sandbox, namespace, 'web', (pod) => waitingReason(pod) === 'ImagePullBackOff');
      const pod = await podWhen(sandbox, namespace, 'web', isReady);
      expect(pod.status?.phase).toBe('Running');
      await fault.clear();
    });

    it('image-pull of an init container: the main containers wait for it', async () => {
      const sandbox = sandboxOf();
      const namespace = await newNamespace(sandbox, 'init');
      const fault = await sandbox.faults.set({ kind: 'image-pull', cause: 404, match: { image: 'init-image' } });
      await createPod(
        sandbox,
        namespace,
        makePod('web', 'main', { initContainers: [{ name: 'first', image: 'init-image:3' }] }),
      );
      const pod = await podWhen(sandbox, namespace, 'web', (each) => waitingReason(each) === 'PodInitializing');
      expect(pod.status?.initContainerStatuses?.[0]?.state?.waiting?.reason).toMatch(
        /^(ErrImagePull|ImagePullBackOff)$/,
      );
      await fault.clear();
      await podWhen(sandbox, namespace, 'web', isReady);
    });

    it('crash-loop: restarts are counted, the last end is kept, the log can be read', async () => {
      const sandbox = sandboxOf();
      const namespace = await newNamespace(sandbox, 'crash');
      const match = { label: { key: 'app', value: 'web' }, namespace };
      const fault = await sandbox.faults.set({ kind: 'crash-loop', exitCode: 3, log: ['no such table: users'], match });
      await createPod(sandbox, namespace, makePod('web', 'app'));
      const pod = await podWhen(sandbox, namespace, 'web', (each) => waitingReason(each) === 'CrashLoopBackOff');
      const container = pod.status?.containerStatuses?.[0];
      expect(pod.status?.phase).toBe('Running');
      expect(container?.restartCount).toBe(1);
      expect(container?.lastState?.terminated).toMatchObject({ exitCode: 3, reason: 'Error' });
      expect(container?.state?.waiting?.message).toContain('back-off 10s restarting failed container=main pod=web_');
      expect(await sandbox.api.raw('GET', `/api/v1/namespaces/${namespace}/pods/web/log`)).toBe(
        'no such table: users\n',
      );
      await eventually(async () => (await eventMessages(sandbox, namespace, 'web', 'BackOff')).length > 0);
      const later = await podWhen(
        sandbox,
        namespace,
        'web',
        (each) => (each.status?.containerStatuses?.[0]?.restartCount ?? 0) > 1,
      );
      expect(later.status?.containerStatuses?.[0]?.lastState?.terminated?.exitCode).toBe(3);
      await fault.clear();
      await podWhen(sandbox, namespace, 'web', isReady);
      expect(await sandbox.api.raw('GET', `/api/v1/namespaces/${namespace}/pods/web/log`)).toBe('');
    });

    it('oom-kill: the last end is OOMKilled with code 137', async () => {
      const sandbox = sandboxOf();
      const namespace = await newNamespace(sandbox, 'oom');
      const fault = await sandbox.faults.set({ kind: 'oom-kill', match: { podNamePrefix: 'web', namespace } });
      await createPod(sandbox, namespace, makePod('web', 'app'));
      const pod = await podWhen(sandbox, namespace, 'web', (each) => waitingReason(each) === 'CrashLoopBackOff');
      expect(pod.status?.containerStatuses?.[0]?.lastState?.terminated).toMatchObject({
        exitCode: 137,
        reason: 'OOMKilled',
      });
      await fault.clear();
    });

    it('never-ready: runs, is not ready, and its probe is reported', async () => {
      const sandbox = sandboxOf();
      const namespace = await newNamespace(sandbox, 'probe');
      const fault = await sandbox.faults.set({ kind: 'never-ready', match: { podNamePrefix: 'web', namespace } });
      await createPod(sandbox, namespace, makePod('web', 'app'));
      const pod = await podWhen(sandbox, namespace, 'web', (each) => each.status?.phase === 'Running');
      expect(isReady(pod)).toBe(false);
      await eventually(async () => (await eventMessages(sandbox, namespace, 'web', 'Unhealthy')).length > 0);
      await fault.clear();
      await podWhen(sandbox, namespace, 'web', isReady);
    });

    it('slow: the containers are being created, then ready', async () => {
      const sandbox = sandboxOf();
      const namespace = await newNamespace(sandbox, 'slow');
      const fault = await sandbox.faults.set({ kind: 'slow', seconds: 2, match: { podNamePrefix: 'web', namespace } });
      await createPod(sandbox, namespace, makePod('web', 'app'));
      const creating = await podWhen(sandbox, namespace, 'web', (pod) => waitingReason(pod) === 'ContainerCreating');
      expect(creating.status?.phase).toBe('Pending');
      await podWhen(sandbox, namespace, 'web', isReady);
      await fault.clear();
    });

    it('dies-after: ready first, then not', async () => {
      const sandbox = sandboxOf();
      const namespace = await newNamespace(sandbox, 'dies');
      const fault = await sandbox.faults.set({
        kind: 'dies-after',
        seconds: 2,
        match: { podNamePrefix: 'web', namespace },
      });
      await createPod(sandbox, namespace, makePod('web', 'app'));
      await podWhen(sandbox, namespace, 'web', isReady);
      const dead = await podWhen(sandbox, namespace, 'web', (pod) => pod.status?.phase === 'Running' && !isReady(pod));
      expect(dead.status?.containerStatuses?.[0]?.ready).toBe(false);
      await fault.clear();
      await podWhen(sandbox, namespace, 'web', isReady);
    });

    it('failed-job and slow-job: a Job fails with its log, or is active a while; without fault it completes', async () => {
      const sandbox = sandboxOf();
      const namespace = await newNamespace(sandbox, 'job');
      const jobs = `/apis/batch/v1/namespaces/${namespace}/jobs`;
      const isJob = (name: string, field: string): Promise<unknown> =>
        eventually(async () => {
          const status = (await sandbox.api.get(`${jobs}/${name}`))['status'] as Record<string, number> | undefined;
          return (status?.[field] ?? 0) > 0;
        });
      await sandbox.faults.set({
        kind: 'failed-job',
        log: ['migration 7 failed'],
        match: { podNamePrefix: 'bad-', namespace },
      });
      await sandbox.faults.set({ kind: 'slow-job', seconds: 2, match: { podNamePrefix: 'long-', namespace } });
      for (const name of ['good', 'bad', 'long']) await sandbox.api.create(jobs, makeJob(name, 'migrate'));
      await isJob('long', 'active');
      await isJob('bad', 'failed');
      const { items } = await sandbox.api.list<Pod>(`/api/v1/namespaces/${namespace}/pods`);
      const bad = items.find(({ metadata }) => metadata.name?.startsWith('bad-'));
      expect(bad?.status?.phase).toBe('Failed');
      expect(await sandbox.api.raw('GET', `/api/v1/namespaces/${namespace}/pods/${bad?.metadata.name}/log`)).toBe(
        'migration 7 failed\n',
      );
      await isJob('good', 'succeeded');
      await isJob('long', 'succeeded');
      await sandbox.faults.clearAll();
      const stages = await sandbox.api.list(
        '/apis/kwok.x-k8s.io/v1alpha1/stages?labelSelector=sandbox.liftlock.dev/fault',
      );
      expect(stages.items).toEqual([]);
    });

    it('unschedulable: the scheduler itself says that no node fits, until the fault is cleared', async () => {
      const sandbox = sandboxOf();
      const namespace = await newNamespace(sandbox, 'place');
      const fault = await sandbox.faults.set({ kind: 'unschedulable', match: { podNamePrefix: 'web', namespace } });
      await createPod(sandbox, namespace, makePod('web', 'app'));
      await createPod(sandbox, namespace, makePod('other', 'app'));
      const pod = await podWhen(
        sandbox,
        namespace,
        'web',
        (each) => each.status?.conditions?.some(({ reason }) => reason === 'Unschedulable') ?? false,
      );
      expect(pod.status?.conditions?.find(({ type }) => type === 'PodScheduled')?.message).toContain(
        '0/3 nodes are available',
      );
      await podWhen(sandbox, namespace, 'other', isReady);
      await fault.clear();
      await podWhen(sandbox, namespace, 'web', isReady);
    });

    it('a fault takes hold of a pod that is not ready yet, and leaves a ready one alone', async () => {
      const sandbox = sandboxOf();
      const namespace = await newNamespace(sandbox, 'late');
      await createPod(sandbox, namespace, makePod('web-ready', 'app'));
      await podWhen(sandbox, namespace, 'web-ready', isReady);
      const slow = await sandbox.faults.set({ kind: 'slow', seconds: 600, match: { podNamePrefix: 'web', namespace } });
      await createPod(sandbox, namespace, makePod('web-late', 'app'));
      await podWhen(sandbox, namespace, 'web-late', (pod) => waitingReason(pod) === 'ContainerCreating');
      const refused = await sandbox.faults.set({
        kind: 'image-pull',
        cause: 403,
        match: { podNamePrefix: 'web', namespace },
      });
      await podWhen(sandbox, namespace, 'web-late', (pod) => waitingReason(pod) === 'ImagePullBackOff');
      expect(isReady(await podWhen(sandbox, namespace, 'web-ready', () => true))).toBe(true);
      await refused.clear();
      await slow.clear();
      await podWhen(sandbox, namespace, 'web-late', isReady);
    });
  });
}
