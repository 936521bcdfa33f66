import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { GateSession } from '../src/model/ports.ts';
import { configMap, service, writeChart } from './support/charts.ts';
import { answerTo, helmsUnderTest, openGateStage, quickly, type GateStage } from './support/gate-stage.ts';
import { sharedSandbox } from './support/stage.ts';

let stage: GateStage;
beforeAll(async () => {
  stage = await openGateStage(sharedSandbox());
}, 1_800_000);
afterAll(async () => stage.close());

/** A definition of a namespaced kind in a group of its own. */
function definition(group: string, description = ''): string {
  return JSON.stringify({
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
          subresources: { status: {} },
          schema: {
            openAPIV3Schema: {
              type: 'object',
              description,
              properties: { spec: { type: 'object', properties: { sails: { type: 'integer' } } } },
            },
          },
        },
      ],
    },
  });
}

function boat(group: string, name: string): string {
  return JSON.stringify({ apiVersion: `${group}/v1`, kind: 'Boat', metadata: { name }, spec: { sails: 2 } });
}

/** Puts definitions into a chart's `crds/`. */
function withDefinitions(chart: string, definitions: Readonly<Record<string, string>>): string {
  mkdirSync(join(chart, 'crds'), { recursive: true });
  for (const [name, text] of Object.entries(definitions)) writeFileSync(join(chart, 'crds', `${name}.yaml`), text);
  return chart;
}

function unforeseenOf(session: GateSession): readonly (string | undefined)[] {
  return session.answers().flatMap(({ unforeseen }) => (unforeseen === undefined ? [] : [unforeseen]));
}

function refusedOf(session: GateSession): readonly string[] {
  return session
    .answers()
    .filter(({ status, unforeseen }) => status >= 400 && unforeseen === undefined)
    .map(({ message }) => message ?? '');
}

