import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChartTexts } from './corpus/case.ts';
import { configMap, deployment, secret, serviceAccount } from './corpus/objects.ts';
import { quota } from './corpus/quota.ts';
import { publish, writeSite } from './corpus/site-files.ts';
import { openWorld, type World } from './corpus/world.ts';
import { makeOperator, type Operator } from './support/liftlock.ts';
import { sharedSandbox } from './support/stage.ts';

/** Looks up a Secret that no release owns. */
const looking = [
  '{{- $found := lookup "v1" "Secret" .Release.Namespace "outside" }}',
  'apiVersion: v1',
  'kind: ConfigMap',
  'metadata: {name: "{{ .Release.Name }}-looked-up"}',
  'data: {key: {{ dig "data" "key" "none" $found | quote }}}',
  '',
].join('\n');

const canary = 'canary-of-an-environment-variable';

function webAt(mode: string): ChartTexts {
  const web = deployment('web', {
    image: `team/web:${mode}`,
    container: { env: [{ name: 'GREETING', value: canary }] },
  });
  return { objects: [configMap('settings', { mode }), web], files: { 'templates/looking.yaml': looking } };
}

interface Stage {
  readonly world: World;
  readonly operator: Operator;
  readonly planner: string;
}

async function openStage(name: string, texts: ChartTexts, components: readonly string[]): Promise<Stage> {
  const sandbox = sharedSandbox();
  const world = await openWorld(
    sandbox,
    { name, title: '', after: {}, foretells: [], truth: { helm: 'succeeds' } },
    'helm3',
  );
  const planner = `planner-${world.namespace}`;
  await writeFile(join(world.folder, 'values.yaml'), '{}\n');
  await writeSite(world, {
    components,
    kubeconfig: sandbox.kubeconfigFor({ user: planner, groups: ['system:masters'] }),
  });
  for (const component of components) {
    const chart = await world.chart(texts, '1.0.0');
    const { code, stderr } = await world.helm('helm3', 'install', component, chart, '--wait', '--timeout', '60s');
    if (code !== 0) throw new Error(stderr);
  }
  const operator = await makeOperator({ helm: sandbox.bin.helm3, cwd: world.folder });
  return { world, operator, planner };
}

/** Plans, and says how many dry runs the API server was asked for, and which of helm's records were among them. */
async function plan({ world, operator, planner }: Stage, ...flags: readonly string[]) {
  const asked = async () => (await world.sandbox.audit()).filter(({ user, dryRun }) => user === planner && dryRun);
  const before = (await asked()).length;
  const outcome = await operator.run('plan', '-f', 'site.yaml', '--version', '2.0.0', '-o', 'json', ...flags);
  expect(outcome.code, outcome.stderr).toBe(0);
  const dryRuns = (await asked()).slice(before);
  const records = dryRuns.filter(({ verb, resource }) => verb === 'create' && resource === 'secrets');
  const answer = JSON.parse(outcome.stdout) as { readonly digest: string; readonly forecast: object };
  return { ...answer, dryRuns: dryRuns.length, records: records.length, words: outcome.stderr.replaceAll(/\s+/g, ' ') };
}

/** Plans until nothing changes any more: what controllers do about a change comes a moment later and is one as well. */
async function untilReused(stage: Stage) {
  for (;;) {
    const planned = await plan(stage);
    if (planned.dryRuns === 0) return planned;
  }
}

describe('a forecast that is asked for again', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage('asked-again', webAt('a'), ['shop']);
    await publish(stage.world, webAt('b'), '2.0.0');
  });
  afterAll(async () => stage.world.close());

  it('is taken as it was while nothing that it rests on has changed, and tells its age', async () => {
    const first = await plan(stage);
    expect(first.dryRuns).toBeGreaterThan(0);
    const second = await untilReused(stage);
    expect(second.words).toContain('The forecast was made');
    expect(second.digest).toBe(first.digest);
    const third = await plan(stage);
    expect([third.digest, third.forecast, third.dryRuns]).toEqual([second.digest, second.forecast, 0]);
  });

  it('is made anew on request', async () => {
    expect((await plan(stage, '--fresh')).dryRuns).toBeGreaterThan(0);
  });

  it('is kept without what pods are told', async () => {
    const folder = join(stage.operator.home, 'state/liftlock/sites', stage.world.namespace, 'kept-forecasts');
    const kept = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8')));
    expect(kept.join('\n')).toContain('Deployment');
    expect(kept.join('\n')).not.toContain(canary);
  });

  const changes: readonly { readonly what: string; readonly change: (world: World) => Promise<void> }[] = [
    {
      what: 'an object of the release was edited',
      change: (world) => world.patch('v1', 'ConfigMap', 'settings', { metadata: { annotations: { touched: 'yes' } } }),
    },
    { what: 'what the chart looks up has come', change: (world) => world.create(secret('outside', { key: 'x' })) },
    {
      what: 'what the chart looks up has changed',
      change: (world) => world.patch('v1', 'Secret', 'outside', { stringData: { key: 'y' } }),
    },
    { what: 'a quota has come', change: (world) => world.create(quota({ pods: '50' })) },
    {
      what: 'a role has come',
      change: (world) =>
        world.create({
          apiVersion: 'rbac.authorization.k8s.io/v1',
          kind: 'Role',
          metadata: { name: 'new' },
          rules: [],
        }),
    },
    {
      what: 'the namespace has other labels',
      change: async ({ sandbox, namespace }) => {
        const labels = { 'pod-security.kubernetes.io/warn': 'restricted' };
        await sandbox.api.patch(`/api/v1/namespaces/${namespace}`, { metadata: { labels } });
      },
    },
  ];
  it.each(changes)('is made anew when $what', async ({ change }) => {
    await untilReused(stage);
    await change(stage.world);
    expect((await plan(stage)).dryRuns).toBeGreaterThan(0);
  });
});

it('of the rounds of one planning, each release is asked for again only where its steps have changed', async () => {
  const named = (name: string): ChartTexts => ({
    files: { 'templates/a.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: "{{ .Release.Name }}-${name}"}\n` },
  });
  const stage = await openStage('rounds', named('old'), ['shop', 'anchor']);
  try {
    const account = `{{ if eq .Release.Name "shop" }}${JSON.stringify(serviceAccount('app'))}{{ end }}`;
    await publish(stage.world, { files: { ...named('new').files, 'templates/b.yaml': account } }, '2.0.0');
    await stage.world.create(serviceAccount('app'));
    const planned = await plan(stage);
    expect(JSON.stringify(planned)).toContain('adopt:serviceaccount/app');
    const entries = await stage.world.sandbox.audit();
    const rounds = (release: string) =>
      entries.filter(
        ({ user, uri }) =>
          user === stage.planner && uri.includes(`secrets/sh.helm.release.v1.${release}.v1`) && uri.includes('dryRun'),
      ).length;
    expect([rounds('anchor'), rounds('shop')]).toEqual([1, 2]);
  } finally {
    await stage.world.close();
  }
});
