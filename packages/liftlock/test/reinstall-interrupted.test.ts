import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../src/model/kube.ts';
import { runHelm } from './support/charts.ts';
import { helmOf, saidBy, until } from './support/happenings.ts';
import { openStore, type Store } from './support/store.ts';

const reinstall = ['--allow', 'reinstall:store'];
const finalizer = 'example.test/slow-cloud';

/** The Ingress goes only when somebody lets it. */
async function holdIngress(store: Store): Promise<() => Promise<void>> {
  const path = `/apis/networking.k8s.io/v1/namespaces/${store.namespace}/ingresses/store`;
  await store.sandbox.api.patch(path, { metadata: { finalizers: [finalizer] } });
  return async () => {
    await store.sandbox.api.patch(path, { metadata: { finalizers: null } });
  };
}

interface Data {
  readonly password: unknown;
  readonly claim: string | undefined;
  readonly volume: unknown;
}

/** What must be the same after everything. */
async function dataOf(store: Store): Promise<Data> {
  const claim = await store.get('persistentvolumeclaims/data-database-0');
  const { data } = await store.get('secrets/store');
  return { password: data, claim: claim.metadata.uid, volume: claim.spec?.['volumeName'] };
}

/** How often helm has taken the release's record away. */
async function uninstalls(store: Store): Promise<number> {
  const audit = await store.sandbox.audit();
  return audit.filter(
    ({ verb, namespace, name, dryRun, code }) =>
      verb === 'delete' &&
      namespace === store.namespace &&
      name?.startsWith('sh.helm.release.v1.store.') === true &&
      !dryRun &&
      code === 200,
  ).length;
}

describe('An uninstall that takes its time', { timeout: 300_000 }, () => {
  let store: Store;
  afterEach(async () => store.close());

  it('D17: says what it waits for and whose finalizers hold it; slow is not failed; resume installs', async () => {
    store = await openStore();
    store.writeSite({ timeouts: { store: '30s' } });
    const before = await dataOf(store);
    const release = await holdIngress(store);
    const run = store.operator.start(...store.upgradeArguments(...reinstall));
    await run.printed(`Ingress ${store.namespace}/store (finalizers: ${finalizer})`);
    const slow = await run.done;
    expect(saidBy(slow)).toContain('STILL_DELETING');
    expect(slow.code, saidBy(slow)).toBe(6);
    expect(await store.history()).toBe('');
    expect(await store.find('statefulsets/database')).toBeUndefined();

    await release();
    const resumed = await store.operator.run('resume');
    expect(resumed.code, saidBy(resumed)).toBe(6);
    const affirmed = await store.operator.run('resume', '--affirm', 'dns=Ada');
    expect(saidBy(affirmed)).toContain('affirmed by Ada');
    expect(affirmed.code, saidBy(affirmed)).toBe(0);
    expect(await dataOf(store)).toEqual(before);
    expect(await uninstalls(store)).toBe(1);

    // Without the wait: helm takes the Ingress that is on its way out for one that it may keep, and says that all is well.
    const { sandbox, namespace } = store;
    const releaseAgain = await holdIngress(store);
    const byHand = (...words: readonly string[]) =>
      runHelm(sandbox.bin.helm3, store.operator.home, sandbox.kubeconfig, [...words, '-n', namespace]);
    await byHand('uninstall', 'store');
    const chart = join(dirname(store.siteFile), 'store-2.0.0.tgz');
    expect(await byHand('install', 'store', chart, '--set', 'host=store.example.test')).toMatchObject({ code: 0 });
    expect((await store.get('ingresses/store')).metadata.deletionTimestamp).toBeDefined();
    await releaseAgain();
    await until(async () => expect(await store.find('ingresses/store')).toBeUndefined());
    expect(await store.history()).toBe('1 deployed');
  });

  it('O1, O9, D18: killed between uninstall and installation, and in the middle of that, resume finishes it', async () => {
    store = await openStore({ ownsClaim: true });
    store.writeSite({ lease: { seconds: 2 } });
    const before = await dataOf(store);
    const files = await store.volumeOf('files');
    const release = await holdIngress(store);
    const run = store.operator.start(...store.upgradeArguments(...reinstall, '--allow', 'rebind:pvc/files'));
    await run.printed(`(finalizers: ${finalizer})`);
    run.signal('SIGKILL');
    await run.done;
    await until(async () => expect(await store.find('secrets/store')).toBeUndefined());
    await release();
    const slow = await store.sandbox.faults.set({
      kind: 'slow',
      seconds: 600,
      match: { podNamePrefix: 'database', namespace: store.namespace },
    });
    const installing = store.operator.start('resume');
    await until(async () => expect(await store.find('statefulsets/database')).toBeDefined());
    expect(await store.history()).toBe('1 pending-install');
    expect(installing.output().replaceAll(/\s+/g, ' ')).toContain('uninstalled by this run');
    process.kill(helmOf(installing.pid), 'SIGKILL');
    installing.signal('SIGKILL');
    await installing.done;
    await slow.clear();

    const resumed = await store.operator.run('resume');
    expect(saidBy(resumed)).toContain('its record is now failed');
    expect(resumed.code, saidBy(resumed)).toBe(6);
    expect(await store.history()).toBe('1 superseded, 2 deployed');
    expect(await dataOf(store)).toEqual(before);
    expect((await store.volumeOf('files')).metadata.uid).toBe(files.metadata.uid);
    expect(await uninstalls(store)).toBe(1);
  });
});

