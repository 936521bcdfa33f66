import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { claimTemplate, configMap, deployment, widgets, workload } from './corpus/objects.ts';
import { openOneRelease, type OneRelease } from './support/one-release.ts';
import { sharedSandbox } from './support/stage.ts';

const annotated = (name: string, annotations: Readonly<Record<string, string>>) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, annotations },
  data: { a: 'b' },
});

const ingress = (host: string) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'door' },
  spec: {
    rules: [
      {
        host,
        http: {
          paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } }],
        },
      },
    ],
  },
});
const door = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'door' };
const encode = (text: string) => Buffer.from(text).toString('base64');
const login = (token: string) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'login' },
  type: 'Opaque',
  data: { token: encode(token) },
});
const work = (id: string, fields: object) => ({ id, ...fields });

const others = [
  configMap('young', { a: 'b' }),
  ingress('new.example.com'),
  annotated('kept', { 'helm.sh/resource-policy': 'keep' }),
  annotated('before', { 'helm.sh/hook': 'pre-upgrade' }),
  workload('StatefulSet', 'db', {
    image: 'team/db:1',
    spec: { volumeClaimTemplates: [claimTemplate('data', '1Gi')] },
  }),
];
const after = [deployment('web', { image: 'team/web:2' }), configMap('settings', { mode: 'b', more: 'c' }), ...others];
/** Its settings are written before the API server refuses the rest of it. */
const refused = [
  deployment('web', { image: 'team/web:2', spec: { replicas: -1 } }),
  configMap('settings', { mode: 'b', more: 'c', stale: 'yes' }),
  ...others,
];

let scene: OneRelease;
beforeAll(async () => {
  scene = await openOneRelease(sharedSandbox(), {
    name: 'leaves',
    helm: 'helm3',
    definition: {
      inputs: { token: { type: 'file', description: 'The token' } },
      migrations: [
        {
          id: 'work',
          title: 'Work beside the release',
          crosses: '2.0.0',
          source: 'page 1',
          steps: [
            work('mark', {
              kind: 'patch-object',
              object: { kind: 'ConfigMap', name: 'settings' },
              set: { 'metadata.labels.marked': 'yes' },
            }),
            work('door', {
              kind: 'replace-object',
              object: door,
              returns: 'object.spec.rules[0].host == "new.example.com"',
            }),
            work('crds', { kind: 'apply-crds' }),
            work('login', { kind: 'create-secret', name: 'login', type: 'Opaque', files: { token: '{inputs.token}' } }),
          ],
        },
      ],
    },
    before: [
      deployment('web', { image: 'team/web:1' }),
      configMap('settings', { mode: 'a' }),
      ingress('old.example.com'),
    ],
    after,
    files: { 'crds/widgets.json': JSON.stringify(widgets(['v1'], { annotations: { edition: '1' } })) },
    newFiles: { 'crds/widgets.json': JSON.stringify(widgets(['v1'], { annotations: { edition: '2' } })) },
  });
  await scene.world.create(login('former'));
  await writeFile(join(scene.world.folder, 'token'), 'later');
  return () => scene.close();
});

const flat = (text: string) => text.replaceAll(/\s+/g, ' ');
const find = (kind: string, name: string, apiVersion = 'v1') => scene.world.find(apiVersion, kind, name);
const definition = () => find('CustomResourceDefinition', 'widgets.__NS__.example.com', 'apiextensions.k8s.io/v1');
const edition = async () => (await definition())?.metadata.annotations?.['edition'];

// The second test goes on with the run of the first.
it('O23: restore puts back each object that a migration changed, deleted, defined or wrote over', async () => {
  const done = await scene.apply(
    '--prove-images',
    'off',
    '--input',
    'token=token',
    '--allow',
    'appears:statefulset/db',
    '--allow',
    'replace:secret/login',
  );
  expect(done.code, done.stderr).toBe(0);
  const { run } = JSON.parse((await scene.operator.run('report', '-o', 'json')).stdout) as { run: string };
  expect(await edition()).toBe('2');
  // The upgrade has made it anew since it was deleted; then somebody loses it altogether.
  const { sandbox, namespace } = scene.world;
  await sandbox.api.delete(`/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses/door`);
  for (const subject of [
    'configmap/settings',
    'ingress/door',
    'secret/login',
    `customresourcedefinition/widgets.${namespace}.example.com`,
  ]) {
    const restored = await scene.operator.run('restore', run, '--only', subject, '--yes');
    expect(restored.code, restored.stderr).toBe(0);
  }
  expect((await find('ConfigMap', 'settings'))?.metadata.labels?.['marked']).toBeUndefined();
  expect(await find('Ingress', 'door', 'networking.k8s.io/v1')).toMatchObject({
    spec: { rules: [{ host: 'old.example.com' }] },
  });
  expect(await find('Secret', 'login')).toMatchObject({ data: { token: encode('former') } });
  expect(await edition()).toBe('1');
});

it('C37 O18 O31: a rollback compares every object with its record, and says what helm leaves, before the yes, at the end and in the report', async () => {
  const { namespace, folder, helm, chart } = scene.world;
  // O31: helm compares with the last revision that was deployed, and so leaves what one that failed has set.
  const failed = await helm('helm3', 'upgrade', 'shop', await chart({ objects: refused }, '3.0.0'));
  expect(failed.stderr).toContain('must be greater than or equal to 0');
  const again = await helm('helm3', 'upgrade', 'shop', join(folder, 'shop-2.0.0.tgz'));
  expect(again.code, again.stderr).toBe(0);
  const back = await scene.operator.run(
    'rollback',
    '--yes',
    ...['disappears:statefulset/db', 'moved:shop'].flatMap((id) => ['--allow', id]),
  );
  expect(back.code, back.stderr).toBe(0);
  const said = flat(back.stderr);
  expect(said).toContain(`ConfigMap ${namespace}/settings was changed`);
  expect(said).toContain(`Secret ${namespace}/login was written over by the run`);
  expect(said).toContain(`The definition widgets.${namespace}.example.com is that of shop 2.0.0, and stays`);
  const left = [
    `ConfigMap ${namespace}/settings is not as its record has it: data.stale of the newer version`,
    `ConfigMap ${namespace}/kept is left of the newer version: helm keeps it, as its annotation helm.sh/resource-policy asks`,
    `ConfigMap ${namespace}/before is left of the newer version: it is a hook`,
    `PersistentVolumeClaim ${namespace}/data-db-0 is left of the newer version: a StatefulSet has made it`,
  ];
  for (const line of left) expect(said).toContain(line);
  expect(said).not.toContain('young is left');

  const report = await scene.operator.run('report', '-o', 'json');
  const { steps } = JSON.parse(report.stdout) as { steps: { id: string; note: string; details?: object }[] };
  const step = steps.find(({ id }) => id === 'shop/rollback');
  const differs = [{ object: `ConfigMap ${namespace}/settings`, fields: ['data.stale of the newer version'] }];
  expect(step?.details).toMatchObject({ compared: 3, differs });
  expect(step?.note).toContain('2 of 3 objects are as its record has them');
  const text = flat((await scene.operator.run('report')).stdout);
  for (const line of left) expect(text).toContain(line);
  // It is so: what the target does not name and nobody asked to keep is gone.
  expect(await find('ConfigMap', 'young')).toBeUndefined();
  expect(await find('ConfigMap', 'kept')).toBeDefined();
});
