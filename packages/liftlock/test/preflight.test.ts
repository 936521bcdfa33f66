import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Outcome } from './support/liftlock.ts';
import {
  apply,
  helmOfVersion,
  planOf,
  run,
  troubles,
  untilCrashing,
  unwrapped,
  withSite,
  withText,
} from './support/refusals.ts';
import { affirmed, openScene, type Scene } from './support/stage.ts';

const clouds = ['aws', 'azure', 'gcp'] as const;
const releases = [
  'codemie-mcp-connect-service',
  'mermaid-server',
  'codemie-nats-auth-callout',
  'codemie-ui',
  'codemie-api',
] as const;

let scenes: readonly Scene[];
/** CodeMie on AWS: what is no matter of the cloud is looked at here. */
let scene: Scene;

beforeAll(async () => {
  scenes = await Promise.all(clouds.map((cloud) => openScene({ cloud })));
  const [first] = scenes;
  if (first === undefined) throw new Error('no scene');
  scene = first;
});
afterAll(async () => Promise.all(scenes.map((item) => item.close())));

/** A day that is so many hours from now. */
const hoursAhead = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
const daysAgo = (days: number) => hoursAhead(-24 * days);

describe('clouds', () => {
  it('C01 C22 C23: each cloud plans; the commands differ in the names of three values files alone', async () => {
    const plans = await Promise.all(scenes.map((item) => planOf(item)));
    expect(plans.map((plan) => [plan.code, troubles(plan)])).toEqual(clouds.map(() => [0, []]));
    const commands = plans.map((plan, index) =>
      plan.steps
        .flatMap((step) => (step.guideCommand?.[1] === 'upgrade' ? [step.guideCommand.join(' ')] : []))
        .map((command) => command.replaceAll(scenes[index]?.namespace ?? '', 'codemie')),
    );
    expect(commands[0]).toHaveLength(5);
    for (const command of commands[0] ?? []) expect(command).toContain(' --version 2.2.5 ');
    const differing = releases.map((_release, index) => new Set(commands.map((list) => list[index])).size);
    expect(differing).toEqual([1, 1, 3, 3, 3]);
    const asAws = commands.map((list, index) =>
      list.map((command) => command.replace(`/values-${clouds[index]}.yaml`, '/values-aws.yaml')),
    );
    expect(asAws).toEqual(clouds.map(() => commands[0]));
  });

  it("C04 C23: only its own cloud's values files are missed, and Mermaid has none by cloud", async () => {
    const outcomes = await Promise.all(
      scenes.map(async (item) => {
        expect(existsSync(join(item.stage.checkout, 'mermaid-server/values-aws.yaml'))).toBe(false);
        await rm(join(item.stage.checkout, 'codemie-ui/values-gcp.yaml'));
        return planText(item, '--no-forecast', ...affirmed);
      }),
    );
    expect(outcomes.map((outcome) => outcome.code)).toEqual([0, 0, 3]);
    expect(outcomes[2]?.stderr).toMatch(/There is no values file codemie-ui\/values-gcp\.yaml\.\s+VALUES_FILE_MISSING/);
    expect(await scenes[2]?.writes()).toEqual([]);
  });
});

describe('helm', () => {
  it.each([
    ['v3.16.0', 'helm3'],
    ['v3.17.3+ge4da497', 'helm3'],
    ['v4.0.0', 'helm4'],
  ] as const)('C06: %s is new enough', async (version, real) => {
    const helm = await helmOfVersion(scene.sandbox.bin[real], join(scene.stage.folder, `helm-${version}`), version);
    const outcome = await planText(scene, '--helm', helm, ...affirmed);
    expect(outcome.stdout).toContain(`helm ${/\d+\.\d+\.\d+/.exec(version)?.[0]}`);
    expect(outcome.code).toBe(0);
  });
});

describe('the age of the key', () => {
  it('C33: 91 days block until overridden, 80 days warn, 10 days pass', async () => {
    const old = await planOf(scene, '--key-created', daysAgo(91));
    expect([old.code, troubles(old)]).toEqual([3, ['blocker KEY_EXPIRED']]);
    expect(old.forecast.findings[0]?.message).toMatch(/is 91 days old; keys live 90 days, then they expire/);
    const refused = await apply(scene, '--key-created', daysAgo(91));
    expect([refused.code, await scene.writes()]).toEqual([3, []]);

    const overridden = await planOf(scene, '--key-created', daysAgo(91), '--allow', 'expired-key');
    expect([overridden.code, troubles(overridden)]).toEqual([0, []]);
    // The other remedy is something to do, not to allow.
    expect((await planOf(scene, '--key-created', daysAgo(91), '--allow', 'rotate-key')).code).toBe(3);

    const aging = await planOf(scene, '--key-created', daysAgo(80));
    expect([aging.code, troubles(aging)]).toEqual([0, ['warning KEY_EXPIRING']]);
    expect(aging.forecast.findings[0]?.message).toContain('10 are left');

    const young = await planOf(scene, '--key-created', daysAgo(10));
    expect([young.code, troubles(young)]).toEqual([0, []]);
  });
});

