import { randomBytes } from 'node:crypto';
import { appendFileSync, writeFileSync } from 'node:fs';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { AuditEntry, Sandbox } from '@liftlock/sandbox';
import type { KubeObject } from '../src/model/kube.ts';
import type { ReplicaInputs } from '../src/model/replica.ts';
import { saidBy, until } from './support/happenings.ts';
import { openHopScene, type HopScene } from './support/hop-scene.ts';
import { makeOperator, type Operator } from './support/liftlock.ts';
import { sharedSandbox } from './support/stage.ts';
import { openToOthers, secretsBelow } from './support/sweep.ts';
import { openStore, type Store } from './support/store.ts';

const finalizer = 'example.test/slow-cloud';

/** A colleague at an empty machine: a kubeconfig and the registry's password are all there is. */
async function colleagueOf({ sandbox }: Pick<Store, 'sandbox'>): Promise<Operator & { readonly login: string }> {
  const operator = await makeOperator({
    helm: sandbox.bin.helm3,
    environment: { KUBECONFIG: sandbox.kubeconfig },
  });
  const login = join(operator.home, 'registry-password');
  writeFileSync(login, sandbox.registry.password, { mode: 0o600 });
  return { ...operator, login };
}

/** The first machine and its disk are gone: its state, its site file, its definition, its values. */
async function loseMachine({ operator, siteFile }: Pick<Store, 'operator' | 'siteFile'>): Promise<void> {
  await operator.close();
  await rm(dirname(siteFile), { recursive: true, force: true });
}

/** The Ingress goes only when somebody lets it: helm waits in the middle of its uninstall. */
async function holdIngress(store: Store): Promise<() => Promise<void>> {
  const path = `/apis/networking.k8s.io/v1/namespaces/${store.namespace}/ingresses/store`;
  await store.sandbox.api.patch(path, { metadata: { finalizers: [finalizer] } });
  return async () => {
    await store.sandbox.api.patch(path, { metadata: { finalizers: null } });
  };
}

/** What must be the same after everything. */
async function dataOf(store: Store) {
  const claim = await store.get('persistentvolumeclaims/data-database-0');
  const { data } = await store.get('secrets/store');
  return { password: data, claim: claim.metadata.uid, volume: claim.spec?.['volumeName'] };
}

type Part = 'record' | 'inputs' | 'files';

async function replicaOf(sandbox: Sandbox, namespace: string, part?: Part): Promise<readonly KubeObject[]> {
  const selector = part === undefined ? 'liftlock.dev/part' : `liftlock.dev/part=${part}`;
  const path = `/api/v1/namespaces/${namespace}/secrets?labelSelector=${encodeURIComponent(selector)}`;
  return (await sandbox.api.list(path)).items as unknown as readonly KubeObject[];
}

/** Everything that the Secrets of one part hold, unpacked. */
function unpacked(secrets: readonly KubeObject[]): string {
  return secrets
    .flatMap(({ data }) => Object.values((data ?? {}) as Readonly<Record<string, string>>))
    .map((text) => gunzipSync(Buffer.from(text, 'base64')).toString('utf8'))
    .join('');
}

/** The write that brought a file's content to the cluster. */
async function keptBy(sandbox: Sandbox, namespace: string, inputs: string, name: string): Promise<AuditEntry> {
  const { files } = JSON.parse(inputs) as ReplicaInputs;
  const { digest = '' } = files.find((file) => file.name.endsWith(name)) ?? {};
  const holder = (await replicaOf(sandbox, namespace, 'files')).find(
    ({ data }) => data?.[`${digest.replace('sha256:', '')}.0`] !== undefined,
  );
  const written = (await sandbox.audit()).find(
    (entry) => entry.namespace === namespace && entry.name === holder?.metadata.name && entry.verb === 'create',
  );
  if (written === undefined) throw new Error(`nobody has written ${name}`);
  return written;
}

