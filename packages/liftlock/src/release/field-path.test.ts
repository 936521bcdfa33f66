import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fieldAt, fieldPatch, formatFieldPath, parseFieldPath, type FieldKey } from './field-path.ts';

const deployment = {
  spec: {
    template: {
      metadata: { annotations: { 'example.com/a': 'b' } },
      spec: {
        containers: [
          { name: 'app', env: [{ name: 'MODE', value: 'x' }], ports: [{ name: 'http', containerPort: 80 }] },
          { name: 'side', volumeMounts: [{ name: 'data', mountPath: '/data' }] },
        ],
      },
    },
  },
};

test.each([
  [String.raw`spec.template.metadata.annotations.example\.com/a`, 'b'],
  ['spec.template.spec.containers[app].env[MODE].value', 'x'],
  ['spec.template.spec.containers[app].ports[80].name', 'http'],
  ['spec.template.spec.containers[side].volumeMounts[/data].name', 'data'],
  ['spec.template.spec.containers[other].env', undefined],
  ['spec.replicas', undefined],
])('reads %s', (path, value) => {
  expect(fieldAt(deployment, parseFieldPath(path))).toBe(value);
});

test('a path survives being written down', () => {
  const word = fc.string({ minLength: 1 });
  const keys = fc.tuple(word, fc.array(fc.oneof(word, fc.record({ item: word }))));
  fc.assert(
    fc.property(keys, ([first, rest]) => {
      const path: readonly FieldKey[] = [first, ...rest];
      expect(parseFieldPath(formatFieldPath(path))).toEqual(path);
    }),
  );
});

test('O31: maps are patched by null, items of lists by their merge key', () => {
  const patch = (...paths: readonly string[]) => fieldPatch(paths.map(parseFieldPath));
  expect(patch('spec.a.b', 'spec.a.c')).toEqual({ type: 'merge', patch: { spec: { a: { b: null, c: null } } } });
  expect(patch('spec.containers[app].ports[80]', 'spec.containers[app].env[A].value', 'spec.volumes[v]')).toEqual({
    type: 'strategic',
    patch: {
      spec: {
        containers: [
          { name: 'app', ports: [{ containerPort: 80, $patch: 'delete' }], env: [{ name: 'A', value: null }] },
        ],
        volumes: [{ name: 'v', $patch: 'delete' }],
      },
    },
  });
  expect(patch('spec.ports[443]')).toEqual({
    type: 'strategic',
    patch: { spec: { ports: [{ port: 443, $patch: 'delete' }] } },
  });
});

test('a value is set where a path leads', () => {
  expect(fieldPatch([], [{ path: ['metadata', 'annotations', 'a'], value: 'b' }])).toEqual({
    type: 'merge',
    patch: { metadata: { annotations: { a: 'b' } } },
  });
});