describe('the maintenance window', () => {
  const during = (opens: number, closes: number, ...args: readonly string[]) =>
    withSite(
      scene,
      (site) => {
        site['window'] = { opens: hoursAhead(opens), closes: hoursAhead(closes) };
      },
      async () => {
        const { code, ...made } = await planOf(scene, ...args);
        return [code, ...troubles(made)];
      },
    );

  it('C11: past, to come, and shorter than the worst case: none begins; one that is long enough does', async () => {
    expect(await during(-3, -1)).toEqual([3, 'blocker WINDOW_CLOSED']);
    expect(await during(1, 4)).toEqual([3, 'blocker WINDOW_CLOSED']);
    expect(await during(-1, 0.2)).toEqual([3, 'blocker WINDOW_TOO_SHORT']);
    expect(await during(-1, 3)).toEqual([0]);
    expect(await during(-3, -1, '--allow', 'outside-window')).toEqual([0]);
    expect(await during(-1, 0.2, '--allow', 'short-window')).toEqual([0]);
  });

  it('C11: with none stated, somebody must say that it is agreed, or nothing is written', async () => {
    const outcome = await run(scene, 'apply', '--yes', '--affirm', 'release-notes=Ada', '--affirm', 'backups=Grace');
    expect(unwrapped(outcome.stderr)).toMatch(/✗ 1 blocker.*has no maintenance window.*--affirm window=NAME/);
    expect([outcome.code, await scene.writes()]).toEqual([3, []]);
  });
});

describe('what persons affirm', () => {
  it('C08 C09: nothing begins before the release notes are read and the data is backed up, for this very version', async () => {
    const outcome = await run(scene, 'apply', '--yes', '--affirm', 'window=Joan');
    const text = unwrapped(outcome.stderr);
    expect(text).toMatch(/✗ 2 blockers.*release notes.*--affirm release-notes=NAME.*backed up.*--affirm backups=NAME/);
    expect(outcome.code).toBe(3);

    const former = { by: 'Ada', version: '2.2.4' };
    const stale = await withSite(
      scene,
      (site) => {
        site['affirmations'] = { 'release-notes': former, backups: former };
      },
      () => run(scene, 'apply', '--yes', '--affirm', 'window=Joan'),
    );
    expect(unwrapped(stale.stderr)).toContain('It was affirmed for 2.2.4, not for 2.2.5.');
    expect([stale.code, await scene.writes()]).toEqual([3, []]);
  });
});

describe('values', () => {
  it('C07: a replica count that differs between file and live release is shown, and blocks', async () => {
    const file = join(scene.stage.checkout, 'mermaid-server/values.yaml');
    const made = await withText(
      file,
      (text) => text.replace('replicaCount: 1', 'replicaCount: 3'),
      () => planOf(scene),
    );
    expect([made.code, troubles(made)]).toEqual([3, ['blocker VALUE_WOULD_REVERT mermaid']]);
    expect(made.forecast.findings[0]?.message).toBe(
      'replicaCount is 1 in the live release; the files (mermaid-server/values.yaml) say 3.',
    );
    const mermaid = made.components.find((component) => component.name === 'mermaid');
    expect(mermaid?.values).toEqual([{ path: 'replicaCount', before: 1, after: 3 }]);
  });
});

describe('health before', () => {
  it('O14: an unhealthy component blocks until it is allowed by name', async () => {
    const { faults, api } = scene.sandbox;
    const match = { podNamePrefix: 'mermaid-server', namespace: scene.namespace };
    const fault = await faults.set({ kind: 'crash-loop', exitCode: 1, match });
    const pods = `/api/v1/namespaces/${scene.namespace}/pods`;
    for (const { metadata } of (await api.list(pods)).items)
      if (metadata.name?.startsWith('mermaid-server')) await api.delete(`${pods}/${metadata.name}`);
    await untilCrashing(async () => (await api.list(pods)).items);

    const made = await planOf(scene);
    expect([made.code, troubles(made)]).toEqual([3, ['blocker UNHEALTHY_BEFORE mermaid']]);
    expect(made.forecast.findings[0]?.message).toMatch(
      /^mermaid is unhealthy before the upgrade: Pod .*CrashLoopBackOff/,
    );
    const refused = await apply(scene);
    expect([refused.code, await scene.writes()]).toEqual([3, []]);
    const allowed = await planOf(scene, '--allow', 'unhealthy:mermaid');
    expect(allowed.code).toBe(0);
    await fault.clear();
    await expect.poll(async () => (await planOf(scene)).code, { timeout: 60_000, interval: 1000 }).toBe(0);
  });
});

describe('a namespace that goes', () => {
  it('is told before anything is written: what is being deleted takes nothing new', async () => {
    const item = scenes[1] ?? scene;
    const { api } = item.sandbox;
    const namespace = `/api/v1/namespaces/${item.namespace}`;
    const kept = `${namespace}/configmaps/kept`;
    await api.create(`${namespace}/configmaps`, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'kept', finalizers: ['example.com/held'] },
    });
    try {
      await api.delete(namespace);
      const refused = await apply(item);
      expect(refused.code).toBe(3);
      expect(unwrapped(refused.stderr)).toContain(`The namespace ${item.namespace} is being deleted`);
      expect(refused.stderr).toContain('NAMESPACE_TERMINATING');
      expect(await item.writes()).toEqual([]);
    } finally {
      await api.patch(kept, { metadata: { finalizers: null } });
    }
  });
});

function planText(item: Scene, ...args: readonly string[]): Promise<Outcome> {
  return run(item, 'plan', ...args);
}
