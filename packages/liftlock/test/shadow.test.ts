import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { configMap, deployment, service, twoVersions, writeChart } from './support/charts.ts';
import { serveFarApi } from './support/far-api.ts';
import { answerTo, ask, openGateStage, type GateStage } from './support/gate-stage.ts';

let stage: GateStage;
beforeAll(async () => {
  stage = await openGateStage();
}, 1_800_000);
afterAll(async () => stage.close());

describe.each(['helm3', 'helm4'] as const)('a shadow with %s', (helm) => {
  const quick = helm === 'helm4' ? ['--wait=hookOnly'] : [];

  test('a shadow lets install, upgrade, rollback and uninstall run, and nothing is written', async () => {
    const { first, second } = twoVersions(stage.newFolder());
    const namespace = await stage.newNamespace();
    for (const chart of [first, second]) {
      const done = await stage.helm(helm, stage.sandbox.kubeconfig, [
        'upgrade',
        '--install',
        'demo',
        chart,
        '-n',
        namespace,
        ...quick,
      ]);
      expect(done.stderr).not.toContain('Error');
    }
    const before = await stage.stored(namespace);
    const already = (await stage.helmWrites(namespace)).length;

    const upgrade = await stage.gate.openShadow();
    const upgraded = await stage.helm(helm, upgrade.kubeconfig, [
      'upgrade',
      'demo',
      first,
      '-n',
      namespace,
      '--history-max',
      '1',
      '--no-hooks',
      ...quick,
    ]);
    expect(upgraded.stderr).not.toContain('Error');
    expect(upgraded.code).toBe(0);
    const kept = answerTo(upgrade, 'PATCH', '/configmaps/kept');
    expect([kept.before?.data, kept.after?.data]).toEqual([{ a: '2' }, { a: '1' }]);
    const web = answerTo(upgrade, 'PATCH', '/deployments/web');
    expect(JSON.stringify(web.before?.spec)).toContain('web:2');
    expect(JSON.stringify(web.after?.spec)).toContain('web:1');
    const added = answerTo(upgrade, 'DELETE', '/configmaps/added');
    expect([added.before?.metadata.name, added.after, added.status]).toEqual(['added', undefined, 200]);

    const rollback = await stage.gate.openShadow();
    const rolled = await stage.helm(helm, rollback.kubeconfig, [
      'rollback',
      'demo',
      '1',
      '-n',
      namespace,
      '--no-hooks',
      ...quick,
    ]);
    expect(rolled.stderr).not.toContain('Error');
    expect(rolled.code).toBe(0);
    expect(answerTo(rollback, 'PATCH', '/configmaps/kept').after?.data).toEqual({ a: '1' });

    const install = await stage.gate.openShadow();
    const installed = await stage.helm(helm, install.kubeconfig, [
      'upgrade',
      '--install',
      'other',
      writeChart(stage.newFolder(), '1.0.0', { other: configMap('other', { a: '1' }) }),
      '-n',
      namespace,
      '--no-hooks',
      ...quick,
    ]);
    expect(installed.stderr).not.toContain('Error');
    const created = install.answers().find((answer) => answer.after?.metadata.name === 'other');
    expect([created?.before, created?.after?.data]).toEqual([undefined, { a: '1' }]);
    const listed = await stage.helm(helm, install.kubeconfig, ['list', '-n', namespace, '-q']);
    expect(listed.stdout.trim().split('\n').toSorted()).toEqual(['demo', 'other']);

    const uninstall = await stage.gate.openShadow();
    const gone = await stage.helm(helm, uninstall.kubeconfig, ['uninstall', 'demo', '-n', namespace, '--no-hooks']);
    expect(gone.stderr).not.toContain('Error');
    expect(answerTo(uninstall, 'DELETE', '/deployments/web').status).toBe(200);

    expect(await stage.helmWrites(namespace)).toHaveLength(already);
    expect(await stage.stored(namespace)).toEqual(before);
    for (const session of [upgrade, rollback, install, uninstall]) {
      expect(session.writes()).toBe(0);
      await session.close();
    }
  });

  test('a shadow collects every rejection of one upgrade, in the words of the API server', async () => {
    const place = stage.newFolder();
    const namespace = await stage.newNamespace();
    const first = writeChart(place, '1.0.0', {
      fixed: configMap('fixed', { a: '1' }, true),
      web: deployment('web', 'example.com/web:1'),
      plain: configMap('plain', { a: '1' }),
    });
    const second = writeChart(place, '2.0.0', {
      fixed: configMap('fixed', { a: '2' }, true),
      web: deployment('web', 'example.com/web:1', 'other-label'),
      plain: configMap('plain', { a: '2' }),
      bad: service('bad', { ports: [{ port: 99_999 }] }),
    });
    const done = await stage.helm(helm, stage.sandbox.kubeconfig, [
      'install',
      'demo',
      first,
      '-n',
      namespace,
      ...quick,
    ]);
    expect(done.stderr).not.toContain('Error');
    const session = await stage.gate.openShadow();
    const result = await stage.helm(helm, session.kubeconfig, [
      'upgrade',
      'demo',
      second,
      '-n',
      namespace,
      '--no-hooks',
      ...quick,
    ]);
    expect(result.stderr).not.toContain('Error');
    const rejected = session.answers().filter((answer) => answer.status >= 400);
    expect(
      rejected.map((answer) => answer.path.split('/').at(-1) ?? '').toSorted((a, b) => a.localeCompare(b)),
    ).toEqual(helm === 'helm3' ? ['fixed', 'services', 'web'] : ['bad', 'fixed', 'web']);
    expect(answerTo(session, 'PATCH', '/configmaps/fixed').message).toContain(
      'field is immutable when `immutable` is set',
    );
    expect(answerTo(session, 'PATCH', '/deployments/web').message).toContain('spec.selector');
    expect(answerTo(session, 'PATCH', '/configmaps/plain').after?.data).toEqual({ a: '2' });
    await session.close();
  });

  test('what lies in a namespace that the same upgrade makes is named as unforeseen', async () => {
    const namespace = await stage.newNamespace();
    const inside = `${namespace}-inside`;
    const chart = writeChart(stage.newFolder(), '1.0.0', {
      space: JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: inside } }),
      config: JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'there', namespace: inside } }),
      plain: configMap('plain', { a: '1' }),
    });
    const session = await stage.gate.openShadow();
    const result = await stage.helm(helm, session.kubeconfig, [
      'upgrade',
      '--install',
      'demo',
      chart,
      '-n',
      namespace,
      '--no-hooks',
      ...quick,
    ]);
    expect(result.stderr).not.toContain('Error');
    const unforeseen = session.answers().filter((answer) => answer.unforeseen !== undefined);
    expect(unforeseen.map((answer) => answer.unforeseen)).toEqual([
      `the namespace ${inside} is made by the same upgrade`,
    ]);
    expect(await stage.connection.reader.find(`/api/v1/namespaces/${inside}`)).toBeUndefined();
    await session.close();
  });

  test("a large release goes through whole: many objects, and one near the API server's limit", async () => {
    const namespace = await stage.newNamespace();
    // Text that does not compress well would not fit into a release record: helm's own limit is 1 MiB.
    const large = { text: 'lift lock '.repeat(90_000) };
    const many = Object.fromEntries(
      Array.from({ length: 100 }, (_, index) => [`c${index}`, configMap(`c${index}`, { a: '1' })]),
    );
    const chart = writeChart(stage.newFolder(), '1.0.0', {
      ...many,
      large: configMap('large', large),
    });
    const args = ['upgrade', '--install', 'demo', chart, '-n', namespace, '--no-hooks', ...quick];
    const shadow = await stage.gate.openShadow();
    const foreseen = await stage.helm(helm, shadow.kubeconfig, args);
    expect(foreseen.stderr).not.toContain('Error');
    expect(shadow.answers().filter((answer) => answer.after?.kind === 'ConfigMap')).toHaveLength(101);
    await shadow.close();
    const session = await stage.gate.openRun(async () => true);
    const done = await stage.helm(helm, session.kubeconfig, args);
    expect(done.stderr).not.toContain('Error');
    const objects = await stage.connection.reader.list(`/api/v1/namespaces/${namespace}/configmaps`);
    expect(objects.find((object) => object.metadata.name === 'large')?.data).toEqual(large);
    expect(objects).toHaveLength(102);
    await session.close();
  });

  test.each([
    [
      'an unknown field',
      'apiVersion: v1\nkind: Service\nmetadata: {name: odd}\nspec: {ports: [{port: 80}], colour: red}\n',
    ],
    [
      'a duplicate key in a list',
      'apiVersion: v1\nkind: Service\nmetadata: {name: odd}\nspec: {ports: [{port: 80, name: a}, {port: 81, name: a}]}\n',
    ],
  ])('O17: %s is judged as an apply judges it', async (_what, text) => {
    const namespace = await stage.newNamespace();
    const chart = writeChart(stage.newFolder(), '1.0.0', { odd: text });
    const args = [
      'upgrade',
      '--install',
      'demo',
      chart,
      '-n',
      namespace,
      '--no-hooks',
      '--disable-openapi-validation',
      ...quick,
    ];
    const session = await stage.gate.openShadow();
    await stage.helm(helm, session.kubeconfig, args);
    const [answer] = session.answers().filter((one) => one.path.includes('/services'));
    const applied = await stage.helm(helm, stage.sandbox.kubeconfig, args);
    expect([(answer?.status ?? 0) >= 400, answer?.message !== undefined]).toEqual([
      applied.code !== 0,
      applied.code !== 0,
    ]);
    if (text.includes('colour') && applied.code === 0) {
      expect(answer?.warnings.join()).toContain('unknown field "spec.colour"');
    }
    await session.close();
  });
});

