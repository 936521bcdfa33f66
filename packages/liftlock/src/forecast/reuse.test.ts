import { expect, test } from 'vitest';
import type { KubeObject } from '../model/kube.ts';
import type { Plan } from '../model/plan.ts';
import type { ClusterReader, Gate } from '../model/ports.ts';
import type { ForecastResult } from './forecast.ts';
import { isStillSo, keepForecast, watchReads } from './reuse.ts';

const madeAt = '2026-12-05T10:00:00.000Z';
const result = { forecast: { madeAt, findings: [] } } as unknown as ForecastResult;
const plan = { components: [{ namespace: 'shop' }] } as unknown as Plan;

/** A cluster of lists that are empty, save those that are given. */
function readerOf(lists: Readonly<Record<string, readonly KubeObject[]>> = {}): ClusterReader {
  const find = async (path: string) => ({ kind: 'List', apiVersion: 'v1', items: lists[path] ?? [] }) as never;
  return { find } as unknown as ClusterReader;
}

async function kept(reader: ClusterReader) {
  const made = await keepForecast(result, plan, watchReads(reader, {} as Gate), '100', reader);
  return made ?? expect.fail('the forecast was not kept');
}

const soon = new Date('2026-12-05T10:30:00Z');
const access = 'rbac.authorization.k8s.io/v1';

test.each([
  `/apis/${access}/clusterroles`,
  `/apis/${access}/clusterrolebindings`,
  `/apis/${access}/namespaces/shop/roles`,
  `/apis/${access}/namespaces/shop/rolebindings`,
  '/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicies',
  '/apis/admissionregistration.k8s.io/v1beta1/mutatingadmissionpolicybindings',
])('a kept forecast does not hold once %s are others', async (path) => {
  const before = await kept(readerOf());
  expect(await isStillSo(before, readerOf(), soon)).toBe(true);
  const item = { apiVersion: 'v1', kind: '', metadata: { name: 'new', uid: 'new', resourceVersion: '200' } };
  expect(await isStillSo(before, readerOf({ [path]: [item] }), soon)).toBe(false);
});

test('a kept forecast holds for an hour, whatever has not changed', async () => {
  const before = await kept(readerOf());
  const holds = (time: string) => isStillSo(before, readerOf(), new Date(`2026-12-05T${time}Z`));
  expect([await holds('11:00:00'), await holds('11:00:01'), await holds('09:59:59')]).toEqual([true, false, false]);
});
