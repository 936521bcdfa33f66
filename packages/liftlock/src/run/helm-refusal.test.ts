import { expect, test } from 'vitest';
import type { HelmUpgradeStep } from '../model/step.ts';
import { instabilityOf, refusalOf } from './helm-refusal.ts';

const step = { kind: 'helm-upgrade', component: 'coder', release: 'coder', namespace: 'coder' } as HelmUpgradeStep;

test('D10: helm that was refused an address in earnest has the code and the remedies of the forecast', () => {
  const words =
    'Error: UPGRADE FAILED: failed to replace object: Service "cemanager" is invalid: spec.clusterIP: Invalid value: "": field is immutable';
  expect(refusalOf({ ...step, force: true }, words)).toMatchObject({
    code: 'IMMUTABLE_FIELD',
    message:
      'Service cemanager: the upgrade would change spec.clusterIP, which cannot be changed (field is immutable).',
    advice: [
      'To go on with a remedy: liftlock resume --allow drop:coder:--force',
      'To go on with a remedy: liftlock resume --allow recreate:service/cemanager',
    ],
  });
});

test('a claim is never offered to be made anew, and unknown words offer nothing', () => {
  const claim =
    'Error: UPGRADE FAILED: cannot patch "p" with kind PersistentVolumeClaim: PersistentVolumeClaim "p" is invalid: spec: Forbidden: spec is immutable after creation except resources.requests';
  const refusal = refusalOf(step, claim);
  expect(refusal?.code).toBe('IMMUTABLE_FIELD');
  expect(refusal?.remedies.map(({ id, destructive }) => [id, destructive])).toEqual([
    ['keep-value:persistentvolumeclaim/p', false],
  ]);
  expect(refusalOf(step, 'Error: UPGRADE FAILED: nobody has seen this')).toBeUndefined();
});

const patch = 'cannot patch "web" with kind Deployment';
const applied = 'server-side apply failed for object shop/web apps/v1, Kind=Deployment';
const url = 'http://liftlock:xxxxx@127.0.0.1:40001/apis/apps/v1/namespaces/shop/deployments/web';
const modified =
  'Operation cannot be fulfilled on deployments.apps "web": the object has been modified; please apply your changes to the latest version and try again';
const gate =
  'an error on the server ("liftlock: https://10.0.0.1:6443 cannot be reached: 10.0.0.1:6443: the connection was reset") has prevented the request from succeeding (patch deployments.apps web)';

test.each([
  // Helm 3
  ['API_SERVER_AWAY', `Error: UPGRADE FAILED: ${patch}: ${gate}`],
  ['API_SERVER_AWAY', `Error: UPGRADE FAILED: ${patch}: etcdserver: request timed out`],
  ['API_SERVER_AWAY', `Error: UPGRADE FAILED: ${patch}: etcdserver: leader changed`],
  [
    'API_SERVER_AWAY',
    `Error: UPGRADE FAILED: ${patch}: Patch "${url}": dial tcp 127.0.0.1:40001: connect: connection refused`,
  ],
  ['API_SERVER_AWAY', `Error: UPGRADE FAILED: ${patch}: Patch "${url}": EOF`],
  [
    'API_SERVER_AWAY',
    `Error: UPGRADE FAILED: ${patch}: Patch "${url}": unexpected EOF && ${patch}: Patch "${url}": EOF`,
  ],
  ['API_SERVER_AWAY', `Error: UPGRADE FAILED: ${patch}: Patch "${url}": net/http: TLS handshake timeout`],
  [
    'API_SERVER_AWAY',
    `Error: UPGRADE FAILED: ${patch}: Patch "${url}": read tcp 127.0.0.1:5->127.0.0.1:6: read: connection reset by peer`,
  ],
  [
    'API_SERVER_AWAY',
    'Error: UPGRADE FAILED: create: failed to create: the server is currently unable to handle the request (post secrets)',
  ],
  [
    'API_SERVER_AWAY',
    'Error: UPGRADE FAILED: create: failed to create: Timeout: request did not complete within requested timeout - context deadline exceeded',
  ],
  [
    'API_SERVER_AWAY',
    'Error: UPGRADE FAILED: query: failed to query with labels: the server was unable to return a response in the time allotted, but may still be processing the request (get secrets)',
  ],
  [
    'API_SERVER_AWAY',
    'Error: UPGRADE FAILED: the server has received too many requests and has asked us to try again later (get deployments.apps web)',
  ],
  [
    'API_SERVER_AWAY',
    `Error: Kubernetes cluster unreachable: Get "http://127.0.0.1:1/version": dial tcp 127.0.0.1:1: connect: connection refused`,
  ],
  ['OBJECT_MODIFIED', `Error: UPGRADE FAILED: failed to replace object: ${modified}`],
  // Helm 4
  ['API_SERVER_AWAY', `Error: UPGRADE FAILED: ${applied}: ${gate}`],
  ['API_SERVER_AWAY', `Error: UPGRADE FAILED: ${applied}: etcdserver: request timed out`],
  [
    'API_SERVER_AWAY',
    `Error: UPGRADE FAILED: ${applied}: Patch "${url}?fieldManager=helm": http2: client connection lost`,
  ],
  ['API_SERVER_AWAY', `Error: kubernetes cluster unreachable: Get "http://127.0.0.1:1/version": EOF`],
  [
    'OBJECT_MODIFIED',
    `Error: UPGRADE FAILED: conflict occurred while applying object shop/web apps/v1, Kind=Deployment: ${modified}`,
  ],
])('X03: helm that failed of the cluster, %s, is told from one that was refused: %s', (code, words) => {
  expect(instabilityOf(words)).toBe(code);
});

test.each([
  'Error: UPGRADE FAILED: context deadline exceeded',
  'Error: UPGRADE FAILED: timed out waiting for the condition',
  'Error: UPGRADE FAILED: pre-upgrade hooks failed: 1 error occurred: * job prepare failed: BackoffLimitExceeded',
  `Error: UPGRADE FAILED: ${patch}: Internal error occurred: failed calling webhook "v.example": failed to call webhook: Post "https://hook.shop.svc:443/?timeout=10s": dial tcp 10.0.0.9:443: connect: connection refused`,
  `Error: UPGRADE FAILED: ${patch}: Deployment.apps "web" is invalid: spec.selector: Invalid value: v1.LabelSelector{}: field is immutable`,
  'Error: UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress',
  'Error: UPGRADE FAILED: template: shop/templates/a.yaml:1:2: executing "shop/templates/a.yaml" at <.Values.x>: unexpected EOF',
  'Error: failed to download "oci://registry.example/shop": dial tcp 10.1.1.1:443: connect: connection refused',
])('X03: a failure of another kind is not blamed on the API server: %s', (words) => {
  expect(instabilityOf(words)).toBeUndefined();
});
