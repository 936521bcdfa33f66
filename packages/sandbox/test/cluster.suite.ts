import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { KubeObject, Sandbox } from '../src/index.ts';
import { createPod, eventually, isReady, makePod, newNamespace, podWhen } from './helpers.ts';

const run = promisify(execFile);

interface Claim extends KubeObject {
  spec: { volumeName: string };
  status?: { phase?: string };
}

function makeClaim(name: string, storageClassName?: string): KubeObject {
  const resources = { requests: { storage: '1Gi' } };
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name },
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources,
      ...(storageClassName === undefined ? {} : { storageClassName }),
    },
  };
}

function withClaim(name: string): Record<string, unknown> {
  return { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: name } }] };
}

interface Exposed extends KubeObject {
  status?: { loadBalancer?: { ingress?: { ip: string }[] } };
}

function makeService(name: string): KubeObject {
  const spec = { type: 'LoadBalancer', selector: { app: name }, ports: [{ port: 80 }] };
  return { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec };
}

/** What a cloud and its nodes would do. */
export function clusterSuite(sandboxOf: () => Sandbox): void {
  describe('cluster', () => {
    it('binds a claim when a pod wants it, and removes the volume with the claim', async () => {
      const sandbox = sandboxOf();
      const namespace = await newNamespace(sandbox, 'volume');
      const claims = `/api/v1/namespaces/${namespace}/persistentvolumeclaims`;
      await sandbox.api.create(claims, makeClaim('data'));
      await createPod(sandbox, namespace, makePod('db', 'postgres:16', withClaim('data')));
      await podWhen(sandbox, namespace, 'db', isReady);
      const claim = await sandbox.api.get<Claim>(`${claims}/data`);
      expect(claim.status?.phase).toBe('Bound');
      const path = `/api/v1/persistentvolumes/${claim.spec.volumeName}`;
      expect((await sandbox.api.get(path))['spec']).toMatchObject({
        persistentVolumeReclaimPolicy: 'Delete',
        capacity: { storage: '1Gi' },
      });
      await sandbox.api.delete(`/api/v1/namespaces/${namespace}/pods/db`);
      await sandbox.api.delete(`${claims}/data`);
      await eventually(async () => (await sandbox.api.find(path)) === undefined);
    });

    it('a class that retains keeps the volume, and one that binds at once needs no pod', async () => {
      const sandbox = sandboxOf();
      const namespace = await newNamespace(sandbox, 'retain');
      const standard = await sandbox.api.get('/apis/storage.k8s.io/v1/storageclasses/standard');
      await sandbox.api.create('/apis/storage.k8s.io/v1/storageclasses', {
        apiVersion: 'storage.k8s.io/v1',
        kind: 'StorageClass',
        metadata: { name: 'kept' },
        provisioner: standard['provisioner'],
        reclaimPolicy: 'Retain',
        volumeBindingMode: 'Immediate',
      });
      const claims = `/api/v1/namespaces/${namespace}/persistentvolumeclaims`;
      await sandbox.api.create(claims, makeClaim('data', 'kept'));
      const claim = await eventually(async () => {
        const found = await sandbox.api.get<Claim>(`${claims}/data`);
        return found.status?.phase === 'Bound' ? found : undefined;
      });
      await sandbox.api.delete(`${claims}/data`);
      const path = `/api/v1/persistentvolumes/${claim.spec.volumeName}`;
      const status = await eventually(async () => {
        const found = (await sandbox.api.get(path))['status'] as { phase: string };
        return found.phase === 'Released' ? found : undefined;
      });
      expect(status.phase).toBe('Released');
      await sandbox.api.delete(path);
    });

    it('gives a load balancer an address, another one when it is made again, and takes its time when told', async () => {
      const sandbox = sandboxOf();
      const namespace = await newNamespace(sandbox, 'address');
      const services = `/api/v1/namespaces/${namespace}/services`;
      const addressOf = (): Promise<string> =>
        eventually(
          async () => (await sandbox.api.get<Exposed>(`${services}/web`)).status?.loadBalancer?.ingress?.[0]?.ip,
        );
      await sandbox.api.create(services, makeService('web'));
      const first = await addressOf();
      expect(first).toMatch(/^203\.0\.113\.\d+$/);
      await sandbox.api.delete(`${services}/web`);
      await sandbox.loadBalancers.set({ releaseSeconds: 2 });
      await sandbox.api.create(services, makeService('web'));
      expect(await addressOf()).not.toBe(first);
      await eventually(async () => (await sandbox.api.get(`${services}/web`)).metadata.finalizers !== undefined);
      await sandbox.api.delete(`${services}/web`);
      expect((await sandbox.api.get(`${services}/web`)).metadata.deletionTimestamp).toBeDefined();
      await eventually(async () => (await sandbox.api.find(`${services}/web`)) === undefined);
      await sandbox.loadBalancers.set({ releaseSeconds: 0 });
    });

    it('serves the logs that were set, with the options of a log request', async () => {
      const sandbox = sandboxOf();
      const namespace = await newNamespace(sandbox, 'logs');
      await createPod(sandbox, namespace, makePod('web', 'app'));
      await podWhen(sandbox, namespace, 'web', isReady);
      const setting = await sandbox.logs.set({ podNamePrefix: 'we', namespace }, ['one', 'two', 'three']);
      const path = `/api/v1/namespaces/${namespace}/pods/web/log`;
      expect(await sandbox.api.raw('GET', path)).toBe('one\ntwo\nthree\n');
      expect(await sandbox.api.raw('GET', `${path}?tailLines=1`)).toBe('three\n');
      expect(await sandbox.api.raw('GET', `${path}?timestamps=true&tailLines=1`)).toMatch(/^\d{4}-\S+Z three\n$/);
      await setting.clear();
      expect(await sandbox.api.raw('GET', path)).toBe('');
    });

    it('a node too small is said by the scheduler', async () => {
      const sandbox = sandboxOf();
      const namespace = await newNamespace(sandbox, 'small');
      await sandbox.nodes.setCapacity({ cpu: '1' });
      const resources = { requests: { cpu: '2' } };
      await createPod(
        sandbox,
        namespace,
        makePod('web', 'app', { containers: [{ name: 'main', image: 'app', resources }] }),
      );
      const pod = await podWhen(
        sandbox,
        namespace,
        'web',
        (each) => each.status?.conditions?.some(({ reason }) => reason === 'Unschedulable') ?? false,
      );
      expect(pod.status?.conditions?.find(({ type }) => type === 'PodScheduled')?.message).toContain(
        'Insufficient cpu',
      );
      await sandbox.nodes.setCapacity({ cpu: '8' });
      await podWhen(sandbox, namespace, 'web', isReady);
    });

    it('a kubeconfig for somebody else may do what that somebody may, and the audit log names them', async () => {
      const sandbox = sandboxOf();
      const namespace = await newNamespace(sandbox, 'rights');
      const kubeconfig = sandbox.kubeconfigFor({ serviceAccount: { namespace, name: 'default' } });
      const refused = await run(sandbox.bin.helm3, ['list', '--namespace', namespace], {
        env: { ...process.env, KUBECONFIG: kubeconfig },
      }).catch((error: unknown) => String(error));
      expect(refused).toContain(`system:serviceaccount:${namespace}:default`);
      await sandbox.api.create(`/api/v1/namespaces/${namespace}/configmaps?dryRun=All`, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'never' },
      });
      const entries = (await sandbox.audit()).filter((entry) => entry.namespace === namespace);
      expect(entries.find(({ user }) => user === `system:serviceaccount:${namespace}:default`)).toMatchObject({
        verb: 'list',
        resource: 'secrets',
        code: 403,
        dryRun: false,
      });
      expect(entries.find(({ uri }) => uri.includes('dryRun=All'))).toMatchObject({
        verb: 'create',
        user: 'sandbox-user',
        userAgent: 'liftlock-sandbox',
        dryRun: true,
      });
    });

    it('has the real helm 3 and helm 4, which know their versions', async () => {
      const sandbox = sandboxOf();
      const versions = await Promise.all(
        [sandbox.bin.helm3, sandbox.bin.helm4].map((helm) => run(helm, ['version', '--template', '{{.Version}}'])),
      );
      expect(versions.map(({ stdout }) => stdout)).toEqual(['v3.22.0', 'v4.3.1']);
    });
  });
}
