import { expect, test } from 'vitest';
import type { JsonObject } from '../model/json.ts';
import type { KubeObject } from '../model/kube.ts';
import { formatFieldPath } from './field-path.ts';
import { leftoverFields } from './leftover-fields.ts';

function pod(spec: JsonObject, metadata: JsonObject = {}): KubeObject {
  const name = { name: 'web' };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { ...name, ...metadata },
    spec: { template: { spec } },
  };
}

/** Paths below the pod's spec, each with the wider one where it is another. */
function left(failed: JsonObject, wanted: JsonObject, after: JsonObject): readonly string[] {
  return leftoverFields(pod(failed), pod(wanted), pod(after)).map(({ path, wider }) => {
    const [short, wide] = [path, wider].map((item) => formatFieldPath(item).replace('spec.template.spec.', ''));
    return short === wide ? String(short) : `${short} < ${wide}`;
  });
}

test.each<{
  readonly title: string;
  readonly failed: JsonObject;
  readonly wanted: JsonObject;
  readonly after: JsonObject;
  readonly paths: readonly string[];
}>([
  {
    title: 'a key of a map that the new manifest does not have',
    failed: { nodeSelector: { disk: 'none' } },
    wanted: {},
    after: { nodeSelector: { disk: 'none', zone: 'a' } },
    paths: ['nodeSelector.disk'],
  },
  {
    title: 'nothing that the upgrade takes away itself',
    failed: { nodeSelector: { disk: 'none' } },
    wanted: {},
    after: {},
    paths: [],
  },
  {
    title: 'nothing that someone has changed since',
    failed: { nodeSelector: { disk: 'none' } },
    wanted: {},
    after: { nodeSelector: { disk: 'ssd' } },
    paths: [],
  },
  {
    title: 'nothing that the new manifest has, whatever its value',
    failed: { nodeSelector: { disk: 'none' }, hostNetwork: true },
    wanted: { nodeSelector: { disk: 'ssd' }, hostNetwork: false },
    after: { nodeSelector: { disk: 'ssd' }, hostNetwork: false },
    paths: [],
  },
  {
    title: 'a whole field where nothing else is in it',
    failed: { affinity: { nodeAffinity: { required: [{ key: 'a' }] } } },
    wanted: {},
    after: { affinity: { nodeAffinity: { required: [{ key: 'a' }] } } },
    paths: ['affinity'],
  },
  {
    title: 'only its own part of a field that others use too',
    failed: { affinity: { nodeAffinity: { required: [{ key: 'a' }] } } },
    wanted: {},
    after: { affinity: { nodeAffinity: { required: [{ key: 'a' }] }, podAffinity: {} } },
    paths: ['affinity.nodeAffinity < affinity'],
  },
  {
    title: 'an item of a list, whose other fields are defaults',
    failed: { containers: [{ name: 'app' }, { name: 'side', image: 'x' }] },
    wanted: { containers: [{ name: 'app' }] },
    after: { containers: [{ name: 'app' }, { name: 'side', image: 'x', imagePullPolicy: 'Always' }] },
    paths: ['containers[side]'],
  },
  {
    title: 'a variable of a container',
    failed: {
      containers: [
        {
          name: 'app',
          env: [
            { name: 'A', value: '1' },
            { name: 'B', value: '2' },
          ],
        },
      ],
    },
    wanted: { containers: [{ name: 'app', env: [{ name: 'A', value: '1' }] }] },
    after: {
      containers: [
        {
          name: 'app',
          env: [
            { name: 'A', value: '1' },
            { name: 'B', value: '2' },
          ],
        },
      ],
    },
    paths: ['containers[app].env[B]'],
  },
  {
    title: 'the first variables of a container, one by one',
    failed: { containers: [{ name: 'app', env: [{ name: 'B', value: '2' }] }] },
    wanted: { containers: [{ name: 'app' }] },
    after: {
      containers: [
        {
          name: 'app',
          env: [
            { name: 'C', value: '3' },
            { name: 'B', value: '2' },
          ],
        },
      ],
    },
    paths: ['containers[app].env[B]'],
  },
  {
    title: 'nothing of a list whose items cannot be told apart',
    failed: {
      containers: [
        {
          name: 'app',
          ports: [
            { containerPort: 53, protocol: 'TCP' },
            { containerPort: 53, protocol: 'UDP' },
          ],
        },
      ],
    },
    wanted: { containers: [{ name: 'app', ports: [{ containerPort: 53, protocol: 'TCP' }] }] },
    after: { containers: [{ name: 'app', ports: [{ containerPort: 53, protocol: 'TCP' }] }] },
    paths: [],
  },
  {
    title: 'a quantity that the server writes shorter',
    failed: { containers: [{ name: 'app', resources: { limits: { cpu: '1000m', memory: 2 } } }] },
    wanted: { containers: [{ name: 'app', resources: {} }] },
    after: { containers: [{ name: 'app', resources: { limits: { cpu: '1', memory: '2' } } }] },
    paths: ['containers[app].resources.limits.cpu', 'containers[app].resources.limits.memory'],
  },
  {
    title: 'nothing that the failed manifest set to null',
    failed: { nodeSelector: null, hostAliases: null },
    wanted: {},
    after: { nodeSelector: { disk: 'ssd' } },
    paths: [],
  },
])('O31: finds $title', ({ failed, wanted, after, paths }) => {
  expect(left(failed, wanted, after)).toEqual(paths);
});

test('O31: annotations are told one by one, and a status never', () => {
  const failed = { ...pod({}, { annotations: { 'example.com/a': 'b' } }), status: { replicas: 1 } };
  const after = { ...pod({}, { annotations: { 'example.com/a': 'b', other: 'c' } }), status: { replicas: 1 } };
  const paths = leftoverFields(failed, pod({}), after).map(({ path }) => formatFieldPath(path));
  expect(paths).toEqual([String.raw`metadata.annotations.example\.com/a`]);
});
