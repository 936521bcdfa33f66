import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { connectCluster } from '../src/adapters/cluster/connect.ts';
import { makeGate } from '../src/adapters/gate/gate.ts';
import { findHelm } from '../src/adapters/helm/helm-runner.ts';
import { makeForecast } from '../src/forecast/forecast.ts';
import type { Forecast, Plan } from '../src/model/plan.ts';
import { Redactor } from '../src/model/redaction.ts';
import type { Snapshot } from '../src/model/snapshot.ts';
import type { HelmRollbackStep } from '../src/model/step.ts';
import { readReleases } from '../src/release/record.ts';
import { runHelm } from './support/charts.ts';
import { openForetelling, type Foretelling } from './support/foresee.ts';
import type { HelmName } from './support/stage.ts';

const open: Foretelling[] = [];
async function foretelling(): Promise<Foretelling> {
  const made = await openForetelling();
  open.push(made);
  return made;
}
afterEach(async () => {
  for (const item of open.splice(0)) await item.close();
});

const stays = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'stays' }, data: {} };
const claimSpec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
const claim = (name: string, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name, ...metadata },
  spec: claimSpec,
});

function definition(group: string) {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `things.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural: 'things', singular: 'thing', kind: 'Thing' },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  };
}

/** `Kind/name: REMEDIES`, of everything that would be deleted and may not be. */
function protectedOf({ findings }: Forecast): readonly string[] {
  return findings
    .filter(({ code }) => code === 'DELETES_PROTECTED')
    .map(
      ({ object, remedies }) =>
        `${object?.kind ?? ''}/${object?.name ?? ''}: ${remedies.map(({ id }) => id).join(' ')}`,
    )
    .toSorted();
}

function wordsOf({ findings }: Forecast, kind: string): string {
  return findings.find(({ code, object }) => code === 'DELETES_PROTECTED' && object?.kind === kind)?.message ?? '';
}

/** What the forecast says of going back to a revision. */
async function foreseeRollback(
  scene: Foretelling,
  release: string,
  revision: number,
  helm: HelmName,
): Promise<Forecast> {
  const { sandbox, namespace } = scene;
  const folder = await mkdtemp(join(tmpdir(), 'liftlock-back-'));
  const connection = await connectCluster({ kubeconfig: sandbox.kubeconfig, env: {} });
  try {
    const { reader, writer } = connection;
    const records = await reader.list(`/api/v1/namespaces/${namespace}/secrets`, { labelSelector: 'owner=helm' });
    const step: HelmRollbackStep = {
      kind: 'helm-rollback',
      id: 'demo/rollback',
      title: 'back',
      component: release,
      release,
      namespace,
      revision,
      version: '',
      timeoutSeconds: 60,
      risk: 'reversible',
    };
    const components = [
      {
        name: release,
        release: readReleases(records).find(({ name }) => name === release),
        valuesFiles: [],
        workloads: [],
      },
    ];
    const { forecast } = await makeForecast({ steps: [step] } as unknown as Plan, {
      gate: makeGate(connection, { folder: join(folder, 'gate') }),
      helm: await findHelm({ flag: sandbox.bin[helm], env: process.env }),
      now: new Date(),
      chartFile: async () => '',
      valuesFiles: async () => [],
      reader,
      writer,
      redactor: new Redactor(),
      snapshot: { namespace, components, nodes: [], health: [], unread: [] } as unknown as Snapshot,
    });
    return forecast;
  } finally {
    connection.close();
    await rm(folder, { recursive: true, force: true });
  }
}

it('O6: what takes data along is blocked until it is named, each kind with what goes with it', async () => {
  const scene = await foretelling();
  const { namespace, sandbox } = scene;
  const group = `${namespace}.example.com`;
  const other = `${namespace}-other.example.com`;
  await scene.create('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition(other));
  scene.onClose(() => sandbox.api.delete(`/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.${other}`));
  const before = [
    stays,
    definition(group),
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: `${namespace}-inner` } },
    {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: `${namespace}-disk` },
      spec: {
        capacity: { storage: '1Gi' },
        accessModes: ['ReadWriteOnce'],
        hostPath: { path: '/data' },
        storageClassName: 'by-hand',
      },
    },
    {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: `${namespace}-fast` },
      provisioner: 'example.com/none',
    },
    claim('data'),
    { apiVersion: `${other}/v1`, kind: 'Thing', metadata: { name: 'database' } },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'owner' }, data: {} },
  ];
  const [made] = await scene.apply({ demo: before });
  expect([made?.code, made?.stderr]).toEqual([0, expect.anything()]);
  const things = `/apis/${group}/v1/namespaces/${namespace}/things`;
  for (const name of ['one', 'two', 'three'])
    await scene.create(things, { apiVersion: `${group}/v1`, kind: 'Thing', metadata: { name } });
  const here = `/api/v1/namespaces/${namespace}`;
  const owner = await sandbox.api.get(`${here}/configmaps/owner`);
  await scene.create(
    `${here}/persistentvolumeclaims`,
    claim('hanging', {
      ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: owner.metadata.uid }],
    }),
  );
  const forecast = await scene.foresee({ demo: [stays] });
  expect(protectedOf(forecast)).toEqual(
    [
      'ConfigMap/owner: keep:configmap/owner delete:configmap/owner',
      `CustomResourceDefinition/things.${group}: keep:customresourcedefinition/things.${group} delete:customresourcedefinition/things.${group}`,
      `Namespace/${namespace}-inner: keep:namespace/${namespace}-inner delete:namespace/${namespace}-inner`,
      `PersistentVolume/${namespace}-disk: keep:persistentvolume/${namespace}-disk delete:persistentvolume/${namespace}-disk`,
      'PersistentVolumeClaim/data: keep:pvc/data delete:pvc/data',
      `StorageClass/${namespace}-fast: keep:storageclass/${namespace}-fast delete:storageclass/${namespace}-fast`,
      'Thing/database: keep:thing/database delete:thing/database',
    ].toSorted(),
  );
  expect(wordsOf(forecast, 'CustomResourceDefinition')).toContain('3 custom resources go with it');
  expect(wordsOf(forecast, 'ConfigMap')).toContain('1 claim goes with it: hanging');
  expect((await sandbox.api.list(things)).items).toHaveLength(3);
});

describe.each(['helm3', 'helm4'] as const)('the annotation of a live object with %s', (helm) => {
  const keep = { metadata: { annotations: { 'helm.sh/resource-policy': 'keep' } } };

  it('O6: keeps it in an upgrade and in a rollback, as the forecast of both says', async () => {
    const scene = await foretelling();
    const { namespace, sandbox } = scene;
    const path = `/api/v1/namespaces/${namespace}/persistentvolumeclaims`;
    await scene.apply({ on: [stays, claim('data')] }, undefined, helm);
    await scene.apply({ back: [{ ...stays, metadata: { name: 'other' } }] }, undefined, helm);
    await scene.apply({ back: [{ ...stays, metadata: { name: 'other' } }, claim('young')] }, undefined, helm);
    expect(protectedOf(await scene.foresee({ on: [stays] }, { helm }))).toEqual([
      'PersistentVolumeClaim/data: keep:pvc/data delete:pvc/data',
    ]);
    const back = await foreseeRollback(scene, 'back', 1, helm);
    expect(protectedOf(back)).toEqual(['PersistentVolumeClaim/young: keep:pvc/young delete:pvc/young']);
    // A rollback is planned without remedies: what keeps it a person types.
    const commands = back.findings.flatMap(({ code, remedies }) =>
      code === 'DELETES_PROTECTED' ? remedies[0]?.commands : [],
    );
    expect(commands?.map((command) => command?.split(' ')[0])).toEqual(['kubectl']);
    // A shell would take the quotes out of JSON that stands bare.
    expect(commands?.[0]).toMatch(/ --patch '\{"metadata":.*\}'$/);

    for (const name of ['data', 'young']) await sandbox.api.patch(`${path}/${name}`, keep);
    const uids = async () => {
      const { items } = await sandbox.api.list(path);
      return items.map(({ metadata }) => `${metadata.name} ${metadata.uid}`).toSorted();
    };
    const before = await uids();
    expect(protectedOf(await scene.foresee({ on: [stays] }, { helm }))).toEqual([]);
    expect(protectedOf(await foreseeRollback(scene, 'back', 1, helm))).toEqual([]);
    await scene.apply({ on: [stays] }, undefined, helm);
    const rolled = await runHelm(sandbox.bin[helm], tmpdir(), sandbox.kubeconfig, [
      'rollback',
      'back',
      '1',
      '-n',
      namespace,
    ]);
    expect([rolled.code, rolled.stderr]).toEqual([0, expect.anything()]);
    expect(await uids()).toEqual(before);
  });
});
