import { execFile } from 'node:child_process';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject, Pod } from '@liftlock/sandbox';
import { filesBelow, secretsIn, secretsOf } from './support/canaries.ts';
import {
  breakPods,
  historyText,
  revisionCounts,
  saidBy,
  siteFolder,
  timesBegun,
  until,
  upgradeArguments,
} from './support/happenings.ts';
import type { Outcome } from './support/liftlock.ts';
import { openScene, type Scene } from './support/stage.ts';

interface Workload extends KubeObject {
  readonly spec: { readonly template: { readonly spec: { readonly imagePullSecrets?: readonly unknown[] } } };
}

interface DockerConfig {
  readonly auths: Readonly<Record<string, { readonly username: string; readonly password: string }>>;
}

function dockerConfigOf(secret: { readonly data: Readonly<Record<string, string>> }): DockerConfig {
  return JSON.parse(Buffer.from(secret.data['.dockerconfigjson'] ?? '', 'base64').toString('utf8')) as DockerConfig;
}

describe('A registry key that ran out', () => {
  let scene: Scene;
  let mend: () => Promise<void>;
  let failed: Outcome;
  let bundle: string;
  /** Everything that was printed. */
  const printed: string[] = [];

  async function run(...args: readonly string[]): Promise<Outcome> {
    const outcome = await scene.operator.run(...args);
    printed.push(outcome.stdout, outcome.stderr);
    return outcome;
  }
  const oldKey = () => join(scene.stage.folder, 'old-key.json');
  const pullSecret = async () =>
    scene.sandbox.api.get<KubeObject & { readonly data: Readonly<Record<string, string>> }>(
      `/api/v1/namespaces/${scene.namespace}/secrets/gcp-artifact-registry`,
    );
  async function pullSecretUsers(): Promise<readonly string[]> {
    const lists = await Promise.all(
      ['deployments', 'statefulsets'].map(async (resource) =>
        scene.sandbox.api.list<Workload>(`/apis/apps/v1/namespaces/${scene.namespace}/${resource}`),
      ),
    );
    return lists
      .flatMap(({ items }) => items)
      .filter(({ spec }) => JSON.stringify(spec.template.spec.imagePullSecrets)?.includes('gcp-artifact-registry'))
      .map(({ metadata }) => metadata.name ?? '')
      .toSorted();
  }

  beforeAll(async () => {
    scene = await openScene();
    await copyFile(scene.stage.keyFile, oldKey());
    mend = await breakPods(scene, 'ui', { kind: 'image-pull', cause: 401 });
    failed = await run(...upgradeArguments(scene));
  });
  afterAll(async () => {
    await mend();
    await scene.close();
  });

  it('C31 C32: the run stops at the refused pull, shows what to do about the key, and does not try again', async () => {
    expect(failed.code, saidBy(failed)).toBe(5);
    const screen = saidBy(failed);
    expect(screen).toContain('IMAGE_PULL_UNAUTHORIZED');
    expect(screen).toContain('Ask your administrator or the support team for a new service account key.');
    expect(screen).toContain('Keys live for 90 days');
    expect(screen).toContain('liftlock credentials rotate');
    expect(screen).toContain('liftlock resume');
    expect(await timesBegun(scene, 'ui')).toBe(1);
    expect(await revisionCounts(scene)).toEqual([2, 2, 2, 2, 1]);
    expect(await historyText(scene, 'ui')).toBe('1 deployed, 2 failed');
  });

  it('C35 C36: it leaves a support bundle with every part', async () => {
    bundle = (await run('support-bundle')).stdout.trim();
    const folder = join(scene.stage.folder, 'bundle');
    await mkdir(folder);
    await promisify(execFile)('tar', ['-xzf', bundle, '-C', folder]);
    const files = await filesBelow(folder);
    const textOf = (name: string) => Buffer.from(files.get(name) ?? '').toString('utf8');
    expect([...files.keys()].filter((name) => !name.startsWith('logs/')).toSorted()).toEqual([
      'bundle.json',
      'journal.jsonl',
      'objects/deployments.json',
      'objects/events.json',
      'objects/ingresses.json',
      'objects/jobs.json',
      'objects/persistentvolumeclaims.json',
      'objects/pods.json',
      'objects/replicasets.json',
      'objects/services.json',
      'objects/statefulsets.json',
      'plan.json',
      'platform.json',
      'releases.json',
      'run.json',
      'support.txt',
      'versions.json',
    ]);
    expect([...files.keys()].filter((name) => /^logs\/codemie-ui-.*\.txt$/.test(name))).not.toEqual([]);
    expect(JSON.parse(textOf('versions.json'))).toMatchObject({
      helm: expect.stringMatching(/^\d+\.\d+\.\d+/) as string,
      cluster: { version: expect.stringContaining('1.') as string },
    });
    const releases = JSON.parse(textOf('releases.json')) as readonly {
      readonly name: string;
      readonly history: readonly { readonly status: string }[];
    }[];
    expect(releases.find(({ name }) => name === 'codemie-ui')?.history.map(({ status }) => status)).toEqual(
      expect.arrayContaining(['deployed', 'failed']),
    );
    expect(textOf('objects/pods.json')).toMatch(/ImagePullBackOff|ErrImagePull/);
    expect(textOf('objects/events.json')).toContain('401');
    expect(textOf('run.json')).toContain('IMAGE_PULL_UNAUTHORIZED');
    expect(textOf('support.txt')).toContain('Contact: Your CodeMie support team');
  });

  it('C34: a key that the registry refuses is not put into the cluster', async () => {
    const { private_key_id: id } = JSON.parse(await readFile(oldKey(), 'utf8')) as { readonly private_key_id: string };
    await scene.sandbox.identity.revokeKey(id);
    const before = await pullSecret();
    const refused = await run('credentials', 'rotate', '-f', scene.stage.siteFile, '--yes');
    expect(refused.code, saidBy(refused)).toBe(3);
    expect((await pullSecret()).metadata.resourceVersion).toBe(before.metadata.resourceVersion);
  });

  it('C34: a new key is proven and put into the pull secret; resume redoes the failed component and finishes the rest', async () => {
    const other = { 'other.registry.example': { auth: Buffer.from('someone:canary-other-login').toString('base64') } };
    const held = await pullSecret();
    const config = dockerConfigOf(held);
    const both = JSON.stringify({ auths: { ...other, ...config.auths } });
    await scene.sandbox.api.replace(`/api/v1/namespaces/${scene.namespace}/secrets/gcp-artifact-registry`, {
      ...held,
      data: { '.dockerconfigjson': Buffer.from(both).toString('base64') },
    });
    const before = await pullSecret();
    const users = await pullSecretUsers();
    expect(users).toContain('codemie-ui');
    const newKey = await scene.stage.newKey('new-key.json');
    await copyFile(newKey, scene.stage.keyFile);
    const rotated = await run('credentials', 'rotate', '-f', scene.stage.siteFile, '--yes');
    expect(rotated.code, saidBy(rotated)).toBe(0);
    expect(saidBy(rotated)).toContain('liftlock resume');
    const after = await pullSecret();
    expect(after.metadata.resourceVersion).not.toBe(before.metadata.resourceVersion);
    const { auths } = dockerConfigOf(after);
    expect(auths).toMatchObject(other);
    const login = auths['https://europe-west3-docker.pkg.dev'];
    expect(login?.username).toBe('_json_key');
    expect(JSON.parse(login?.password ?? '{}')).toEqual(JSON.parse(await readFile(newKey, 'utf8')));
    expect(await pullSecretUsers()).toEqual(users);

    await mend();
    const resumed = await run('resume');
    expect(resumed.code, saidBy(resumed)).toBe(0);
    expect(await revisionCounts(scene)).toEqual([2, 2, 2, 3, 2]);
    expect(await historyText(scene, 'ui')).toBe('1 superseded, 2 failed, 3 deployed');
    expect(Object.values(await scene.versions())).toEqual(Array(5).fill('deployed 2.2.5'));
  });

  it('C27: a page that does not load makes verify fail', async () => {
    const { services } = scene.stage;
    const fine = await run('verify');
    expect(fine.code, saidBy(fine)).toBe(0);
    services.setUi({ status: 500 });
    const noPage = await run('verify');
    services.setUi({ status: 200 });
    expect(noPage.code, saidBy(noPage)).toBe(5);
    expect(saidBy(noPage)).toMatch(/✗ The web interface loads: \S+ answers 500/);
    expect(saidBy(noPage)).toContain('✓ A user can log in');
  });

  it('C29: an assistant that cannot be removed makes verify fail', async () => {
    const { services } = scene.stage;
    services.setApi({ leaks: true });
    const leaking = await run('verify');
    services.setApi({ leaks: false });
    expect(leaking.code, saidBy(leaking)).toBe(5);
    expect(saidBy(leaking)).toMatch(/✗ An assistant can be created and deleted: .* could not be removed/);
  });

  it('C28: credentials that are wrong make verify fail', async () => {
    const { services, folder } = scene.stage;
    const passwordFile = join(folder, 'test-user-password');
    await writeFile(passwordFile, 'wrong');
    const locked = await run('verify');
    await writeFile(passwordFile, services.password);
    expect(locked.code, saidBy(locked)).toBe(5);
    expect(saidBy(locked)).toMatch(/✗ A user can log in: .* cannot log in: .* answers 401/);
  });

  it('C30: errors in the logs since the start are counted and shown', async () => {
    const label = { key: 'app.kubernetes.io/instance', value: 'codemie-ui' };
    const set = await scene.sandbox.logs.set({ label, namespace: scene.namespace }, [
      'INFO ready',
      'ERROR one',
      'ERROR two',
      'WARN slow',
      'ERROR three',
    ]);
    const verified = await run('verify');
    await set.clear();
    expect(saidBy(verified)).toContain('3 errors and 1 warning in');
    expect(saidBy(verified)).toContain('ERROR three');
  });

  it('C26 O14: pods are judged by what their containers say, also those that belong to no release', async () => {
    const pods = `/api/v1/namespaces/${scene.namespace}/pods`;
    const match = (prefix: string) => ({ podNamePrefix: prefix, namespace: scene.namespace });
    const bad = {
      'bare-crashing': 'CrashLoopBackOff',
      'bare-ended': 'Error',
      'bare-pending': 'Unschedulable',
      'bare-imageless': /ErrImagePull|ImagePullBackOff/,
      'bare-unready': 'NotReady',
    };
    const faults = await Promise.all([
      scene.sandbox.faults.set({ kind: 'crash-loop', exitCode: 1, match: match('bare-crashing') }),
      scene.sandbox.faults.set({ kind: 'crash-loop', exitCode: 1, match: match('bare-ended') }),
      scene.sandbox.faults.set({ kind: 'image-pull', cause: 404, match: match('bare-imageless') }),
      scene.sandbox.faults.set({ kind: 'never-ready', match: match('bare-unready') }),
    ]);
    const make = async (name: string, spec: Readonly<Record<string, unknown>> = {}) =>
      scene.sandbox.api.create(pods, {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, labels: { bare: 'yes' } },
        spec: { containers: [{ name: 'main', image: 'registry.example/bare:1' }], ...spec },
      });
    const podNamed = async (name: string) => scene.sandbox.api.get<Pod>(`${pods}/${name}`);
    try {
      await make('bare-crashing');
      await make('bare-ended', { restartPolicy: 'Never' });
      await make('bare-pending', { nodeSelector: { nowhere: 'yes' } });
      await make('bare-imageless');
      await make('bare-unready');
      await until(async () => {
        const crashing = (await podNamed('bare-crashing')).status?.containerStatuses?.[0];
        expect(crashing?.state?.waiting?.reason).toBe('CrashLoopBackOff');
        expect((await podNamed('bare-ended')).status?.phase).toBe('Failed');
        expect((await podNamed('bare-pending')).status?.conditions?.[0]?.reason).toBe('Unschedulable');
        expect((await podNamed('bare-imageless')).status?.containerStatuses?.[0]?.state?.waiting).toBeDefined();
        expect((await podNamed('bare-unready')).status?.phase).toBe('Running');
      });
      const broken = await run('verify');
      expect(broken.code, saidBy(broken)).toBe(5);
      for (const [name, reason] of Object.entries(bad)) {
        const said = new RegExp(`Pod \\S*${name}: (\\S+?)[;. ]`).exec(saidBy(broken))?.[1];
        expect(said, name).toMatch(reason);
      }
    } finally {
      await scene.sandbox.api.raw('DELETE', `${pods}?labelSelector=bare%3Dyes&gracePeriodSeconds=0`);
      for (const fault of faults) await fault.clear();
    }
    await scene.sandbox.api.create(`/apis/batch/v1/namespaces/${scene.namespace}/jobs`, {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'tidy' },
      spec: {
        template: {
          spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'registry.example/tidy:1' }] },
        },
      },
    });
    await until(async () => {
      const { items } = await scene.sandbox.api.list<Pod>(`${pods}?labelSelector=job-name%3Dtidy`);
      expect(items.map(({ status }) => status?.phase)).toEqual(['Succeeded']);
    });
    const mended = await run('verify');
    expect(mended.code, saidBy(mended)).toBe(0);
    expect(saidBy(mended)).toContain('1 of finished jobs left out');
  });

  it('C36: no secret stands in bundle, journal, output or run folder, save the backups', async () => {
    const secrets = await secretsOf(scene, [oldKey(), scene.stage.keyFile]);
    // The search finds what it looks for, plain and in base64.
    const { data } = await pullSecret();
    expect(secretsIn(data['.dockerconfigjson'] ?? '', secrets)).not.toEqual([]);

    expect(secretsIn(printed.join('\n'), secrets)).toEqual([]);
    expect(secretsIn(gunzipSync(await readFile(bundle)), secrets)).toEqual([]);
    const files = [...(await filesBelow(siteFolder(scene)))].filter(([name]) => !name.includes('/backup/'));
    expect(files.map(([name]) => name)).toContain('journal.sqlite');
    const leaking = files.filter(([, bytes]) => secretsIn(bytes, secrets).length > 0).map(([name]) => name);
    expect(leaking).toEqual([]);
  });
});
