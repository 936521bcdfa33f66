import { expect, test } from 'vitest';
import type { KubeObject } from '../../model/kube.ts';
import { patchForeseen } from './patch-foreseen.ts';

const object = (
  labels: Record<string, string>,
  data: Record<string, string>,
  keys: readonly string[] = [],
): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'one', labels, finalizers: [...keys] },
  data,
});

test('what a patch left as it was is as it will be; what it changed is as the patch has it', () => {
  const live = object({ by: 'hand' }, { a: '1', b: '1', gone: '1' }, ['x']);
  const foreseen = object({ by: 'hand', owner: 'helm' }, { a: '2', b: '2', gone: '1' }, ['x', 'y']);
  const patched = object({ by: 'hand' }, { a: '1', b: '3', c: '1' }, ['x']);
  expect(patchForeseen(live, foreseen, patched)).toEqual(
    object({ by: 'hand', owner: 'helm' }, { a: '2', b: '3', c: '1' }, ['x', 'y']),
  );
});

test('what will be gone stays gone, and what the patch takes away goes', () => {
  const live = object({ old: '1', patched: '1' }, {});
  const foreseen = object({ patched: '1' }, {});
  const patched = object({ old: '1' }, {});
  expect(patchForeseen(live, foreseen, patched).metadata.labels).toEqual({});
});
