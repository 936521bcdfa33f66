import { expect, test } from 'vitest';
import type { JsonObject } from '../../model/json.ts';
import type { KubeObject } from '../../model/kube.ts';
import { droppedVersions, notUpgraded, storedVersionFindings } from './crd-versions.ts';
import { core, deployment, hop, item } from './hop-fixtures.ts';
import type { Hop, HopObject } from './hop.ts';
import { loadBalancerFindings } from './load-balancers.ts';
import { missingClasses } from './missing-classes.ts';
import { storageFindings } from './storage-workloads.ts';

function database(name: string, size = '1Gi', spec: JsonObject = {}): KubeObject {
  const claim = { metadata: { name: 'data' }, spec: { resources: { requests: { storage: size } } } };
  return { ...deployment(name, {}, { volumeClaimTemplates: [claim], ...spec }), kind: 'StatefulSet' };
}

function mounting(claimName: string): KubeObject {
  return deployment('web', { volumes: [{ name: 'data', persistentVolumeClaim: { claimName } }] });
}

function judge(of: Hop, claims: readonly string[] = []): readonly string[] {
  return storageFindings(of, (_namespace, claim) => claims.includes(claim)).map(
    ({ code, message }) => `${code} ${message}`,
  );
}

test('a workload with storage that is new beside an installed release', () => {
  expect(judge(hop([item(database('db'))]))).toEqual([
    'STORAGE_WORKLOAD_APPEARS StatefulSet prod/db is new in web and would start with empty volumes: data-db-0 does not exist.',
  ]);
  expect(judge(hop([item(database('db'))]), ['data-db-0'])).toEqual([]);
  expect(judge(hop([item(deployment('web'))]))).toEqual([]);
  const first = hop([item(database('db'))]);
  expect(judge({ ...first, releases: first.releases.map((release) => ({ ...release, isInstall: true })) })).toEqual([]);
  expect(storageFindings(hop([item(database('db'))]), () => undefined)).toEqual([]);
});

