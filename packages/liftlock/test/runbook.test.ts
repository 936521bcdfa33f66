import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { chartsRepository, components, valuesPath, type Cloud } from '../../sandbox/worlds/codemie/index.ts';
import { makeOperator, type Operator, type Outcome } from './support/liftlock.ts';
import { recordHelm, type RecordingHelm } from './support/recording-helm.ts';
import { managedObjects } from './support/same-cluster.ts';
import { affirmed, openScene, sharedSandbox, type HelmName, type Scene } from './support/stage.ts';

const run = promisify(execFile);

/** Seconds that the vendor's guide gives each release. */
const guideSeconds = [600, 600, 600, 180, 600];
const neverUsed = /^--(atomic|rollback-on-failure|force|set|reuse-values|reset-values|reset-then-reuse-values)/;

interface Case {
  readonly cloud: Cloud;
  /** The helm that installed the platform. */
  readonly born: HelmName;
  readonly helm: HelmName;
}

/** One installation, whoever looks after it, and the helm that was used on it. */
interface Side {
  readonly scene: Scene;
  readonly operator: Operator;
  readonly helm: RecordingHelm;
}

const cases: readonly Case[] = [
  { cloud: 'aws', born: 'helm3', helm: 'helm3' },
  { cloud: 'azure', born: 'helm4', helm: 'helm4' },
  { cloud: 'gcp', born: 'helm3', helm: 'helm4' },
];

