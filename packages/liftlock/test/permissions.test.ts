import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeOperator } from './support/liftlock.ts';
import { apply, planOf, run, troubles, unwrapped, type PlanJson } from './support/refusals.ts';
import { affirmed, isWrite, openScene, type Scene } from './support/stage.ts';

const allButUi = ['codemie-mcp-connect-service', 'mermaid-server', 'codemie-nats-auth-callout', 'codemie-api'];

/** An installation whose UI is not there: it was put into another namespace. */
let scene: Scene;
let elsewhere: Scene;

beforeAll(async () => {
  [scene, elsewhere] = await Promise.all([openScene({ releases: allButUi }), openScene({ releases: ['codemie-ui'] })]);
});
afterAll(async () => Promise.all([scene.close(), elsewhere.close()]));

/** A kubeconfig of a service account with these rights in the scene's namespace, and with none outside. */
async function kubeconfigWith(name: string, rules: readonly object[]): Promise<string> {
  const { api } = scene.sandbox;
  const { namespace } = scene;
  const group = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  await api.create(`${group}/roles`, { apiVersion, kind: 'Role', metadata: { name }, rules });
  await api.create(`${group}/rolebindings`, {
    apiVersion,
    kind: 'RoleBinding',
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
  });
  return scene.sandbox.kubeconfigFor({ serviceAccount: { namespace, name } });
}

describe('a release that is not there', () => {
  it('C24 O20: blocks until it is named, tells where one of that name is, and nothing is written', async () => {
    const outcome = await apply(scene);
    const text = unwrapped(outcome.stderr);
    expect(text).toMatch(
      /✗ 1 blocker\b.*The release codemie-ui does not exist in codemie-\w+; the upgrade would install it/,
    );
    expect(text).toMatch(new RegExp(`A release of that name is in [^.]*${elsewhere.namespace}`));
    expect(text).toContain('--allow install:codemie-ui');
    expect([outcome.code, await scene.writes()]).toEqual([3, []]);
  });

  it('C24: is installed as revision 1 when it is named', async () => {
    const outcome = await apply(scene, '--only', 'ui', '--allow', 'install:codemie-ui');
    expect(outcome).toMatchObject({ code: 0 });
    expect(await scene.versions()).toEqual({
      ...Object.fromEntries(allButUi.map((release) => [release, 'deployed 2.2.4'])),
      'codemie-ui': 'deployed 2.2.5',
    });
    const records = await scene.sandbox.api.list(
      `/api/v1/namespaces/${scene.namespace}/secrets?labelSelector=owner%3Dhelm%2Cname%3Dcodemie-ui`,
    );
    expect(records.items.map((item) => item.metadata.name)).toEqual(['sh.helm.release.v1.codemie-ui.v1']);
  });

  it('C24 O20: with all of them absent, consent does not help', async () => {
    const namespace = `${scene.namespace}-empty`;
    const consent = [...allButUi, 'codemie-ui'].flatMap((release) => ['--allow', `install:${release}`]);
    const outcome = await apply(scene, '--namespace', namespace, ...consent, '--allow', `namespace:${scene.namespace}`);
    const text = unwrapped(outcome.stderr);
    expect(text).toMatch(/✗ 1 blocker\b.*has no release of CodeMie: this is not its cluster or namespace/);
    expect(text).toMatch(new RegExp(`exist in the namespaces? [^.]*${scene.namespace}`));
    const entries = await scene.sandbox.audit();
    expect([outcome.code, entries.filter((entry) => entry.namespace === namespace && isWrite(entry))]).toEqual([3, []]);
  });
});

it('a second run at the same time is told who is at work, since when and where', async () => {
  const second = await makeOperator({ helm: scene.sandbox.bin.helm3, cwd: scene.stage.folder });
  const slow = await scene.sandbox.faults.set({
    kind: 'never-ready',
    match: { podNamePrefix: 'mermaid-server', namespace: scene.namespace },
  });
  const first = scene.operator.start(
    'apply',
    '-f',
    scene.stage.siteFile,
    '--version',
    '2.2.5',
    '--only',
    'mermaid',
    '--yes',
    '-o',
    'jsonl',
    ...affirmed,
  );
  try {
    await first.printed(/"type":"act-started","step":"mermaid\/upgrade"|"step":"mermaid\/upgrade".*"act-started"/);
    // A user of their own, so that the audit log tells the two apart.
    const kubeconfig = scene.sandbox.kubeconfigFor({ user: 'second', groups: ['system:masters'] });
    const refused = await apply({ ...scene, operator: second }, '--kubeconfig', kubeconfig, '--only', 'api');
    expect(refused.stderr).toContain('LEASE_HELD');
    expect(refused.code).toBe(3);
    const holder = `${userInfo().username}@${hostname()} pid ${first.pid} \\(\\w{4}\\) run`;
    expect(refused.stderr.replaceAll(/\s+/g, ' ')).toMatch(
      new RegExp(`Another run is at work on this platform: ${holder} \\S+ since \\d{4}-\\d\\d-\\d\\dT[\\d:]+Z`),
    );
    const written = (await scene.sandbox.audit()).filter((entry) => entry.user === 'second' && isWrite(entry));
    expect(written).toEqual([]);
  } finally {
    await slow.clear();
    await first.done;
  }
  expect((await first.done).code).toBe(0);
});