describe.each(helmsUnderTest)('breadth of a shadow with %s', (helm) => {
  const quick = quickly(helm);
  const upgrade = (namespace: string, chart: string, ...more: readonly string[]) => [
    'upgrade',
    '--install',
    'demo',
    chart,
    '-n',
    namespace,
    '--no-hooks',
    ...quick,
    ...more,
  ];

  test('a replacement by force is judged as one', async () => {
    const namespace = await stage.newNamespace();
    const place = stage.newFolder();
    const isHelm4 = helm === 'helm4';
    const method = isHelm4 ? ['--server-side=false'] : [];
    const force = isHelm4 ? ['--force-replace', ...method] : ['--force'];
    const first = writeChart(place, '1.0.0', {
      web: service('web'),
      fixed: configMap('fixed', { a: '1' }, true),
      plain: configMap('plain', { a: '1' }),
    });
    const second = writeChart(place, '2.0.0', {
      web: service('web', { clusterIP: 'None' }),
      fixed: configMap('fixed', { a: '2' }, true),
      plain: configMap('plain', { a: '2' }),
    });
    const done = await stage.helm(helm, stage.sandbox.kubeconfig, upgrade(namespace, first, ...method));
    expect(done.stderr).not.toContain('Error');
    const before = await stage.stored(namespace);
    const session = await stage.gate.openShadow();
    const foreseen = await stage.helm(helm, session.kubeconfig, upgrade(namespace, second, ...force));
    expect(foreseen.stderr).not.toContain('Error');
    const plain = answerTo(session, 'PUT', '/configmaps/plain');
    expect([plain.asked?.data, plain.before?.data, plain.after?.data]).toEqual([{ a: '2' }, { a: '1' }, { a: '2' }]);
    expect(answerTo(session, 'PUT', '/configmaps/fixed').message).toContain('immutable');
    expect(answerTo(session, 'PUT', '/services/web').message).toMatch(/clusterIP/i);
    expect(refusedOf(session)).toHaveLength(2);
    expect(await stage.stored(namespace)).toEqual(before);
    await session.close();
    const applied = await stage.helm(helm, stage.sandbox.kubeconfig, upgrade(namespace, second, ...force));
    expect(applied.code).not.toBe(0);
  });

  test('a release in a namespace that helm makes itself goes through, its objects named as unforeseen', async () => {
    const namespace = `${await stage.newNamespace()}-new`;
    const chart = writeChart(stage.newFolder(), '1.0.0', {
      one: configMap('one', { a: '1' }),
      web: service('web'),
    });
    const session = await stage.gate.openShadow();
    const done = await stage.helm(helm, session.kubeconfig, upgrade(namespace, chart, '--create-namespace'));
    expect(done.stderr).not.toContain('Error');
    expect(done.stdout).toContain('STATUS: deployed');
    const made = session.answers().find(({ asked }) => asked?.kind === 'Namespace');
    expect([made?.status, made?.unforeseen]).toEqual([201, undefined]);
    const why = `the namespace ${namespace} is made by the same upgrade`;
    expect(unforeseenOf(session)).toEqual([why, why]);
    expect(refusedOf(session)).toEqual([]);
    const records = session.answers().filter(({ after }) => after?.type === 'helm.sh/release.v1');
    expect(records.at(-1)?.after?.metadata.labels).toMatchObject({ name: 'demo', status: 'deployed', version: '1' });
    expect(await stage.connection.reader.find(`/api/v1/namespaces/${namespace}`)).toBeUndefined();
    await session.close();
  });

  test('a namespace that is there already is no rejection', async () => {
    const namespace = await stage.newNamespace();
    const chart = writeChart(stage.newFolder(), '1.0.0', { one: configMap('one', { a: '1' }) });
    const session = await stage.gate.openShadow();
    const done = await stage.helm(helm, session.kubeconfig, upgrade(namespace, chart, '--create-namespace'));
    expect(done.stderr).not.toContain('Error');
    expect([refusedOf(session), unforeseenOf(session)]).toEqual([[], []]);
    await session.close();
  });

  test('objects of a definition in crds/ are found, and named as unforeseen', async () => {
    const namespace = await stage.newNamespace();
    const group = `${namespace}.example`;
    const chart = withDefinitions(
      writeChart(stage.newFolder(), '1.0.0', {
        boat: boat(group, 'first'),
        plain: configMap('plain', { a: '1' }),
        known: `apiVersion: v1
kind: ConfigMap
metadata: {name: known}
data: {boats: "{{ .Capabilities.APIVersions.Has "${group}/v1/Boat" }}"}
`,
      }),
      { boats: definition(group) },
    );
    const session = await stage.gate.openShadow();
    const done = await stage.helm(helm, session.kubeconfig, upgrade(namespace, chart));
    expect(done.stderr).not.toContain('Error');
    expect(done.stdout).toContain('STATUS: deployed');
    const made = session.answers().find(({ asked }) => asked?.kind === 'CustomResourceDefinition');
    expect([made?.status, made?.before, made?.unforeseen]).toEqual([201, undefined, undefined]);
    expect(unforeseenOf(session)).toEqual([`its CustomResourceDefinition boats.${group} is made by the same upgrade`]);
    expect(refusedOf(session)).toEqual([]);
    // A chart may ask for an API that it brings itself.
    const known = session.answers().find(({ after }) => after?.metadata.name === 'known');
    expect(known?.after?.data).toEqual({ boats: 'true' });
    const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/boats.${group}`;
    expect(await stage.connection.reader.find(path)).toBeUndefined();
    await session.close();

    const applied = await stage.helm(helm, stage.sandbox.kubeconfig, upgrade(namespace, chart));
    expect(applied.stderr).not.toContain('Error');
    const again = await stage.gate.openShadow();
    const asOther = upgrade(namespace, chart).map((word) => (word === 'demo' ? 'other' : word));
    const second = await stage.helm(helm, again.kubeconfig, asOther);
    // The definition is there; what it defines is the other release's.
    expect(second.stderr).toContain('cannot be imported');
    expect(refusedOf(again)).toEqual([]);
    await again.close();
    await stage.connection.writer.delete(path);
  });

  test('what subcharts bring is judged too', async () => {
    const namespace = await stage.newNamespace();
    const place = stage.newFolder();
    const chart = writeChart(place, '1.0.0', { top: configMap('top', { a: '1' }) });
    const group = `${namespace}.example`;
    for (const name of ['hull', 'mast']) {
      const own = withDefinitions(join(chart, 'charts', name), name === 'hull' ? { boats: definition(group) } : {});
      mkdirSync(join(own, 'templates'), { recursive: true });
      writeFileSync(join(own, 'Chart.yaml'), `apiVersion: v2\nname: ${name}\nversion: 1.0.0\n`);
      writeFileSync(join(own, 'templates', 'own.yaml'), configMap(name, { 'not valid': '1' }));
    }
    writeFileSync(
      join(chart, 'Chart.yaml'),
      'apiVersion: v2\nname: demo\nversion: 1.0.0\ndependencies:\n- {name: hull, version: 1.0.0}\n- {name: mast, version: 1.0.0, condition: mast.enabled}\n',
    );
    const session = await stage.gate.openShadow();
    const args = [...upgrade(namespace, chart), '--set', 'mast.enabled=true'];
    const done = await stage.helm(helm, session.kubeconfig, args);
    expect(done.stderr).not.toContain('Error');
    const refused = refusedOf(session).map((message) => message.split(' is invalid')[0]);
    expect(new Set(refused)).toEqual(new Set(['ConfigMap "hull"', 'ConfigMap "mast"']));
    expect(session.answers().some(({ after }) => after?.kind === 'CustomResourceDefinition')).toBe(true);
    await session.close();
  });

  test('two hundred objects and a definition of a megabyte go through', async () => {
    const namespace = await stage.newNamespace();
    const group = `${namespace}.example`;
    const many = Object.fromEntries(
      Array.from({ length: 200 }, (_, index) => [`c${index}`, configMap(`c${index}`, { a: '1' })]),
    );
    const chart = writeChart(stage.newFolder(), '1.0.0', {
      ...many,
      boats: definition(group, 'a boat sails. '.repeat(75_000)),
    });
    const session = await stage.gate.openShadow();
    const done = await stage.helm(helm, session.kubeconfig, upgrade(namespace, chart));
    expect(done.stderr).not.toContain('Error');
    expect(session.answers().filter(({ after }) => after?.kind === 'ConfigMap')).toHaveLength(200);
    const crd = session.answers().find(({ after }) => after?.kind === 'CustomResourceDefinition');
    expect(JSON.stringify(crd?.after).length).toBeGreaterThan(1_000_000);
    expect([refusedOf(session), unforeseenOf(session)]).toEqual([[], []]);
    await session.close();
  });
});

describe('the two ways in which Helm 4 writes', () => {
  const upgrade = (namespace: string, chart: string, isServerSide: boolean) => [
    'upgrade',
    '--install',
    'demo',
    chart,
    '-n',
    namespace,
    '--no-hooks',
    '--wait=hookOnly',
    `--server-side=${isServerSide}`,
  ];
  const charts = () => {
    const place = stage.newFolder();
    return ['1', '2'].map((a) =>
      writeChart(place, `${a}.0.0`, {
        one: configMap('one', { a }),
        web: service('web', { ports: [{ port: Number(a) }] }),
      }),
    );
  };

  test.each([
    ['helm3', false, true],
    ['helm4', false, true],
    ['helm4', true, false],
    ['helm4', true, true],
    ['helm4', false, false],
  ] as const)('%s, server-side %s, then server-side %s: foreseen as it happens', async (helm, before, after) => {
    const namespace = await stage.newNamespace();
    const [first = '', second = ''] = charts();
    const installing =
      helm === 'helm4' ? upgrade(namespace, first, before) : ['install', 'demo', first, '-n', namespace];
    const installed = await stage.helm(helm, stage.sandbox.kubeconfig, installing);
    expect(installed.stderr).not.toContain('Error');
    const session = await stage.gate.openShadow();
    const foreseen = await stage.helm('helm4', session.kubeconfig, upgrade(namespace, second, after));
    expect(foreseen.stderr).not.toContain('Error');
    const [refused, unforeseen] = [refusedOf(session), unforeseenOf(session)];
    const data = session.answers().findLast(({ path }) => path.endsWith('/configmaps/one'))?.after?.data;
    await session.close();
    const applied = await stage.helm('helm4', stage.sandbox.kubeconfig, upgrade(namespace, second, after));
    expect([refused, applied.stderr, applied.code]).toEqual([[], '', 0]);
    // A dry run keeps nothing, not even whose a field is.
    const isHandedOver = !before && after;
    expect(unforeseen.filter((why) => why?.includes('hands its fields over'))).toHaveLength(isHandedOver ? 2 : 0);
    expect(isHandedOver ? undefined : data).toEqual(isHandedOver ? undefined : { a: '2' });
  });

  test("a field that somebody else applies is foreseen as a conflict, by that manager's name", async () => {
    const namespace = await stage.newNamespace();
    const [first = '', second = ''] = charts();
    await stage.helm('helm4', stage.sandbox.kubeconfig, upgrade(namespace, first, true));
    await stage.connection.writer.patch(`/api/v1/namespaces/${namespace}/configmaps/one`, { data: { a: '9' } });
    const session = await stage.gate.openShadow();
    const foreseen = await stage.helm('helm4', session.kubeconfig, upgrade(namespace, second, true));
    expect(foreseen.stderr).not.toContain('Error');
    const answer = answerTo(session, 'PATCH', '/configmaps/one');
    expect([answer.status, answer.reason]).toEqual([409, 'Conflict']);
    expect(answer.message).toMatch(/conflict with "liftlock.*\.data\.a/);
    expect(refusedOf(session)).toHaveLength(1);
    await session.close();
    const applied = await stage.helm('helm4', stage.sandbox.kubeconfig, upgrade(namespace, second, true));
    expect(applied.stderr).toContain('.data.a');
  });
});
