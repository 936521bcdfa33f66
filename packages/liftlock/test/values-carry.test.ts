import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { parseValues } from '../src/definition/index.ts';
import { setFlags } from '../src/release/set-flags.ts';
import { SetValues, type SetFlagName } from '../src/release/set-values.ts';
import type { CorpusCase } from './corpus/case.ts';
import { openWorld, type World } from './corpus/world.ts';
import { makeOperator } from './support/liftlock.ts';
import { sharedSandbox } from './support/stage.ts';

let world: World;
afterEach(() => world.close());

/** Shows every value that a chart is given. */
const shows = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Chart.Name }}-values}\ndata: {values: {{ toJson .Values | quote }}}\n`;
const chartOf = (name: string, version: string, defaults: object) => ({
  files: {
    'Chart.yaml': `apiVersion: v2\nname: ${name}\nversion: ${version}\n`,
    'values.yaml': JSON.stringify(defaults),
    'templates/values.yaml': shows,
  },
});

const secret = 'hunter2-hunter2';
/** What the operator once gave to the old chart: a list, a null, text that looks like a number, and a secret. */
const given = {
  nginx: { service: { type: 'LoadBalancer', ips: ['10.0.0.1', '10.0.0.2'] }, limit: null },
  port: 8080,
  zone: '007',
  mode: 'plain',
  openshift: true,
  grafana: { theme: 'dark' },
  db: { password: secret },
};
const shownByConsole = [
  'helm upgrade -i agent acme/agent -n NAMESPACE \\',
  `  --set controlPlane.url=ai.example.com --set controlPlane.clientSecret=${secret} \\ `,
  "  --set-string cluster.uid=0815 --set 'cluster.labels={a,b}' \\",
  '  --version "2.0.0" --create-namespace',
].join('\n');

test('R15, R17, X01, O11: values are carried over to a renamed chart, and nothing that is undecided is lost', async () => {
  const sandbox = sharedSandbox();
  const helm = 'helm3';
  world = await openWorld(sandbox, { name: 'values-carry' } as CorpusCase, helm);
  const { folder, namespace } = world;
  const must = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await world.helm(helm, ...args);
    expect(code, stderr).toBe(0);
    return stdout;
  };
  const file = async (name: string, text: string) => writeFile(join(folder, name), text, { mode: 0o600 });
  await file('given.json', JSON.stringify(given));
  const { host, username, password, scheme } = sandbox.registry;
  const defaults = { nginx: { service: { type: 'ClusterIP' }, limit: 5 }, mode: 'plain', grafana: { theme: 'light' } };
  await must(
    'install',
    'be',
    await world.chart(chartOf('backend', '1.0.0', defaults), '1.0.0'),
    '-f',
    join(folder, 'given.json'),
  );
  const agent = ['controlPlane.url=ai.example.com', `controlPlane.clientSecret=${secret}`].flatMap((text) => [
    '--set',
    text,
  ]);
  await must('install', 'agent', await world.chart(chartOf('agent', '1.0.0', {}), '1.0.0'), ...agent);
  await must('install', 'bare', await world.chart(chartOf('bare', '1.0.0', {}), '1.0.0'), '--set', 'gone=1');
  const after = { plane: { ingress: { limit: 7 }, zone: '1', mode: 'new' }, agent: {}, bare: {} };
  for (const [name, values] of Object.entries(after)) {
    await must('package', await world.chart(chartOf(name, '2.0.0', values), '2.0.0'), '--destination', folder);
    await must('push', join(folder, `${name}-2.0.0.tgz`), `oci://${host}/carry/${namespace}`, '--plain-http');
  }
  const chart = (name: string) => ({ oci: `oci://${host}/carry/${namespace}/${name}` });
  await file('password', password);
  await file('console.txt', shownByConsole.replace('NAMESPACE', namespace));
  await file(
    'platform.yaml',
    JSON.stringify({
      apiVersion: 'liftlock.dev/v1alpha1',
      kind: 'Platform',
      metadata: { name: 'carry', title: 'Carry', guide: { title: 'none' } },
      tools: { helm: '>=3.14.0' },
      namespace,
      registry: { host, login: { username } },
      inputs: {
        domain: { type: 'fqdn', description: 'Where it is reached' },
        installCommand: { type: 'file', description: "The console's command" },
      },
      components: [
        {
          name: 'plane',
          title: 'Plane',
          release: 'be',
          chart: chart('plane'),
          values: { carry: 'exported', file: 'plane.yaml' },
          timeout: '60s',
        },
        {
          name: 'agent',
          title: 'Agent',
          release: 'agent',
          chart: chart('agent'),
          values: { carry: 'exported', file: 'agent.yaml', command: 'installCommand' },
          timeout: '60s',
        },
        {
          name: 'bare',
          title: 'Bare',
          release: 'bare',
          chart: chart('bare'),
          values: { carry: 'exported', file: 'bare.yaml' },
          timeout: '60s',
        },
      ],
      migrations: [
        {
          id: 'renamed',
          title: 'The chart is called plane now',
          crosses: '2.0.0',
          source: 'values.md',
          values: {
            set: { 'global.domain': '{inputs.domain}', 'db.claim': 'pvc-db' },
            carry: [
              { from: 'nginx.*', to: 'ingress.*', source: 'values.md' },
              { from: 'port', as: 'string' },
              { from: 'openshift', drop: true, source: 'values.md' },
            ],
            keeps: ['zone'],
          },
        },
        {
          id: 'gone',
          title: 'A key is gone',
          crosses: '2.0.0',
          component: 'bare',
          source: 'values.md',
          values: { carry: [{ from: 'gone', drop: true }] },
        },
      ],
    }),
  );
  await file(
    'site.yaml',
    JSON.stringify({
      apiVersion: 'liftlock.dev/v1alpha1',
      kind: 'Site',
      metadata: { name: namespace },
      platform: './platform.yaml',
      namespace,
      inputs: { domain: 'ai.example.com', installCommand: './console.txt' },
      cluster: { kubeconfig: sandbox.kubeconfig },
      timeScale: 0.2,
      proveImages: 'off',
      graces: { minReady: '1s' },
      credentials: { registry: { username, passwordFile: './password', plainHttp: scheme === 'http' } },
    }),
  );
  const operator = await makeOperator({ helm: sandbox.bin[helm], cwd: folder });
  const version = ['--version', '2.0.0'];

  // Before: what nobody knows blocks, and no secret is said.
  const planned = await operator.run('plan', '-f', 'site.yaml', ...version, '-o', 'json');
  expect(planned.code, planned.stderr).toBe(3);
  const plan = JSON.parse(planned.stdout) as Plan;
  const told = plan.forecast.findings.filter(({ severity }) => severity === 'blocker');
  expect(told.map(({ code, field }) => `${code} ${field ?? ''}`)).toEqual([
    'VALUE_NOT_CARRIED db',
    'VALUE_NOT_CARRIED grafana',
  ]);
  expect(told[0]?.message).toContain('db.password: a hidden value');
  expect(told[0]?.remedies.map(({ id }) => id)).toEqual(['keep-value:plane:db', 'drop-value:plane:db']);
  expect(JSON.stringify(planned)).not.toContain(secret);
  const viewed = await operator.run('values', 'diff', 'plane', '-f', 'site.yaml', ...version, '-o', 'json');
  expect(viewed.code, viewed.stderr).toBe(3);
  const [view] = JSON.parse(viewed.stdout) as readonly { readonly rows: readonly { readonly path: string }[] }[];
  const row = (path: string) => view?.rows.find((item) => item.path === path);
  expect(row('nginx.limit')).toEqual({
    path: 'nginx.limit',
    former: 5,
    yours: null,
    now: 7,
    becomes: 'moved',
    to: 'ingress.limit',
  });
  expect(row('mode')).toEqual({ path: 'mode', former: 'plain', yours: 'plain', now: 'new', becomes: 'default' });
  expect(row('db.password')).toEqual({ path: 'db.password', yours: '********', becomes: 'undecided' });

  // The user's values as a file: whole for its owner, and never with asterisks for a program.
  const piped = await operator.run('values', 'export', 'plane', '-f', 'site.yaml');
  expect([piped.code, piped.stdout]).toEqual([2, '']);
  const exported = await operator.run('values', 'export', 'plane', '-f', 'site.yaml', '--out-file', 'mine.yaml');
  expect(exported.code, exported.stderr).toBe(0);
  expect(parseValues(await readFile(join(folder, 'mine.yaml'), 'utf8'), 'mine.yaml')).toEqual(given);
  expect((await stat(join(folder, 'mine.yaml'))).mode & 0o777).toBe(0o600);

  const allow = ['--allow', 'drop-value:plane:grafana', '--allow', 'keep-value:plane:db'];
  const wanted = {
    ingress: { service: given.nginx.service, limit: null },
    port: '8080',
    zone: '007',
    db: { password: secret, claim: 'pvc-db' },
    global: { domain: 'ai.example.com' },
  };
  const next = await operator.run(
    'values',
    'export',
    'plane',
    '-f',
    'site.yaml',
    ...version,
    ...allow,
    '-o',
    'json',
    '--show-secrets',
  );
  expect(JSON.parse(next.stdout)).toEqual(wanted);

  const applied = await operator.run('apply', '-f', 'site.yaml', ...version, '--yes', ...allow);
  expect(applied.code, applied.stdout + applied.stderr).toBe(0);
  expect(applied.stdout + applied.stderr).not.toContain(secret);

  // After: helm has exactly that, key by key.
  const valuesOf = async (release: string) => JSON.parse(await must('get', 'values', release, '-o', 'json')) as unknown;
  expect(await valuesOf('be')).toEqual(wanted);
  expect(await valuesOf('agent')).toEqual({
    controlPlane: { url: 'ai.example.com', clientSecret: secret },
    cluster: { uid: '0815', labels: ['a', 'b'] },
  });
  // helm takes an empty file for none, and would have kept all.
  expect((await valuesOf('bare')) ?? {}).toEqual({});
  // The null has taken away a default of the new chart under its new name, and what said the former default follows the chart.
  const seen = await world.find('v1', 'ConfigMap', 'plane-values');
  const data = JSON.parse((seen as unknown as { data: { values: string } }).data.values) as Record<string, unknown>;
  expect(data).toMatchObject({ mode: 'new', zone: '007' });
  expect(data['ingress']).toEqual({ service: given.nginx.service });
  expect((await world.helm(helm, 'list', '-o', 'json')).stdout).toContain('"chart":"plane-2.0.0"');
  const none = await operator.run('values', 'export', 'bare', '-f', 'site.yaml');
  expect([none.code, none.stdout]).toEqual([0, '{}\n']);

  // The guide's flag changes nothing where the file has everything, and brings a key back that it lacks.
  const reused = async (release: string, name: string, values: object) => {
    await file('reused.json', JSON.stringify(values));
    const again = ['-f', join(folder, 'reused.json'), '--reset-then-reuse-values'];
    await must('upgrade', release, join(folder, `${name}-2.0.0.tgz`), ...again);
    return valuesOf(release);
  };
  expect(await reused('be', 'plane', wanted)).toEqual(wanted);
  const { zone: _zone, ...less } = wanted;
  expect(await reused('be', 'plane', less)).toEqual(wanted);
});

