import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../model/kube.ts';
import type { ShadowAnswer } from '../model/ports.ts';
import { joinWorlds, worldAfter } from './world-after.ts';

function configMap(name: string, data: Readonly<Record<string, string>> = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'prod' }, data };
}

function answer(
  method: string,
  before: KubeObject | undefined,
  after: KubeObject | undefined,
  status = 200,
): ShadowAnswer {
  return { method, path: '/', status, before, after, warnings: [] };
}

describe('what helm leaves in the shadow', () => {
  it('is the last answer to each object, helm’s records apart, and without what was deleted or refused', () => {
    const record: KubeObject = {
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'helm.sh/release.v1',
      metadata: { name: 'sh.helm.release.v1.shop.v2', namespace: 'prod' },
    };
    const world = worldAfter([
      answer('POST', undefined, record, 201),
      answer('PATCH', configMap('a'), configMap('a', { x: '1' })),
      answer('PATCH', configMap('a'), configMap('a', { x: '2' })),
      answer('DELETE', configMap('b'), undefined),
      answer('PATCH', configMap('c'), undefined, 422),
    ]);
    expect(world).toEqual({
      records: [record],
      objects: [configMap('a', { x: '2' })],
      absent: [{ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'prod', name: 'b' }],
    });
  });

  it('of several hops the later counts: what was deleted may come back, and what came may go', () => {
    const first = worldAfter([answer('POST', undefined, configMap('a')), answer('DELETE', configMap('b'), undefined)]);
    const second = worldAfter([answer('DELETE', configMap('a'), undefined), answer('POST', undefined, configMap('b'))]);
    const joined = joinWorlds([first, second]);
    expect(joined.objects).toEqual([configMap('b')]);
    expect(joined.absent).toMatchObject([{ name: 'a' }]);
  });
});