describe('A reinstall that stops before the uninstall', () => {
  let store: Store;
  afterEach(async () => store.close());

  it('O4, D13: a copy that is not what is live: nothing is uninstalled; nor when somebody else did', async () => {
    store = await openStore();
    const run = store.operator.start(...store.upgradeArguments(...reinstall));
    await run.printed('store/put-aside:');
    run.signal('SIGINT');
    const stopped = await run.done;
    expect(stopped.code, saidBy(stopped)).toBe(130);
    expect(await store.history()).toBe('1 deployed');

    const secrets = `/api/v1/namespaces/${store.namespace}/secrets`;
    const { items } = await store.sandbox.api.list(`${secrets}?labelSelector=liftlock.dev%2Fcomponent%3Dstore`);
    const [copy] = items as unknown as readonly KubeObject[];
    expect(copy?.metadata.annotations).toEqual({ 'liftlock.dev/copy-of': 'Secret/store' });
    await store.sandbox.api.patch(`${secrets}/${copy?.metadata.name}`, { data: { password: 'YW5vdGhlcg==' } });
    const damaged = await store.operator.run('resume');
    expect(saidBy(damaged)).toContain('PUT_ASIDE_DAMAGED');
    expect(await store.history()).toBe('1 deployed');

    const { sandbox } = store;
    const where = ['-n', store.namespace];
    await runHelm(sandbox.bin.helm3, store.operator.home, sandbox.kubeconfig, ['uninstall', 'store', ...where]);
    const moved = await store.operator.run('resume');
    expect(saidBy(moved)).toContain('is gone, and this run did not uninstall it');
    expect(await store.history()).toBe('');
  });
});

describe('An installation that fails after the uninstall', { timeout: 300_000 }, () => {
  let store: Store;
  afterEach(async () => store.close());

  it('O3, D18: leaves the new objects, the claims and the evidence, and resume repairs it forward', async () => {
    store = await openStore();
    const before = await dataOf(store);
    const fault = await store.sandbox.faults.set({
      kind: 'image-pull',
      cause: 404,
      match: { podNamePrefix: 'database', namespace: store.namespace },
    });
    const failed = await store.upgrade(...reinstall);
    await fault.clear();
    expect(saidBy(failed)).toContain('IMAGE_NOT_FOUND');
    expect(saidBy(failed)).not.toContain('liftlock rollback');
    expect(failed.code, saidBy(failed)).toBe(5);
    expect(await store.history()).toBe('1 failed');
    expect(await store.find('statefulsets/database')).toBeDefined();
    expect(await dataOf(store)).toEqual(before);

    const resumed = await store.operator.run('resume');
    expect(resumed.code, saidBy(resumed)).toBe(6);
    expect(await store.history()).toBe('1 superseded, 2 deployed');
    expect(await dataOf(store)).toEqual(before);
  });

  it('D12, O4: an upgrade that failed goes on as a reinstall, with every consent that this needs', async () => {
    store = await openStore({ deleteHook: true });
    const before = await dataOf(store);
    const fault = await store.sandbox.faults.set({
      kind: 'image-pull',
      cause: 404,
      match: { podNamePrefix: 'database', namespace: store.namespace },
    });
    const failed = await store.upgrade('--allow', 'recreate:statefulset/database');
    await fault.clear();
    expect(saidBy(failed)).toContain('IMAGE_NOT_FOUND');
    expect(failed.code, saidBy(failed)).toBe(5);
    const refused = await store.operator.run('resume', ...reinstall);
    expect(saidBy(refused)).toContain('the hook ConfigMap farewell (pre-delete)');
    expect(refused.code, saidBy(refused)).toBe(3);
    const resumed = await store.operator.run('resume', '--yes', ...reinstall, '--allow', 'no-hooks:store');
    expect(saidBy(resumed)).toContain('Added to the plan: Uninstall store');
    expect(resumed.code, saidBy(resumed)).toBe(6);
    expect(await store.find('configmaps/farewell')).toBeUndefined();
    expect(await store.history()).toBe('1 deployed');
    expect(await dataOf(store)).toEqual(before);
  });
});