test('R23: helm reads the flags that we print, and the commands that we parse, as we do', async () => {
  const sandbox = sharedSandbox();
  world = await openWorld(sandbox, { name: 'values-flags' } as CorpusCase, 'helm3');
  const chart = await world.chart({ files: { 'templates/v.yaml': 'values: {{ toJson .Values | quote }}\n' } }, '1.0.0');
  const text = fc.oneof(
    fc.constantFrom('1', '007', 'true', 'NULL', '{x}', 'a,b', '', '1e3', '-5', String.raw`a\b`),
    fc.string({ maxLength: 6 }),
  );
  const leaf = fc.oneof(text, fc.integer(), fc.boolean(), fc.array(text, { maxLength: 3 }));
  const key = fc.constantFrom('a', 'b.c', 'd[0]', 'e,f', 'g=h', '{i');
  const sample = fc.sample(fc.dictionary(key, fc.oneof(leaf, fc.dictionary(key, leaf, { minKeys: 1 }))), 40);
  const written = [
    'a=1,b=true',
    'c={1,x,},d[1].e=y',
    'f=+5,g=-0,h=0x1,i=00,j=1.0',
    String.raw`k\.l=m\,n,o=`,
    'p={{q}',
    'r=nUll',
  ];
  const flags = [
    ...setFlags(Object.fromEntries(sample.map((values, index) => [`k${index}`, values]))),
    ...written.flatMap((assignment, index) => [
      '--set',
      assignment.replaceAll(/(^|,)(?=\w+(\\|\[|=))/g, `$1w${index}`),
    ]),
    ...['a={1,true}', 'b=null'].flatMap((assignment) => ['--set-string', `s${assignment}`]),
    '--set-json',
    'ja={"x":[1.5,null]},jb=,jc="a,b"',
    '--set-literal',
    String.raw`lit.a=x,y\z={`,
  ];
  const ours = new SetValues();
  for (const kind of ['--set-json', '--set', '--set-string', '--set-literal'])
    for (let index = 0; index < flags.length; index += 2)
      if (flags[index] === kind) ours.apply(kind as SetFlagName, flags[index + 1] ?? '');
  const { code, stdout, stderr } = await world.helm('helm3', 'template', 'x', chart, ...flags);
  expect(code, stderr).toBe(0);
  const helms = parseValues(stdout, 'stdout')['values'] as string;
  expect(JSON.parse(helms)).toEqual(ours.values());
});

interface Plan {
  readonly forecast: {
    readonly findings: readonly {
      readonly code: string;
      readonly severity: string;
      readonly field?: string;
      readonly message: string;
      readonly remedies: readonly { readonly id: string }[];
    }[];
  };
}
