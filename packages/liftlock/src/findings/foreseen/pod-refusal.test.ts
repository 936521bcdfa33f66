import { expect, test } from 'vitest';
import { mutationsOf, podRefusal, requestedOf, withoutRefused } from './pod-refusal.ts';
import { core } from './hop-fixtures.ts';

// As kube-apiserver 1.37 words them.
test.each([
  [
    'pods "web-x" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "main" must set …)',
    'POD_SECURITY',
    undefined,
  ],
  [
    'pods "web-x" is forbidden: error looking up service account prod/nobody: serviceaccount "nobody" not found',
    'SERVICE_ACCOUNT_MISSING',
    'nobody',
  ],
  ['pods "web-x" is forbidden: no PriorityClass with name urgent was found', 'PRIORITY_CLASS_MISSING', 'urgent'],
  ['pods "web-x" is forbidden: pod rejected: RuntimeClass "gvisor" not found', 'RUNTIME_CLASS_MISSING', 'gvisor'],
  ['pods "web-x" is forbidden: maximum cpu usage per Container is 500m, but limit is 1', 'LIMIT_RANGE', undefined],
  [
    'pods "web-x" is forbidden: cpu max limit to request ratio per Container is 2, but provided ratio is 4.000000',
    'LIMIT_RANGE',
    undefined,
  ],
  ['admission webhook "pods.policy.example" denied the request: images must be signed', 'ADMISSION_DENIED', undefined],
  [
    "pods \"web-x\" is forbidden: ValidatingAdmissionPolicy 'no-latest' with binding 'no-latest' denied request: no latest",
    'ADMISSION_DENIED',
    undefined,
  ],
  [
    'https://cluster fails to answer: Internal error occurred: failed calling webhook "pods.policy.example": failed to call webhook: Post "https://policy": connect: connection refused',
    'WEBHOOK_DOWN',
    undefined,
  ],
  [
    'pods "web-x" is forbidden: exceeded quota: room, requested: pods=1, used: pods=1, limited: pods=1',
    'quota',
    undefined,
  ],
  ['pods "web-x" is forbidden: failed quota: room: must specify limits.cpu for: main', 'POD_REFUSED', undefined],
  [
    'pods is forbidden: User "ada" cannot create resource "pods" in API group "" in the namespace "prod"',
    'not-judged',
    undefined,
  ],
  ['admission webhook "pods.policy.example" does not support dry run', 'not-judged', undefined],
  ['namespaces "prod" not found', 'not-judged', undefined],
  ['something that nobody has seen before', 'POD_REFUSED', undefined],
])('%s', (message, code, missing) => {
  const refusal = podRefusal(message);
  expect([refusal.code, refusal.missing]).toEqual([code, missing]);
  expect(refusal.words).not.toMatch(/^pods "web-x" is/);
});

test('what was refused is left out, and what cannot be left out ends the questions', () => {
  const pod = core('Pod', 'web', {
    spec: {
      serviceAccountName: 'nobody',
      priorityClassName: 'urgent',
      containers: [{ name: 'main', resources: { limits: { cpu: '1' } } }],
    },
  });
  const without = (message: string, from = pod) => withoutRefused(from, podRefusal(message))?.spec;
  expect(without('error looking up service account prod/nobody: serviceaccount "nobody" not found')).not.toHaveProperty(
    'serviceAccountName',
  );
  expect(without('no PriorityClass with name urgent was found')).not.toHaveProperty('priorityClassName');
  const bare = without('maximum cpu usage per Container is 500m, but limit is 1');
  expect(bare?.['containers']).toEqual([{ name: 'main' }]);
  expect(
    without('maximum cpu usage per Container is 500m, but limit is 1', { ...pod, spec: bare ?? {} }),
  ).toBeUndefined();
  expect(without('violates PodSecurity "restricted:latest"')).toBeUndefined();
  // The default account has no replacement.
  const plain = core('Pod', 'web', { spec: { containers: [] } });
  expect(
    without('error looking up service account prod/default: serviceaccount "default" not found', plain),
  ).toBeUndefined();
});

test('what a pod counts as is read from a quota that refuses it', () => {
  const words =
    'pods "w" is forbidden: exceeded quota: room, requested: pods=1,requests.cpu=600m, used: pods=0,requests.cpu=0, limited: pods=9,requests.cpu=500m';
  expect(requestedOf(podRefusal(words))).toEqual({ pods: 1, 'requests.cpu': 0.6 });
  expect(requestedOf(podRefusal('no PriorityClass with name x was found'))).toEqual({});
});

test('containers and images that webhooks put there are told', () => {
  const asked = core('Pod', 'web', { spec: { containers: [{ name: 'main', image: 'web:1' }] } });
  const stored = core('Pod', 'web', {
    spec: {
      initContainers: [{ name: 'init', image: 'mesh:1' }],
      containers: [{ name: 'main', image: 'mirror/web:1' }],
    },
  });
  expect(mutationsOf(asked, stored)).toEqual([
    'container main gets the image mirror/web:1',
    'init container init (mesh:1) is added',
  ]);
  expect(mutationsOf(asked, asked)).toEqual([]);
});