describe.each(cases)('the guide by hand beside liftlock: $cloud, installed by $born, upgraded by $helm', (asked) => {
  const { cloud } = asked;
  let typed: Side;
  let applied: Side;
  let script: string;
  let markdown: string;
  let plan: { readonly steps: readonly { readonly title: string; readonly kind: string }[] };
  let byHand: { readonly code: number; readonly said: string };
  let byLiftlock: Outcome;

  async function open(): Promise<Side> {
    const scene = await openScene({ cloud, helm: asked.born });
    const helm = await recordHelm(scene.sandbox.bin[asked.helm], scene.operator.home);
    const operator = await makeOperator({ helm: helm.path, cwd: scene.stage.folder });
    return { scene, helm, operator };
  }

  /** As the guide says it: log in, go to the checkout, run the commands. */
  async function typeIt({ scene, helm, operator }: Side): Promise<{ code: number; said: string }> {
    const file = join(scene.stage.folder, 'upgrade.sh');
    const asScript = await operator.run(...upgrade('runbook', scene, '-o', 'sh', '--no-forecast', '--out-file', file));
    if (asScript.code !== 0) return { code: asScript.code ?? -1, said: asScript.stderr };
    script = await readFile(file, 'utf8');
    const login = await operator.run('login', '-f', scene.stage.siteFile);
    if (login.code !== 0) return { code: login.code ?? -1, said: login.stderr };
    const env = {
      HOME: operator.home,
      PATH: `${helm.folder}:${process.env['PATH'] ?? ''}`,
      KUBECONFIG: scene.sandbox.kubeconfig,
    };
    return run('bash', [file], { cwd: scene.stage.checkout, env }).then(
      ({ stdout, stderr }) => ({ code: 0, said: stdout + stderr }),
      (error: { code: number; stdout: string; stderr: string }) => ({
        code: error.code,
        said: error.stdout + error.stderr,
      }),
    );
  }

  beforeAll(async () => {
    [typed, applied] = await Promise.all([open(), open()]);
    const [asMarkdown, asJson] = await Promise.all([
      typed.operator.run(...upgrade('runbook', typed.scene, '-o', 'md', '--no-forecast')),
      typed.operator.run(...upgrade('plan', typed.scene, '-o', 'json', '--no-forecast')),
    ]);
    markdown = asMarkdown.stdout;
    plan = JSON.parse(asJson.stdout) as typeof plan;
    [byHand, byLiftlock] = await Promise.all([
      typeIt(typed),
      applied.operator.run(...upgrade('apply', applied.scene, '--yes', ...affirmed)),
    ]);
  });
  afterAll(async () => {
    await Promise.all([typed.scene.close(), applied.scene.close()]);
  });

  it("C15 C16 C17 C18 C19 C20 C21 C22 C23 X04: the script types the guide's five commands and nothing else", async () => {
    expect(byHand.said).toContain('Every step is done.');
    expect(byHand.code).toBe(0);
    const { namespace, sandbox } = typed.scene;
    const guide = components.map(({ release, chart, ...component }, index) => {
      const reference = `oci://${sandbox.registry.host}/${chartsRepository}/${chart}`;
      const file = `./${valuesPath({ release, chart, ...component }, cloud)}`;
      const seconds = `${guideSeconds[index]}s`;
      return [
        ['upgrade', '--install', release, reference, '--version', '2.2.5', '--namespace', namespace],
        ['-f', file, '--wait', '--timeout', seconds],
        // The registry of this site speaks plain HTTP.
        ['--plain-http'],
      ].flat();
    });
    const calls = (await typed.helm.calls()).filter(([command]) => command === 'upgrade');
    expect(calls.filter((call) => !isShadow(call))).toEqual(guide);
    expect(script).not.toMatch(/--(atomic|force|set|reuse-values)/);
  });

  it("C17 C18 C19 C20 C21 C25: liftlock's helm waits as long as the guide's, and takes values from files alone", async () => {
    expect(byLiftlock.stderr).toContain('2.2.5');
    expect(byLiftlock.code).toBe(0);
    const upgrades = (await applied.helm.calls()).filter(([command]) => command === 'upgrade');
    const real = upgrades.filter((call) => !isShadow(call));
    expect(real.map((call) => call[1])).toEqual(components.map(({ release }) => release));
    expect(real.map((call) => call.slice(call.indexOf('--timeout'), call.indexOf('--timeout') + 2))).toEqual(
      guideSeconds.map((seconds) => ['--timeout', `${seconds}s`]),
    );
    const wait = asked.helm === 'helm4' ? '--wait=legacy' : '--wait';
    for (const call of real) {
      expect(call).toContain(wait);
      expect(call.filter((argument) => argument === '-f')).toHaveLength(1);
      expect(call.slice(call.indexOf('--namespace')).slice(0, 2)).toEqual(['--namespace', applied.scene.namespace]);
      expect(call.filter((argument) => neverUsed.test(argument))).toEqual([]);
    }
  });

  it('X01 X04: both ways end in the same cluster: objects, their fields, and who owns them', async () => {
    const [one, other] = await Promise.all([objectsOf(typed), objectsOf(applied)]);
    expect(Object.keys(one).filter((name) => /deployments|statefulsets/.test(name))).toHaveLength(components.length);
    expect(other).toEqual(one);
  });

  it('C17 C18 C19 C20 C21 C23 X01: both ways leave the values of the file and one revision more', async () => {
    for (const side of [typed, applied]) {
      expect(Object.values(await side.scene.versions())).toEqual(components.map(() => 'deployed 2.2.5'));
      for (const component of components) {
        const file: unknown = parse(
          await readFile(join(side.scene.stage.checkout, valuesPath(component, cloud)), 'utf8'),
        );
        expect(await helmJson(side, 'get', 'values', component.release)).toEqual(file);
        const revisions = await helmJson(side, 'history', component.release);
        expect(revisions).toMatchObject([
          { revision: 1, status: 'superseded', chart: `${component.chart}-2.2.4` },
          { revision: 2, status: 'deployed', chart: `${component.chart}-2.2.5` },
        ]);
      }
    }
  });

  it('the runbook to read names every step, and has every command', () => {
    expect(plan.steps.length).toBeGreaterThan(components.length);
    for (const step of plan.steps) {
      if (step.kind === 'backup') continue;
      expect(markdown).toContain(step.title);
    }
    for (const component of components) {
      expect(markdown).toContain(`helm get values ${component.release} `);
      expect(markdown).toContain(`helm upgrade --install ${component.release} \\`);
      expect(markdown).toContain(`-f ./${valuesPath(component, cloud)} \\`);
    }
    expect(markdown).toContain('oci://europe-west3-docker.pkg.dev/or2-msq-epmd-edp-anthos-t1iylu/helm-charts/codemie');
  });

  async function helmJson(side: Side, ...words: readonly string[]): Promise<unknown> {
    const { sandbox, namespace } = side.scene;
    const args = [...words, '-n', namespace, '--kubeconfig', sandbox.kubeconfig, '-o', 'json'];
    const { stdout } = await run(sandbox.bin[asked.helm], args);
    return JSON.parse(stdout) as unknown;
  }
});

function upgrade(command: string, scene: Scene, ...more: readonly string[]): readonly string[] {
  return [command, '-f', scene.stage.siteFile, '--version', '2.2.5', ...more];
}

async function objectsOf(side: Side): Promise<Readonly<Record<string, string>>> {
  return managedObjects(sharedSandbox(), side.scene.namespace);
}

/** helm in the shadow does not wait: nothing would ever become ready there. */
function isShadow(call: readonly string[]): boolean {
  return call.includes('--disable-openapi-validation');
}
