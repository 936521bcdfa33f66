import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject } from '../src/model/kube.ts';
import { saidBy, until } from './support/happenings.ts';
import { startNameServer, type NameServer } from './support/name-server.ts';
import { openStore, type Store } from './support/store.ts';

const reinstall = ['--allow', 'reinstall:store'];

function addressOf(object: KubeObject): string {
  const status = object.status as { readonly loadBalancer?: { readonly ingress?: readonly { readonly ip: string }[] } };
  return status.loadBalancer?.ingress?.[0]?.ip ?? '';
}

function policyOf(volume: KubeObject): unknown {
  return volume.spec?.['persistentVolumeReclaimPolicy'];
}

function handleOf(volume: KubeObject): unknown {
  return (volume.spec?.['csi'] as { readonly volumeHandle?: string } | undefined)?.volumeHandle;
}

/** Names of copies that liftlock keeps in the namespace. */
async function copies(store: Store): Promise<readonly string[]> {
  const selector = encodeURIComponent('app.kubernetes.io/managed-by=liftlock,liftlock.dev/component=store');
  const lists = await Promise.all(
    ['secrets', 'configmaps'].map((kind) =>
      store.sandbox.api.list(`/api/v1/namespaces/${store.namespace}/${kind}?labelSelector=${selector}`),
    ),
  );
  return lists.flatMap(({ items }) => items.map(({ metadata }) => metadata.name ?? ''));
}