test('a workload with storage that leaves, and what becomes of its claims', () => {
  const gone = (object: KubeObject, ...others: readonly KubeObject[]) =>
    hop([], { gone: [object, ...others].map((of) => item(of)) });
  expect(judge(gone(database('db')))[0]).toContain('its claims stay (data-db-0)');
  const swept = database('db', '1Gi', { persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete' } });
  expect(judge(gone(swept))[0]).toContain('data-db-0 would be deleted with it');
  expect(judge(gone(mounting('data'), core('PersistentVolumeClaim', 'data')))[0]).toContain(
    'data would be deleted with it',
  );
  expect(judge(gone(deployment('web')))).toEqual([]);
});

test('another claim than now, or none', () => {
  const becomes = (object: KubeObject, fields: Partial<HopObject> = {}) =>
    hop([item(object, { live: mounting('data'), ...fields })]);
  expect(judge(becomes(mounting('other')))[0]).toContain(
    'no longer data, but other, which does not exist yet and would be empty',
  );
  expect(judge(becomes(mounting('other')), ['other'])[0]).toContain('no longer data, but other. The data');
  expect(judge(becomes(deployment('web')))[0]).toContain('no longer data, and no other in its place');
  expect(judge(becomes(mounting('data')))).toEqual([]);
  expect(judge(becomes(mounting('other'), { isRefused: true }))).toEqual([]);
  const grown = hop([item(database('db', '2Gi'), { live: database('db', '1Gi') })]);
  expect(judge(grown)[0]).toContain('size 1Gi to 2Gi (those that exist stay as they are)');
  expect(judge(hop([item(database('db', '1024Mi'), { live: database('db', '1Gi') })]))).toEqual([]);
});

function service(spec: JsonObject, address = ''): KubeObject {
  const ingress = address === '' ? [] : [{ ip: address }];
  return core('Service', 'web', { spec, status: { loadBalancer: { ingress } } });
}

test('an address that a load balancer has, and what loses it', () => {
  const live = service({ type: 'LoadBalancer', loadBalancerIP: '1.2.3.4' }, '1.2.3.4');
  const why = (object: KubeObject, before = live) =>
    loadBalancerFindings(hop([item(object, { live: before })])).map(({ message }) => message);
  expect(why(service({ type: 'NodePort' }))).toEqual([
    expect.stringContaining('address 1.2.3.4: its type becomes NodePort'),
  ]);
  expect(why(service({ type: 'LoadBalancer', loadBalancerIP: '9.9.9.9' }))[0]).toContain(
    'loadBalancerIP goes from 1.2.3.4 to 9.9.9.9',
  );
  expect(why(service({ type: 'LoadBalancer', loadBalancerIP: '1.2.3.4' }))).toEqual([]);
  expect(why(service({ type: 'ClusterIP' }), service({ type: 'LoadBalancer' }))).toEqual([]);
  expect(loadBalancerFindings(hop([], { gone: [item(live)] }))).toHaveLength(1);
  expect(loadBalancerFindings(hop([item(live, { live })]), () => true)[0]?.message).toContain('deleted and made anew');
});

test('classes of claims and Ingresses', () => {
  const of = (object: KubeObject, fields: Partial<HopObject> = {}) => hop([item(object, fields)]);
  const fast = { ...core('StorageClass', 'fast'), metadata: { name: 'fast' } };
  const usual = {
    ...fast,
    metadata: { name: 'usual', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
  };
  const claim = (spec: JsonObject) => core('PersistentVolumeClaim', 'data', { spec });
  const codes = (which: Hop, storage: readonly KubeObject[] | undefined, ingress: readonly KubeObject[] = []) =>
    missingClasses(which, { storage, ingress }).map(({ code }) => code);
  expect(codes(of(claim({ storageClassName: 'slow' })), [fast])).toEqual(['STORAGE_CLASS_MISSING']);
  expect(codes(of(claim({})), [fast])).toEqual(['STORAGE_CLASS_MISSING']);
  expect(codes(of(claim({})), [usual])).toEqual([]);
  expect(codes(of(claim({ storageClassName: 'fast' })), [fast])).toEqual([]);
  expect(codes(of(claim({ storageClassName: '' })), [])).toEqual([]);
  expect(codes(of(claim({ storageClassName: 'slow' })), undefined)).toEqual([]);
  expect(codes(of(claim({ storageClassName: 'slow' }), { live: claim({}) }), [fast])).toEqual([]);
  expect(
    codes(hop([item(claim({ storageClassName: 'slow' })), item({ ...fast, metadata: { name: 'slow' } })]), [fast]),
  ).toEqual([]);
  const ingress = core('Ingress', 'web', { spec: { ingressClassName: 'nginx' } });
  const nginx = { ...core('IngressClass', 'nginx'), metadata: { name: 'nginx' } };
  expect(codes(of(ingress), [], [])).toEqual(['INGRESS_CLASS_MISSING']);
  expect(codes(of(ingress), [], [nginx])).toEqual([]);
  expect(codes(of(ingress, { live: ingress }), [], [])).toEqual([]);
});

test('versions of a definition that are stored and would go', () => {
  const crd = (stored: readonly string[], ...names: readonly string[]): KubeObject => ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'things.example' },
    spec: { versions: names.map((name) => ({ name })) },
    status: { storedVersions: stored },
  });
  expect(droppedVersions(crd([], 'v2'), crd(['v1', 'v2'], 'v1', 'v2'))).toEqual(['v1']);
  expect(droppedVersions(crd([], 'v1', 'v2'), crd(['v1'], 'v1'))).toEqual([]);
  const severity = (byHelm: boolean) =>
    storedVersionFindings('web', crd([], 'v2'), crd(['v1'], 'v1'), byHelm)[0]?.severity;
  expect([severity(true), severity(false)]).toEqual(['blocker', 'warning']);
  expect(notUpgraded('web', crd([], 'v1', 'v2'), crd(['v1'], 'v1')).message).toContain('The cluster lacks v2.');
  expect(notUpgraded('web', crd([], 'v1'), undefined).message).toContain('does not exist');
});
