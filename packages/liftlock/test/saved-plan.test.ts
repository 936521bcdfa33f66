import { execFile } from 'node:child_process';
import { appendFile, copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { components, publishCharts, valuesPath } from '../../sandbox/worlds/codemie/index.ts';
import { makeOperator, type Outcome } from './support/liftlock.ts';
import { affirmed, openScene, type Scene } from './support/stage.ts';

const run = promisify(execFile);
const definition = new URL('../../../platforms/codemie/platform.yaml', import.meta.url);
/** A version of our own: its charts are pushed again here, under the same tag. */
const version = `2.2.${Math.floor(Math.random() * 9000) + 1000}`;

let scene: Scene;
let planFile: string;
let definitionFile: string;

/** The site as it is written before each plan. */
async function writeSite(changes: Readonly<Record<string, unknown>> = {}): Promise<void> {
  await scene.stage.writeSite({ graces: { minReady: '1s' }, platform: definitionFile, ...changes });
}

async function publish(
  charts: readonly string[],
): Promise<readonly { readonly file: string; readonly digest: string }[]> {
  const { sandbox, stage } = scene;
  const folder = join(stage.folder, 'published');
  return publishCharts({ helm: sandbox.bin.helm3, registry: sandbox.registry, versions: [version], folder, charts });
}

/** Makes a plan of which every blocker is cleared, and keeps it. */
async function save(target: string, ...more: readonly string[]): Promise<void> {
  const words = [
    '-f',
    scene.stage.siteFile,
    '--version',
    target,
    '-o',
    'json',
    '--out-file',
    planFile,
    ...affirmed,
    ...more,
  ];
  const outcome = await scene.operator.run('plan', ...words);
  expect(outcome).toMatchObject({ stdout: '' });
  const { forecast } = JSON.parse(await readFile(planFile, 'utf8')) as {
    readonly forecast: { readonly findings: readonly { readonly severity: string; readonly message: string }[] };
  };
  expect(forecast.findings.filter((finding) => finding.severity === 'blocker')).toEqual([]);
  expect(outcome).toMatchObject({ code: 0 });
}

async function apply(operator = scene.operator): Promise<Outcome> {
  return operator.run('apply', planFile, '--yes', ...affirmed);
}

/** The screen breaks lines anywhere. */
function unwrapped(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}

/** Refused because of that one thing, before any write; the release is where it was. */
async function expectRefused(outcome: Outcome, moved: string, before: number): Promise<void> {
  expect(unwrapped(outcome.stderr)).toContain(`Since then there changed: ${moved}. WORLD_MOVED`);
  expect(outcome.code).toBe(3);
  expect(await scene.writes()).toHaveLength(before);
}

beforeAll(async () => {
  scene = await openScene();
  planFile = join(scene.stage.folder, 'plan.json');
  definitionFile = join(scene.stage.folder, 'platform.yaml');
  await copyFile(definition, definitionFile);
  await writeSite();
  await publish(components.map((component) => component.chart));
  await save('2.2.5');
});
afterAll(async () => scene.close());

it('O19: a values file that changed is named, and nothing is written', async () => {
  const file = valuesPath(components[3] ?? { release: '', chart: '', perCloud: false }, 'aws');
  const path = join(scene.stage.checkout, file);
  const text = await readFile(path, 'utf8');
  await appendFile(path, '# a note\n');
  const outcome = await apply();
  await writeFile(path, text);
  await expectRefused(outcome, file, 0);
});

it('O19: a site that changed is named', async () => {
  await writeSite({ timeouts: { ui: '200s' } });
  const outcome = await apply();
  await writeSite();
  await expectRefused(outcome, 'the site', 0);
});

it('O19: a definition that changed is named', async () => {
  const text = await readFile(definitionFile, 'utf8');
  await appendFile(definitionFile, '# another edition\n');
  const outcome = await apply();
  await writeFile(definitionFile, text);
  await expectRefused(outcome, 'the definition', 0);
});

it('O19: another helm is named, with both versions', async () => {
  const { sandbox, stage } = scene;
  const other = await makeOperator({ helm: sandbox.bin.helm4, cwd: stage.folder });
  const outcome = await apply(other);
  expect(unwrapped(outcome.stderr)).toMatch(/Since then there changed: helm \(3\.\d+\.\d+ then, 4\.\d+\.\d+ now\)\./);
  expect(outcome.code).toBe(3);
  expect(await scene.writes()).toEqual([]);
});

it('O19: an object that someone edited by hand is named', async () => {
  const path = `/apis/apps/v1/namespaces/${scene.namespace}/deployments/codemie-ui`;
  const images = (image: string) => ({ spec: { template: { spec: { containers: [{ name: 'ui', image }] } } } });
  const deployment = (await scene.sandbox.api.get(path)) as unknown as ReturnType<typeof images>;
  const former = deployment.spec.template.spec.containers[0]?.image ?? '';
  await scene.sandbox.api.patch(path, images('registry.k8s.io/pause:3.10'), 'strategic');
  const outcome = await apply();
  await scene.sandbox.api.patch(path, images(former), 'strategic');
  await expectRefused(outcome, 'Deployment codemie-ui', 0);
});

it('O19: a chart that was pushed again under the same tag is named', async () => {
  const chart = 'mermaid-server';
  await save(version, '--only', 'mermaid');
  const before = JSON.parse(await readFile(planFile, 'utf8')) as {
    readonly components: readonly { readonly release: string; readonly chart: { readonly digest: string } }[];
  };
  const planned = before.components.find((component) => component.release === chart)?.chart.digest;
  let digest = planned;
  // The archive holds times in seconds: packed twice in one second it is the same.
  while (digest === planned) digest = (await publish([chart]))[0]?.digest;
  await expectRefused(await apply(), 'the chart of mermaid', 0);
});

it('O19: a release that was upgraded by hand is named', async () => {
  await save('2.2.5');
  const [packed] = await publish(['codemie-ui']);
  const { sandbox, namespace } = scene;
  const byHand = async (...words: readonly string[]) =>
    run(sandbox.bin.helm3, [...words, '-n', namespace, '--kubeconfig', sandbox.kubeconfig, '--wait']);
  await byHand('upgrade', 'codemie-ui', packed?.file ?? '', '--reuse-values');
  const writes = (await scene.writes()).length;
  expect(writes).toBeGreaterThan(0);
  try {
    await expectRefused(await apply(), 'the release of ui', writes);
  } finally {
    await byHand('rollback', 'codemie-ui', '1');
  }
});

it('O19: a plan that still holds is carried out, and then holds no more', async () => {
  await save('2.2.5');
  const saved = JSON.parse(await readFile(planFile, 'utf8')) as { readonly digest: string };
  const outcome = await apply();
  expect(outcome.stderr).toContain('2.2.5');
  expect(outcome.code).toBe(0);
  expect(Object.values(await scene.versions())).toEqual(components.map(() => 'deployed 2.2.5'));
  const history = await scene.operator.run('history', '-o', 'json');
  expect(history.stdout).toContain(saved.digest);
  const writes = (await scene.writes()).length;
  const again = await apply();
  expect(unwrapped(again.stderr)).toContain('the release of api');
  expect(again.code).toBe(3);
  expect(await scene.writes()).toHaveLength(writes);
});

it('a file that is no plan is refused with its name', async () => {
  const missing = await scene.operator.run('apply', join(scene.stage.folder, 'none.json'), '--yes');
  expect(missing).toMatchObject({ code: 2 });
  expect(missing.stderr).toContain('none.json');
  await writeFile(planFile, '{"kind": "Plan"');
  const broken = await scene.operator.run('apply', planFile, '--yes');
  expect(broken).toMatchObject({ code: 2 });
  expect(broken.stderr).toContain('is not a plan');
});
