import { expect, test } from 'vitest';
import { asideFile } from './aside.ts';

const file = (apiVersion: string, kind: string, namespace: string, name: string) =>
  asideFile('ui', { apiVersion, kind, namespace, name });

test('O9: two objects are never put aside in one file', () => {
  expect(file('v1', 'Secret', 'a', 'b-c')).not.toBe(file('v1', 'Secret', 'a-b', 'c'));
  expect(file('v1', 'Service', 'a', 'b')).not.toBe(file('serving.knative.dev/v1', 'Service', 'a', 'b'));
  expect(file('v1', 'Secret', 'a', 'b')).toBe('backup/put-aside/ui/secret_a_b.json');
});
