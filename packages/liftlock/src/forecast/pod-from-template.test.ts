import { expect, test } from 'vitest';
import { core, deployment, item } from '../findings/foreseen/hop-fixtures.ts';
import type { JsonObject } from '../model/json.ts';
import type { KubeObject } from '../model/kube.ts';
import { makesNewPods } from './judge-pods.ts';
import { podFromTemplate } from './pod-from-template.ts';

function pod(kind: string, podSpec: JsonObject = {}, spec: JsonObject = {}): KubeObject | undefined {
  return podFromTemplate(item({ ...deployment('web', podSpec, spec), kind }));
}

test('O10: a pod is made as its controller would make it', () => {
  expect(pod('Deployment', { serviceAccountName: 'web' })).toMatchObject({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: 'web-',
      namespace: 'prod',
      labels: { app: 'web', 'pod-template-hash': 'foreseen' },
      ownerReferences: [{ kind: 'ReplicaSet', controller: true }],
    },
    spec: { serviceAccountName: 'web', containers: [{ name: 'main' }] },
  });
  expect(pod('Job')?.metadata).toMatchObject({
    labels: { 'batch.kubernetes.io/job-name': 'web' },
    ownerReferences: [{ kind: 'Job' }],
  });
  expect(pod('DaemonSet', { tolerations: [{ key: 'own' }] })?.spec?.['tolerations']).toEqual(
    expect.arrayContaining([{ key: 'own' }, expect.objectContaining({ key: 'node.kubernetes.io/disk-pressure' })]),
  );
  expect(pod('Service')).toBeUndefined();
});

test('O10: a StatefulSet names its pod and the claims that it makes', () => {
  const volumes = [
    { name: 'data', emptyDir: {} },
    { name: 'tmp', emptyDir: {} },
  ];
  const made = pod(
    'StatefulSet',
    { volumes },
    { serviceName: 'db', volumeClaimTemplates: [{ metadata: { name: 'data' } }] },
  );
  expect(made?.metadata.labels).toMatchObject({ 'statefulset.kubernetes.io/pod-name': 'web-0' });
  expect(made?.spec).toMatchObject({
    hostname: 'web-0',
    subdomain: 'db',
    volumes: [{ name: 'tmp' }, { name: 'data', persistentVolumeClaim: { claimName: 'data-web-0' } }],
  });
});

test('O10: a CronJob makes pods by way of a Job; a bare Pod is itself', () => {
  const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [] } };
  const cron = {
    ...core('CronJob', 'nightly', { spec: { jobTemplate: { spec: { template } } } }),
    apiVersion: 'batch/v1',
  };
  expect(podFromTemplate(item(cron))?.metadata).toMatchObject({ labels: { a: 'b', 'job-name': 'nightly-0' } });
  const bare = core('Pod', 'one', { spec: { nodeName: 'n', containers: [] } });
  const made = podFromTemplate(item(bare));
  expect(made?.metadata.ownerReferences).toBeUndefined();
  expect(made?.spec).toEqual({ containers: [] });
});

test('O10: only a new or changed template makes new pods', () => {
  const web = deployment('web');
  expect(makesNewPods(item(web))).toBe(true);
  expect(makesNewPods(item(web, { live: deployment('web', { x: '1' }) }))).toBe(true);
  expect(makesNewPods(item(web, { live: deployment('web', {}, { replicas: 5 }) }))).toBe(false);
  expect(makesNewPods(item(web, { live: web, isWritten: false }))).toBe(false);
  expect(makesNewPods(item(core('Service', 'web')))).toBe(false);
});
