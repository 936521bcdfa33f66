import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openOneRelease, type OneRelease } from './support/one-release.ts';
import { sharedSandbox } from './support/stage.ts';
import { uniqueImage } from './support/shop.ts';

const group = `w${randomBytes(4).toString('hex')}.example.com`;
const image = uniqueImage();
const boats = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `boats.${group}` },
  spec: {
    group,
    scope: 'Namespaced',
    names: { plural: 'boats', singular: 'boat', kind: 'Boat', listKind: 'BoatList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};
const web = (pod: object) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'main', image }], ...pod },
    },
  },
});
const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };

/** A chart whose 2.0.0 needs a Secret, a kind of its own, and nobody at work while a Job moves the data. */
const definition = {
  inputs: { token: { type: 'file', description: 'What the shop logs in with', requiredWhen: 'true' } },
  migrations: [
    {
      id: 'move',
      title: 'The data move',
      crosses: '2.0.0',
      source: 'page 1',
      steps: [
        { kind: 'create-secret', id: 'login', name: 'login', type: 'Opaque', files: { token: '{inputs.token}' } },
        { kind: 'apply-crds', id: 'kinds' },
        { kind: 'scale', id: 'down', object: deployment, replicas: 0 },
        {
          kind: 'run-job',
          id: 'job',
          timeout: '60s',
          manifest: {
            apiVersion: 'batch/v1',
            kind: 'Job',
            metadata: { name: 'move' },
            spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image }] } } },
          },
        },
        {
          kind: 'await-condition',
          id: 'moved',
          objects: { apiVersion: 'batch/v1', kind: 'Job' },
          until: 'objects.exists(job, job.status.succeeded == 1)',
          timeout: '60s',
        },
      ],
    },
    {
      id: 'fresh',
      title: 'It reads its settings anew',
      crosses: '2.0.0',
      at: 'after',
      source: 'page 2',
      steps: [{ kind: 'restart', id: 'web', object: deployment }],
    },
  ],
};

const said = ['--input', 'token=./token', '--prove-images', 'off'];

let scene: OneRelease;
beforeAll(async () => {
  const sandbox = sharedSandbox();
  scene = await openOneRelease(sandbox, {
    name: 'work',
    helm: 'helm3',
    definition,
    before: [web({})],
    after: [
      web({ volumes: [{ name: 'login', secret: { secretName: 'login' } }] }),
      { apiVersion: `${group}/v1`, kind: 'Boat', metadata: { name: 'ada' } },
    ],
    newFiles: { 'crds/boats.yaml': JSON.stringify(boats) },
  });
  await writeFile(join(scene.world.folder, 'token'), 'a-token-of-the-shop', { mode: 0o600 });
  const { namespace } = scene.world;
  await sandbox.api.patch(`/apis/apps/v1/namespaces/${namespace}/deployments/web`, { spec: { replicas: 3 } });
});
afterAll(async () => {
  const { sandbox } = scene.world;
  await scene.close();
  await sandbox.api.delete(`/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${boats.metadata.name}`);
});

it('foresees an upgrade in the world that the steps before it make: their Secret, their kinds', async () => {
  const plan = await scene.plan(...said);
  expect(plan.steps.map(({ id }) => id.replace('shop/', '')).join(' ')).toBe(
    'backup move/login move/kinds move/down move/job move/moved upgrade move/down/undo fresh/web',
  );
  const told = plan.forecast.findings.filter(({ severity }) => severity !== 'info').map(({ code }) => code);
  expect(told).toEqual([]);
});

it('O26: carries them out, puts the number back that was there before, and keeps the secret to itself', async () => {
  const { world } = scene;
  const outcome = await scene.apply(...said);
  expect([outcome.code, outcome.stderr]).toEqual([0, expect.anything()]);
  expect(outcome.stdout + outcome.stderr).not.toContain('a-token-of-the-shop');
  expect(await world.find('apps/v1', 'Deployment', 'web')).toMatchObject({ spec: { replicas: 3 } });
  expect(await world.find(`${group}/v1`, 'Boat', 'ada')).toMatchObject({ kind: 'Boat' });
  expect(await world.find('v1', 'Secret', 'login')).toMatchObject({
    data: { token: Buffer.from('a-token-of-the-shop').toString('base64') },
  });
});