/** A cloud that remembers: whatever address the two are given, they get their old ones. */
async function keepAddresses(store: Store, signal: AbortSignal): Promise<void> {
  const lists = { services: '/api/v1', ingresses: '/apis/networking.k8s.io/v1' };
  const old = await Promise.all(
    (['services', 'ingresses'] as const).map(async (plural) => ({
      plural,
      ip: addressOf(await store.get(`${plural}/store`)),
    })),
  );
  while (!signal.aborted) {
    for (const { plural, ip } of old) {
      const live = await store.find(`${plural}/store`);
      if (live === undefined || addressOf(live) === '' || addressOf(live) === ip) continue;
      const path = `${lists[plural]}/namespaces/${store.namespace}/${plural}/store/status`;
      await store.sandbox.api.patch(path, { status: { loadBalancer: { ingress: [{ ip }] } } }).catch(() => undefined);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

describe('A chart that changes an immutable field and looks its password up', () => {
  let store: Store;
  let names: NameServer;
  beforeAll(async () => {
    [store, names] = await Promise.all([openStore(), startNameServer()]);
    store.writeSite({ dnsServer: names.address });
  });
  afterAll(async () => {
    names.close();
    await store.close();
  });

  it('O3, O4, O5, D14, D15: nothing of the data is another after uninstall and reinstall', async () => {
    const secret = await store.get('secrets/store');
    const claim = await store.get('persistentvolumeclaims/data-database-0');
    const volume = await store.volumeOf('data-database-0');
    const set = await store.get('statefulsets/database');
    names.answer(addressOf(await store.get('ingresses/store')));
    expect(policyOf(volume)).toBe('Delete');

    const outcome = await store.upgrade(...reinstall);
    expect(saidBy(outcome)).toContain('DNS records must be changed');
    expect(outcome.code, saidBy(outcome)).toBe(6);

    expect(await store.history()).toBe('1 deployed');
    expect((await store.get('secrets/store')).data).toEqual(secret.data);
    expect((await store.get('persistentvolumeclaims/data-database-0')).metadata.uid).toBe(claim.metadata.uid);
    const after = await store.volumeOf('data-database-0');
    expect(after.metadata.uid).toBe(volume.metadata.uid);
    expect(policyOf(after)).toBe('Delete');
    const anew = await store.get('statefulsets/database');
    expect(anew.metadata.uid).not.toBe(set.metadata.uid);
    expect(anew.spec?.['podManagementPolicy']).toBe('Parallel');
    expect(await copies(store)).toEqual([]);
  });

  it('D12: it is the last remedy of the refusal that it mends', async () => {
    const other = await openStore();
    try {
      const refused = await other.upgrade();
      expect(refused.code, saidBy(refused)).toBe(3);
      expect(saidBy(refused)).toMatch(
        /IMMUTABLE_FIELD.*--allow recreate:statefulset\/database.*--allow reinstall:store/,
      );
    } finally {
      await other.close();
    }
  });

  it('D16, D19: old and new address are listed, and the run stays open until the name leads to the new one', async () => {
    const now = addressOf(await store.get('ingresses/store'));
    const waiting = await store.operator.run('resume');
    expect(saidBy(waiting)).toMatch(new RegExp(`store.example.test: \\S+ -> ${now.replaceAll('.', '\\.')}`));
    expect(waiting.code, saidBy(waiting)).toBe(6);
    names.answer(now);
    const looked = await store.operator.run('resume');
    expect(saidBy(looked)).toContain('every name leads to the new address');
    expect(looked.code, saidBy(looked)).toBe(0);
  });
});

describe('A load balancer that gives the same address again', () => {
  let store: Store;
  afterEach(async () => store.close());

  it('D16: no DNS record must be changed, and the run ends', async () => {
    store = await openStore();
    const keeping = new AbortController();
    const kept = keepAddresses(store, keeping.signal);
    const outcome = await store.upgrade(...reinstall);
    keeping.abort();
    await kept;
    expect(saidBy(outcome)).toContain('the same as before: no DNS record must be changed');
    expect(outcome.code, saidBy(outcome)).toBe(0);
  });
});

describe('With Helm 4, which applies server-side', () => {
  let store: Store;
  afterEach(async () => store.close());

  it('O4, O5: the password and the claims are the same as well', async () => {
    store = await openStore({ helm: 'helm4', ownsClaim: true });
    const secret = await store.get('secrets/store');
    const volume = await store.volumeOf('files');
    const outcome = await store.upgrade(...reinstall, '--allow', 'rebind:pvc/files');
    expect(outcome.code, saidBy(outcome)).toBe(6);
    expect((await store.get('secrets/store')).data).toEqual(secret.data);
    expect((await store.volumeOf('files')).metadata.uid).toBe(volume.metadata.uid);
    expect((await store.get('statefulsets/database')).spec?.['podManagementPolicy']).toBe('Parallel');
  });
});

describe('What would lose data is refused before anything is touched', () => {
  let store: Store;
  afterEach(async () => store.close());

  it('O4: a chart that makes its password up anew each time', async () => {
    store = await openStore({ password: 'random' });
    const secret = await store.get('secrets/store');
    const outcome = await store.upgrade(...reinstall);
    expect(saidBy(outcome)).toContain('GENERATED_SECRET_OVERWRITTEN');
    expect(saidBy(outcome)).toContain('makes up password of Secret');
    expect(outcome.code, saidBy(outcome)).toBe(3);
    expect((await store.get('secrets/store')).metadata.resourceVersion).toBe(secret.metadata.resourceVersion);
    expect(await store.history()).toBe('1 deployed');
  });

  it('O4: delete hooks run only where somebody said so', async () => {
    store = await openStore({ deleteHook: true });
    const refused = await store.upgrade(...reinstall);
    expect(saidBy(refused)).toContain('the hook ConfigMap farewell (pre-delete)');
    expect(refused.code, saidBy(refused)).toBe(3);
    expect(await store.history()).toBe('1 deployed');

    const outcome = await store.upgrade(...reinstall, '--allow', 'no-hooks:store');
    expect(outcome.code, saidBy(outcome)).toBe(6);
    expect(await store.find('configmaps/farewell')).toBeUndefined();

    const again = await store.upgrade(...reinstall, '--allow', 'hook:farewell');
    expect(again.code, saidBy(again)).toBe(6);
    expect(await store.find('configmaps/farewell')).toBeDefined();
  });

  it('O5: who may not change volumes is told to have them retained first', async () => {
    store = await openStore();
    const outcome = await store.upgradeWithoutVolumes(...reinstall);
    expect(saidBy(outcome)).toContain('VOLUME_NOT_RETAINED');
    expect(outcome.code, saidBy(outcome)).toBe(3);
    expect(await store.history()).toBe('1 deployed');
  });
});

describe('Claims that would go with the release', () => {
  let store: Store;
  afterEach(async () => store.close());

  it('O4, O5: a StatefulSet that deletes its claims is told to keep them first', async () => {
    store = await openStore({ whenDeleted: 'Delete' });
    const claim = await store.get('persistentvolumeclaims/data-database-0');
    expect(claim.metadata.ownerReferences).toHaveLength(1);
    const outcome = await store.upgrade(...reinstall);
    expect(saidBy(outcome)).toContain('Tell StatefulSet database to keep its claims');
    expect(outcome.code, saidBy(outcome)).toBe(6);
    const after = await store.get('persistentvolumeclaims/data-database-0');
    expect(after.metadata.uid).toBe(claim.metadata.uid);
  });

  it('O5, O23: a claim of the chart is made again on its own volume, and restore does the same', async () => {
    store = await openStore({ ownsClaim: true });
    const claim = await store.get('persistentvolumeclaims/files');
    const volume = await store.volumeOf('files');
    const refused = await store.upgrade(...reinstall);
    expect(saidBy(refused)).toContain('CLAIM_GOES_WITH_RELEASE');
    expect(refused.code, saidBy(refused)).toBe(3);

    const outcome = await store.upgrade(...reinstall, '--allow', 'rebind:pvc/files');
    expect(outcome.code, saidBy(outcome)).toBe(6);
    expect((await store.get('persistentvolumeclaims/files')).metadata.uid).not.toBe(claim.metadata.uid);
    const after = await store.volumeOf('files');
    expect([after.metadata.name, handleOf(after), policyOf(after)]).toEqual([
      volume.metadata.name,
      handleOf(volume),
      'Delete',
    ]);

    // Somebody deletes the claim by hand, and has had the luck to retain the volume.
    const volumePath = `/api/v1/persistentvolumes/${volume.metadata.name}`;
    await store.sandbox.api.patch(volumePath, { spec: { persistentVolumeReclaimPolicy: 'Retain' } });
    await store.sandbox.api.delete(`/apis/apps/v1/namespaces/${store.namespace}/deployments/store`);
    await store.sandbox.api.delete(`/api/v1/namespaces/${store.namespace}/persistentvolumeclaims/files`);
    await until(async () => expect(await store.find('persistentvolumeclaims/files')).toBeUndefined());
    const run = store.journal()[0]?.run ?? '';
    const restored = await store.operator.run('restore', run, '--only', 'persistentvolumeclaim/files', '--yes');
    expect(restored.code, saidBy(restored)).toBe(0);
    expect((await store.volumeOf('files')).metadata.uid).toBe(volume.metadata.uid);
    expect((await store.get('persistentvolumeclaims/files')).status?.['phase']).toBe('Bound');
  });
});