describe.concurrent('A run whose machine is gone', { timeout: 300_000 }, () => {
  let store: Store;
  let colleague: Awaited<ReturnType<typeof colleagueOf>>;
  afterEach(async () => {
    await store.close();
    await colleague.close();
  });

  it('O9, X02: between uninstall and installation, a colleague with kubeconfig and registry login finishes it', async () => {
    store = await openStore({ ownsClaim: true });
    colleague = await colleagueOf(store);
    const canary = `Canary-${randomBytes(12).toString('hex')}`;
    appendFileSync(join(dirname(store.siteFile), 'values', 'store.yaml'), `adminPassword: ${canary}\n`);
    const before = await dataOf(store);
    const files = await store.volumeOf('files');
    const release = await holdIngress(store);
    const reinstall = ['--allow', 'reinstall:store', '--allow', 'rebind:pvc/files'];
    const run = store.operator.start(...store.upgradeArguments(...reinstall));
    await run.printed(`(finalizers: ${finalizer})`);
    run.signal('SIGKILL');
    await run.done;
    await until(async () => expect(await store.find('secrets/store')).toBeUndefined());
    await loseMachine(store);
    await release();

    const where = ['-n', store.namespace];
    const { sandbox, namespace } = store;
    const record = unpacked(await replicaOf(sandbox, namespace, 'record'));
    expect(record).toContain('"type":"act-started","step":"store/uninstall"');
    expect(record).not.toContain(canary);
    const inputs = unpacked(await replicaOf(sandbox, namespace, 'inputs'));
    expect(inputs).not.toContain(canary);
    // What the very act has written that let helm delete things was in the cluster before helm did.
    const { time: keptAt } = await keptBy(sandbox, namespace, inputs, '/pods.txt');
    const audit = (await sandbox.audit()).filter((entry) => entry.namespace === namespace);
    const deletes = audit.filter(({ verb, userAgent }) => verb === 'delete' && userAgent?.startsWith('Helm'));
    expect(deletes).not.toEqual([]);
    expect(deletes.filter(({ time }) => time < keptAt)).toEqual([]);
    expect(unpacked(await replicaOf(sandbox, namespace, 'files'))).toContain(canary);
    expect(unpacked(await replicaOf(sandbox, namespace))).not.toContain(sandbox.registry.password);

    const status = await colleague.run('status', ...where);
    expect(status.code, saidBy(status)).toBe(0);
    expect(status.stdout).toContain('Store');
    const history = await colleague.run('history', '-o', 'json', ...where);
    expect(history.code, saidBy(history)).toBe(0);
    const [known] = JSON.parse(history.stdout) as readonly { readonly state: { readonly run: string } }[];
    const refused = await colleague.run('resume', ...where);
    expect(refused.code, saidBy(refused)).toBe(3);
    expect(saidBy(refused)).toContain('--password-file');
    expect(await store.history()).toBe('');

    const unseen = await colleague.run('resume', '--password-file', colleague.login);
    expect(unseen.code, saidBy(unseen)).toBe(6);
    expect(saidBy(unseen)).toContain('nobody has said yes to it here');
    expect(saidBy(unseen)).toMatch(/Left to do: (?!.*uninstall)/i);
    expect(await store.history()).toBe('');
    const resumed = await colleague.run('resume', '--yes', '--password-file', colleague.login);
    expect(saidBy(resumed)).toContain('uninstalled by this run');
    expect(saidBy(resumed)).toContain(`Resuming run ${known?.state.run}`);
    // The new address is affirmed by a person.
    expect(resumed.code, saidBy(resumed)).toBe(6);
    const affirmed = await colleague.run('resume', '--affirm', 'dns=Ada');
    expect(affirmed.code, saidBy(affirmed)).toBe(0);
    expect(await store.history()).toBe('1 deployed');
    expect(await dataOf(store)).toEqual(before);
    expect((await store.volumeOf('files')).metadata.uid).toBe(files.metadata.uid);
    expect(await openToOthers(join(colleague.home, 'state', 'liftlock'))).toEqual([]);
    const journal = join(colleague.home, 'state', 'liftlock', 'sites', namespace);
    const hits = await secretsBelow(journal, { canary });
    expect(hits.filter((hit) => !/^runs\/[^/]+\/(adopted|backup|aside)\//.test(hit))).toEqual([]);
    // Kept after a reinstall, and the record for good.
    expect(await replicaOf(sandbox, namespace, 'inputs')).toHaveLength(1);
  });
});

describe.concurrent('A run that goes on at two machines', { timeout: 300_000 }, () => {
  let scene: HopScene;
  let colleague: Awaited<ReturnType<typeof colleagueOf>>;
  afterEach(async () => {
    await scene.close();
    await colleague.close();
  });

  it('O8, O9: paused in an upgrade, its values gone, a colleague finishes both hops; the first machine tells nothing else and takes that over', async () => {
    const sandbox = sharedSandbox();
    scene = await openHopScene(sandbox, { name: 'elsewhere' });
    colleague = await colleagueOf({ sandbox });
    const { folder, namespace } = scene.world;
    const web = `/apis/apps/v1/namespaces/${namespace}/deployments/web`;
    await until(async () => expect((await sandbox.api.get(web))['status']).toMatchObject({ readyReplicas: 1 }));
    const fault = await sandbox.faults.set({ kind: 'slow', seconds: 600, match: { podNamePrefix: 'web', namespace } });
    const run = scene.operator.start('apply', '-f', scene.siteFile, '--version', '3.0.0', '--yes');
    await run.printed(/shop\/upgrade: .*0 of 1 new/);
    run.signal('SIGSTOP');
    expect(await scene.history()).toBe('1 deployed, 2 pending-upgrade');
    await fault.clear();
    const values = join(folder, 'values.yaml');
    const kept = await readFile(values);
    await rm(values);
    await rename(scene.siteFile, `${scene.siteFile}.gone`);

    const resumed = await colleague.run('resume', '--yes', '-n', namespace, '--password-file', colleague.login);
    expect(resumed.code, saidBy(resumed)).toBe(0);
    expect(saidBy(resumed)).toContain(`is adopted from the namespace ${namespace}`);
    expect(await scene.history()).toBe('1 superseded, 2 failed, 3 superseded, 4 deployed');
    const copies = await readdir(join(colleague.home, 'state'), { recursive: true });
    expect(copies.filter((name) => name.endsWith('/adopted/site.yaml'))).toHaveLength(1);
    expect(copies.filter((name) => name.endsWith('/values.yaml'))).toEqual([]);

    // Its machine wakes up.
    run.signal('SIGCONT');
    const woken = await run.done;
    expect(woken.code, saidBy(woken)).toBe(5);
    expect(saidBy(woken)).toContain('LEASE_LOST');
    await writeFile(values, kept);
    await rename(`${scene.siteFile}.gone`, scene.siteFile);
    const before = scene.journal();
    const late = await scene.operator.run('resume');
    expect(saidBy(late)).toContain('is finished: there is nothing to resume');
    expect(late.code).toBe(2);
    expect(scene.journal().slice(0, before.length)).toEqual(before);
    expect(scene.journal().at(-1)?.type).toBe('run-finished');
    // It ended well, so that nobody needs its values any more; what became of it stays.
    expect(await replicaOf(sandbox, namespace, 'inputs')).toEqual([]);
    expect(await replicaOf(sandbox, namespace, 'files')).toEqual([]);

    // A record that tells something else from the middle on, as if both had gone on.
    const [record] = await replicaOf(sandbox, namespace, 'record');
    const told = unpacked(record === undefined ? [] : [record]).replace('"type":"resumed","who":"', '$&not-');
    await sandbox.api.patch(`/api/v1/namespaces/${namespace}/secrets/${record?.metadata.name}`, {
      data: { 0: gzipSync(told).toString('base64') },
    });
    const differs = await scene.operator.run('rollback', '--yes');
    expect(saidBy(differs)).toContain('REPLICA_DIFFERS');
    expect(differs.code, saidBy(differs)).toBe(3);
  });
});

describe.concurrent('A cluster that keeps no runs', () => {
  let scene: HopScene;
  let allow: (() => Promise<void>) | undefined;
  afterEach(async () => {
    await allow?.();
    await scene.close();
  });

  it('O9: a run whose inputs cannot be kept is refused before anything is touched', async () => {
    const sandbox = sharedSandbox();
    scene = await openHopScene(sandbox, { name: 'unkept', site: { stops: [] } });
    allow = await forbidRuns(sandbox, scene.world.namespace);
    const refused = await scene.operator.run('apply', '-f', scene.siteFile, '--version', '2.0.0', '--yes');
    expect(refused.code, saidBy(refused)).toBe(3);
    expect(saidBy(refused)).toContain('REPLICA_UNWRITABLE');
    expect(saidBy(refused)).toContain('liftlock may keep nothing here');
    expect(await scene.history()).toBe('1 deployed');
    expect((await scene.writes()).filter(({ code = 0 }) => code < 300)).toEqual([]);
    expect(await replicaOf(sandbox, scene.world.namespace)).toEqual([]);
  });
});

/** A policy of the cluster refuses Secrets of runs in one namespace. */
async function forbidRuns(sandbox: Sandbox, namespace: string): Promise<() => Promise<void>> {
  const api = '/apis/admissionregistration.k8s.io/v1';
  const apiVersion = 'admissionregistration.k8s.io/v1';
  const metadata = { name: `no-runs-${namespace}` };
  const message = 'liftlock may keep nothing here';
  const rules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['secrets'] }];
  await sandbox.api.create(`${api}/validatingadmissionpolicies`, {
    apiVersion,
    kind: 'ValidatingAdmissionPolicy',
    metadata,
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        resourceRules: rules,
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
      },
      validations: [{ expression: "object.type != 'liftlock.dev/run'", message }],
    },
  });
  await sandbox.api.create(`${api}/validatingadmissionpolicybindings`, {
    apiVersion,
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata,
    spec: { policyName: metadata.name, validationActions: ['Deny'] },
  });
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'asked' }, type: 'liftlock.dev/run' };
  // A policy holds from when the API server has read it.
  const path = `/api/v1/namespaces/${namespace}/secrets?dryRun=All`;
  await until(async () => expect(sandbox.api.create(path, secret)).rejects.toThrow(message));
  return async () => {
    await sandbox.api.delete(`${api}/validatingadmissionpolicybindings/${metadata.name}`);
    await sandbox.api.delete(`${api}/validatingadmissionpolicies/${metadata.name}`);
  };
}
