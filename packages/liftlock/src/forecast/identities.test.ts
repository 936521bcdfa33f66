import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../model/kube.ts';
import { identityOf, readIdentities, versionOf } from './identities.ts';

const uid = '11111111-2222-3333-4444-555555555555';
const other = '99999999-2222-3333-4444-555555555555';

function object(kind: string, resourceVersion: string, more: Partial<KubeObject> = {}, id = uid): KubeObject {
  return { apiVersion: 'v1', kind, metadata: { name: `${kind}-${id.slice(0, 1)}`, uid: id, resourceVersion }, ...more };
}

function list(kind: string, ...items: readonly KubeObject[]): KubeObject {
  const bare = items.map(({ kind: _kind, apiVersion: _version, ...item }) => item);
  return { apiVersion: 'v1', kind: `${kind}List`, metadata: { resourceVersion: '900' }, items: bare } as never;
}

describe('identityOf', () => {
  it('differs when an object was changed, or made anew', () => {
    const identity = identityOf(object('ConfigMap', '7'));
    expect(identityOf(object('ConfigMap', '7'))).toBe(identity);
    expect(identityOf(object('ConfigMap', '8'))).not.toBe(identity);
    expect(identityOf(object('ConfigMap', '7', {}, other))).not.toBe(identity);
  });

  it.each(['Node', 'Pod', 'HorizontalPodAutoscaler'])('of a %s leaves out what changes all the time', (kind) => {
    const spec = { unschedulable: false };
    const before = object(kind, '7', { spec, status: { phase: 'Running', conditions: [{ at: 1 }] } });
    const after = object(kind, '8', { spec, status: { phase: 'Running', conditions: [{ at: 2 }] } });
    expect(identityOf(after)).toBe(identityOf(before));
    expect(identityOf(list(kind, after))).toBe(identityOf(list(kind, before)));
    expect(identityOf({ ...after, spec: { unschedulable: true } })).not.toBe(identityOf(before));
  });

  it('of a list is that of its items, whatever their order and the version of the list', () => {
    const [one, two] = [object('Secret', '7'), object('Secret', '5', {}, other)];
    expect(identityOf(list('Secret', two, one))).toBe(identityOf(list('Secret', one, two)));
    expect(identityOf(list('Secret', one))).not.toBe(identityOf(list('Secret', one, two)));
  });

  it('tells the newest resource version where there is one', () => {
    expect(versionOf(identityOf(object('Secret', '7')))).toBe(7n);
    expect(versionOf(identityOf(list('Secret', object('Secret', '7'), object('Secret', '12', {}, other))))).toBe(12n);
    expect(versionOf(identityOf(object('Pod', '7')))).toBeUndefined();
    expect(versionOf('absent')).toBeUndefined();
  });
});

describe('readIdentities', () => {
  const names = ['a', 'b', 'c', 'd'];
  const paths = names.map((name) => `/api/v1/namespaces/shop/configmaps/${name}`);
  const stored = ['a', 'b', 'c'].map((name) => ({
    ...object('ConfigMap', '7'),
    metadata: { name, uid, resourceVersion: '7' },
  }));
  const find = async (path: string) => stored.find(({ metadata }) => path.endsWith(`/${metadata.name}`));

  it('says the same whether a collection is listed or may only be asked for one by one', async () => {
    const { Problem } = await import('../model/problem.ts');
    const listed = await readIdentities(paths, {
      find: () => expect.fail('asked one by one'),
      list: async () => stored,
    });
    const asked = await readIdentities(paths, {
      find,
      list: async () => {
        throw new Problem('CLUSTER_REFUSED', 'may not list');
      },
    });
    expect(new Map(listed)).toEqual(new Map(asked));
    expect(listed.get('/api/v1/namespaces/shop/configmaps/d')).toBe('absent');
  });

  it('does not take what lies in a namespace for the namespace', async () => {
    const asked: string[] = [];
    const mixed = ['/api/v1/namespaces/shop', '/api/v1/namespaces/shop/pods', '/apis/apps/v1/deployments', '/apis'];
    await readIdentities(mixed, {
      find: async (path) => {
        asked.push(path);
        return undefined;
      },
      list: () => expect.fail('nothing is to be listed'),
    });
    expect(asked.toSorted()).toEqual(mixed.toSorted());
  });
});