describe('what the API server permits', () => {
  it('C05: verbs that are missing are listed by resource, and nothing is written', async () => {
    const kubeconfig = await kubeconfigWith('reader', [
      { apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list', 'watch'] },
    ]);
    const made = await planOf(scene, '--kubeconfig', kubeconfig);
    expect(made.code).toBe(3);
    expect(new Set(troubles(made).filter((line) => line.startsWith('blocker')))).toEqual(
      new Set(['blocker PERMISSION_MISSING']),
    );
    // Nobody needs the Lease for a plan: apply refuses for it.
    const lesser = made.forecast.findings.filter(
      ({ severity, code }) => severity === 'warning' && code === 'PERMISSION_MISSING',
    );
    expect(lesser.map(({ message }) => message)).toEqual([
      expect.stringMatching(/may not create, update leases\.coordination\.k8s\.io in \S+ A plan does without/),
    ]);
    const messages = made.forecast.findings.map((finding) => finding.message).join('\n');
    for (const resource of [
      'secrets',
      'services',
      'deployments.apps',
      'statefulsets.apps',
      'ingresses.networking.k8s.io',
    ])
      expect(messages).toContain(`:reader may not create, update, patch, delete ${resource} in ${scene.namespace}.`);
    const before = (await scene.writes()).length;
    expect((await apply(scene, '--kubeconfig', kubeconfig)).code).toBe(3);
    expect((await scene.writes()).length).toBe(before);
  });

  it('C05: who may not even read the releases gets the whole list at once', async () => {
    const kubeconfig = await kubeconfigWith('stranger', [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }]);
    const outcome = await apply(scene, '--kubeconfig', kubeconfig);
    const text = unwrapped(outcome.stderr);
    expect(text).toMatch(
      /:stranger may not read what an upgrade needs .*secrets: get, create, update, patch, delete, list/,
    );
    expect(text).toMatch(/pods: watch\b.*PERMISSION_MISSING/);
    expect(outcome.code).toBe(3);
  });

  it('C05: rights in the namespace alone are enough; what they do not show is told as not foreseen', async () => {
    const kubeconfig = await kubeconfigWith('keeper', [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }]);
    const outlook = await run(scene, 'plan', '-o', 'json', '--kubeconfig', kubeconfig, ...affirmed);
    const made = JSON.parse(outlook.stdout) as PlanJson;
    expect([outlook.code, troubles(made)]).toEqual([0, []]);
    const unforeseen = made.forecast.unforeseen.map((item) => item.what);
    for (const what of ['room on the nodes', 'storage classes', 'the identity of the cluster'])
      expect(unforeseen).toContain(what);
    const outcome = await apply(scene, '--kubeconfig', kubeconfig, '--only', 'nats-auth-callout');
    expect(outcome).toMatchObject({ code: 0 });
    expect(await scene.versions()).toMatchObject({ 'codemie-nats-auth-callout': 'deployed 2.2.5' });
  });

  it('C05: an API server that takes connections and never answers is given up', async () => {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => void sockets.add(socket.on('error', () => undefined)));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const file = join(scene.stage.folder, 'silent-kubeconfig');
    const text = await readFile(scene.sandbox.kubeconfig, 'utf8');
    await writeFile(file, text.replaceAll(scene.sandbox.server, `https://127.0.0.1:${port}`));
    const outcome = await apply(scene, '--kubeconfig', file);
    expect(unwrapped(outcome.stderr)).toMatch(
      /127\.0\.0\.1:\d+ cannot be reached: .*CLUSTER_UNREACHABLE.*kubectl --context/,
    );
    expect(outcome.code).toBe(3);
    for (const socket of sockets) socket.destroy();
    server.close();
  });
});