test('a deletion in a shadow deletes nothing, whatever its body says', async () => {
  const namespace = await stage.newNamespace();
  const path = `/api/v1/namespaces/${namespace}/configmaps`;
  const bodies = [
    undefined,
    '{"kind":"DeleteOptions","apiVersion":"v1","propagationPolicy":"Background"}',
    '{"kind":"DeleteOptions","apiVersion":"v1","dryRun":[]}',
    '{"kind":"DeleteOptions","apiVersion":"v1","gracePeriodSeconds":0}',
  ];
  for (const [index, body] of bodies.entries()) {
    await stage.connection.writer.create(path, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: `c${index}` },
    });
    for (const target of [`${path}/c${index}`, path, `${path}/c${index}?dryRun=`]) {
      const headers = { 'content-type': 'application/json' };
      const session = await stage.gate.openShadow();
      const answer = await ask(session, {
        method: 'DELETE',
        path: target,
        headers,
        ...(body === undefined ? {} : { body }),
      });
      expect(answer.status).toBe(200);
      await session.close();
    }
    expect(await stage.connection.reader.find(`${path}/c${index}`)).toBeDefined();
  }
});

describe('an API that another program serves', () => {
  test.each(['helm3', 'helm4'] as const)(
    'O7: is never sent a write by a shadow of %s or a dry run, and is named as unforeseen',
    async (helm) => {
      const namespace = await stage.newNamespace();
      const far = await serveFarApi(stage.sandbox, namespace);
      const thing = { apiVersion: 'far.example/v1', kind: 'Thing', metadata: { name: 'thing' } };
      const chart = writeChart(stage.newFolder(), '1.0.0', {
        thing: JSON.stringify(thing),
        plain: configMap('plain', { a: '1' }),
      });
      const session = await stage.gate.openShadow();
      const quick = helm === 'helm4' ? ['--wait=hookOnly'] : [];
      const args = [
        'upgrade',
        '--install',
        'demo',
        chart,
        '-n',
        namespace,
        '--no-hooks',
        '--disable-openapi-validation',
        ...quick,
      ];
      const result = await stage.helm(helm, session.kubeconfig, args);
      expect(result.stderr).not.toContain('Error');
      const { writer } = stage.connection;
      const things = `/apis/far.example/v1/namespaces/${namespace}/things`;
      // The Service is named as well: of the namespace that was asked about less than half a minute ago.
      const why = 'served by another program';
      await expect(writer.dryRunPatch(`${things}/thing`, {}, 'merge')).rejects.toThrow(why);
      await expect(writer.dryRunCreate(things, thing)).rejects.toThrow(why);
      await expect(writer.replace(`${things}/thing?dryRun=All`, thing)).rejects.toThrow(why);
      expect(far.stored()).toBe(0);
      const unforeseen = session.answers().filter((answer) => answer.unforeseen !== undefined);
      expect(unforeseen.map((answer) => answer.path.includes('/far.example/v1/'))).toEqual([true]);
      expect(unforeseen[0]?.unforeseen).toContain(`the Service ${namespace}/far`);
      expect(session.answers().some((answer) => answer.after?.metadata.name === 'plain')).toBe(true);
      await session.close();
      await far.close();
    },
  );
});
