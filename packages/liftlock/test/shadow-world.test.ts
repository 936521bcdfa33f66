import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KubeObject } from '../src/model/kube.ts';
import { configMap, deployment, service, writeChart } from './support/charts.ts';
import { answerTo, helmsUnderTest, openGateStage, quickly, type GateStage } from './support/gate-stage.ts';
import { sharedSandbox } from './support/stage.ts';

let stage: GateStage;
beforeAll(async () => {
  stage = await openGateStage(sharedSandbox());
}, 1_800_000);
afterAll(async () => stage.close());

/** An object of a kind of the core group or of `apps`, as it is or as a template. */
function statefulSet(name: string, size: string, replicas = 1): string {
  return JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name },
    spec: {
      replicas,
      serviceName: name,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'main', image: 'example.com/db:1' }] },
      },
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: size } } },
        },
      ],
    },
  });
}

describe.each(helmsUnderTest)('a foreseen world with %s', (helm) => {
  const quick = quickly(helm);
  const upgrade = (namespace: string, chart: string) => [
    'upgrade',
    '--install',
    'demo',
    chart,
    '-n',
    namespace,
    '--no-hooks',
    ...quick,
  ];

  test('an object that will be adopted is read as adopted, alone and in lists, and keeps what it will have', async () => {
    const namespace = await stage.newNamespace();
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    const live = await stage.connection.writer.create(path, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'mine', labels: { by: 'hand' } },
      data: { a: '1', b: '2' },
    });
    const chart = writeChart(stage.newFolder(), '1.0.0', {
      mine: configMap('mine', { a: '1', c: '3' }),
      seen: `apiVersion: v1
kind: ConfigMap
metadata: {name: seen}
data:
  owners: "{{ range (lookup "v1" "ConfigMap" .Release.Namespace "").items }}{{ .metadata.name }}={{ dig "app.kubernetes.io/managed-by" "nobody" (.metadata.labels | default dict) }} {{ end }}"
`,
    });
    const without = await stage.gate.openShadow();
    const refused = await stage.helm(helm, without.kubeconfig, upgrade(namespace, chart));
    expect(refused.stderr).toContain('cannot be imported into the current release');
    await without.close();

    const adopted: KubeObject = await stage.connection.writer.dryRunPatch(
      `${path}/mine`,
      {
        metadata: {
          labels: { 'app.kubernetes.io/managed-by': 'Helm' },
          annotations: { 'meta.helm.sh/release-name': 'demo', 'meta.helm.sh/release-namespace': namespace },
        },
      },
      'merge',
    );
    const session = await stage.gate.openShadow({ objects: [adopted] });
    const done = await stage.helm(helm, session.kubeconfig, upgrade(namespace, chart));
    expect(done.stderr).not.toContain('Error');
    const answer = answerTo(session, 'PATCH', '/configmaps/mine');
    expect(answer.status).toBe(200);
    expect(answer.before?.metadata.annotations?.['meta.helm.sh/release-name']).toBe('demo');
    expect(answer.after?.metadata.annotations?.['meta.helm.sh/release-name']).toBe('demo');
    expect(answer.after?.metadata.labels).toMatchObject({ by: 'hand', 'app.kubernetes.io/managed-by': 'Helm' });
    expect(answer.after?.data).toEqual({ a: '1', b: '2', c: '3' });
    const seen = session.answers().find(({ after }) => after?.metadata.name === 'seen');
    expect(seen?.after?.data?.['owners']).toContain('mine=Helm');
    expect(seen?.after?.data?.['owners']).toContain('kube-root-ca.crt=nobody');
    expect(await stage.connection.reader.get(`${path}/mine`)).toEqual(live);
    await session.close();
  });

  test('an object that will be gone is created anew in the answer, under its own name', async () => {
    const namespace = await stage.newNamespace();
    const place = stage.newFolder();
    const first = writeChart(place, '1.0.0', {
      db: statefulSet('db', '1Gi'),
      bad: configMap('bad', { a: '1' }, true),
      both: configMap('both', { a: '1' }),
    });
    const second = writeChart(place, '2.0.0', {
      db: statefulSet('db', '2Gi'),
      bad: JSON.stringify({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'bad' },
        data: { 'not valid': '1' },
      }),
      both: configMap('both', { a: '2' }),
    });
    const done = await stage.helm(helm, stage.sandbox.kubeconfig, upgrade(namespace, first));
    expect(done.stderr).not.toContain('Error');
    const before = await stage.stored(namespace);
    const refused = await stage.gate.openShadow();
    await stage.helm(helm, refused.kubeconfig, upgrade(namespace, second));
    expect(answerTo(refused, 'PATCH', '/statefulsets/db').message).toContain('spec.volumeClaimTemplates');
    await refused.close();

    const session = await stage.gate.openShadow({
      absent: [
        { apiVersion: 'apps/v1', kind: 'StatefulSet', namespace, name: 'db' },
        { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'bad' },
      ],
    });
    const foreseen = await stage.helm(helm, session.kubeconfig, upgrade(namespace, second));
    expect(foreseen.stderr).not.toContain('Error');
    const isAbout = (name: string) => session.answers().filter(({ asked }) => asked?.metadata.name === name);
    const [db] = isAbout('db');
    expect([db?.status, db?.before, db?.message, db?.unforeseen]).toEqual([201, undefined, undefined, undefined]);
    expect(db?.after?.metadata.name).toBe('db');
    expect(JSON.stringify(db?.after?.spec)).toContain('"storage":"2Gi"');
    expect(db?.path.endsWith(helm === 'helm4' ? '/statefulsets/db' : '/statefulsets')).toBe(true);
    const [bad] = isAbout('bad');
    expect(bad?.after).toBeUndefined();
    expect(bad?.message).toContain('ConfigMap "bad" is invalid');
    expect(answerTo(session, 'PATCH', '/configmaps/both').after?.data).toEqual({ a: '2' });
    expect(await stage.stored(namespace)).toEqual(before);
    await session.close();
  });

  test("an address that the object's predecessor still holds is no reason against it, but is said", async () => {
    const namespace = await stage.newNamespace();
    const place = stage.newFolder();
    const first = writeChart(place, '1.0.0', { web: service('web', { type: 'NodePort' }) });
    const done = await stage.helm(helm, stage.sandbox.kubeconfig, upgrade(namespace, first));
    expect(done.stderr).not.toContain('Error');
    const live = await stage.connection.reader.get(`/api/v1/namespaces/${namespace}/services/web`);
    const spec = live.spec as unknown as { clusterIP: string; ports: [{ nodePort: number }] };
    const ports = [{ port: 80, nodePort: spec.ports[0].nodePort }];
    const second = writeChart(place, '2.0.0', {
      web: service('web', { type: 'NodePort', clusterIP: spec.clusterIP, ports }),
    });
    const session = await stage.gate.openShadow({
      absent: [{ apiVersion: 'v1', kind: 'Service', namespace, name: 'web' }],
    });
    const foreseen = await stage.helm(helm, session.kubeconfig, upgrade(namespace, second));
    expect(foreseen.stderr).not.toContain('Error');
    const answer = session.answers().find(({ asked }) => asked?.metadata.name === 'web');
    expect([answer?.status, answer?.message, answer?.after?.metadata.name]).toEqual([201, undefined, 'web']);
    expect(answer?.unforeseen).toContain('held by the Service web that will be gone');
    expect(answer?.unforeseen).toContain('already allocated');
    await session.close();
  });

  test('a release whose records will be gone is installed as if it were new', async () => {
    const namespace = await stage.newNamespace();
    const chart = writeChart(stage.newFolder(), '1.0.0', { web: deployment('web', 'example.com/web:1') });
    for (let round = 0; round < 2; round += 1) {
      const done = await stage.helm(helm, stage.sandbox.kubeconfig, upgrade(namespace, chart));
      expect(done.stderr).not.toContain('Error');
    }
    const before = await stage.stored(namespace);
    const session = await stage.gate.openShadow({
      withoutReleases: [{ name: 'demo', namespace }],
      absent: [{ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'web' }],
    });
    const listed = await stage.helm(helm, session.kubeconfig, ['list', '-n', namespace, '-q']);
    expect(listed.stdout).toBe('');
    const done = await stage.helm(helm, session.kubeconfig, upgrade(namespace, chart));
    expect(done.stderr).not.toContain('Error');
    expect(done.stdout).toContain('REVISION: 1');
    const web = session.answers().find(({ asked }) => asked?.kind === 'Deployment');
    expect([web?.status, web?.before, web?.after?.metadata.name]).toEqual([201, undefined, 'web']);
    const history = await stage.helm(helm, session.kubeconfig, ['history', 'demo', '-n', namespace, '-o', 'json']);
    expect(JSON.parse(history.stdout)).toMatchObject([{ revision: 1, status: 'deployed' }]);
    expect(await stage.stored(namespace)).toEqual(before);
    await session.close();
  });

  test('what an earlier run left in the same shadow is where the next begins', async () => {
    const namespace = await stage.newNamespace();
    const place = stage.newFolder();
    const chart = (version: string, a: string, b: string, more: Record<string, string> = {}) =>
      writeChart(place, version, { kept: configMap('kept', { a, b }), ...more });
    const first = await stage.helm(helm, stage.sandbox.kubeconfig, upgrade(namespace, chart('1.0.0', '1', '1')));
    expect(first.stderr).not.toContain('Error');
    const before = await stage.stored(namespace);
    const session = await stage.gate.openShadow();
    const hops = [
      chart('2.0.0', '2', '1', { added: configMap('added', { a: '1' }) }),
      chart('3.0.0', '2', '2', { added: configMap('added', { a: '2' }) }),
      chart('4.0.0', '2', '2'),
    ];
    for (const [index, hop] of hops.entries()) {
      const done = await stage.helm(helm, session.kubeconfig, upgrade(namespace, hop));
      expect(done.stderr).not.toContain('Error');
      expect(done.stdout).toContain(`REVISION: ${index + 2}`);
    }
    const kept = session
      .answers()
      .filter(({ path, method }) => method === 'PATCH' && path.endsWith('/configmaps/kept'));
    const changed = kept.map(({ before: old, after }) => [old?.data, after?.data]);
    expect(changed.slice(0, 2)).toEqual([
      [
        { a: '1', b: '1' },
        { a: '2', b: '1' },
      ],
      [
        { a: '2', b: '1' },
        { a: '2', b: '2' },
      ],
    ]);
    const added = session
      .answers()
      .filter(({ path, asked }) => path.endsWith('/added') || asked?.metadata.name === 'added');
    expect(added.at(-1)).toMatchObject({ method: 'DELETE', status: 200 });
    // A strategic merge patch of what was never stored is beyond the API server; what is applied is not.
    expect(added.some(({ unforeseen }) => unforeseen?.includes('made by an earlier step'))).toBe(helm !== 'helm4');
    expect(added.every(({ message, unforeseen }) => message === undefined || unforeseen !== undefined)).toBe(true);
    expect(await stage.stored(namespace)).toEqual(before);
    await session.close();
  });
});
