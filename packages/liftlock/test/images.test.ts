import { createServer } from 'node:http';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { close, listen, startRegistry, type RegistryServer } from './registry-server.ts';
import { openOneRelease, type OneRelease, type OnePlan } from './support/one-release.ts';
import { sharedSandbox } from './support/stage.ts';

const sandbox = sharedSandbox();
/** What tests push as charts is a manifest like any image's. */
const there = `${sandbox.registry.host}/codemie/helm-charts/codemie-ui:2.2.4`;
const absent = `${sandbox.registry.host}/codemie/helm-charts/codemie-ui:9.9.9`;

function web(image: string, pullSecret?: string): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          terminationGracePeriodSeconds: 0,
          containers: [{ name: 'main', image }],
          ...(pullSecret === undefined ? {} : { imagePullSecrets: [{ name: pullSecret }] }),
        },
      },
    },
  };
}

let release: OneRelease;
afterEach(() => release.close());

async function open(before: readonly object[], after: readonly object[], site: object = {}): Promise<OneRelease> {
  release = await openOneRelease(sandbox, { name: 'images', helm: 'helm3', before, after });
  const file = join(release.world.folder, 'site.yaml');
  await writeFile(file, JSON.stringify({ ...(JSON.parse(await readFile(file, 'utf8')) as object), ...site }));
  return release;
}

/** `severity message` of the findings of a code. */
function told({ forecast }: OnePlan, code: string): readonly string[] {
  return forecast.findings
    .filter((item) => item.code === code)
    .map(({ severity, message }) => `${severity} ${message}`);
}

describe('O25: images that the registry has, or has not', () => {
  test('one that is not there blocks until it is allowed by name', async () => {
    const { plan } = await open([], [web(absent)]);
    const blocked = await plan();
    expect(told(blocked, 'IMAGE_NOT_FOUND')[0]).toMatch(
      /^blocker The image .*:9\.9\.9 does not exist.*Deployment .*web/,
    );
    expect(blocked.exit).toBe(3);
    const allowed = await plan('--allow', `image:${absent}`);
    expect(told(allowed, 'IMAGE_NOT_FOUND')[0]).toMatch(/^info /);
    expect(allowed.exit).toBe(0);
    expect(told(await plan('--prove-images', 'off'), 'IMAGE_NOT_FOUND')).toEqual([]);
  });

  test('one that is there is no finding, and one of pods that stay warns', async () => {
    const { plan } = await open([web(absent)], [web(absent), { ...web(there), metadata: { name: 'other' } }]);
    const seen = await plan();
    expect(told(seen, 'IMAGE_UNPROVEN')).toEqual([]);
    expect(told(seen, 'IMAGE_NOT_FOUND')).toHaveLength(1);
    expect(told(seen, 'IMAGE_NOT_FOUND')[0]).toMatch(/^warning .* is not restarted now/);
  });
});

describe('O25: a registry that the site has no credentials for', () => {
  let registry: RegistryServer;
  beforeAll(async () => {
    registry = await startRegistry('basic');
  });
  afterAll(() => registry.close());

  async function pullSecret(name: string): Promise<void> {
    const [username = '', password = ''] = [...registry.users][0] ?? [];
    const config = JSON.stringify({ auths: { [`https://${registry.host}`]: { username, password } } });
    await release.world.create({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name },
      type: 'kubernetes.io/dockerconfigjson',
      data: { '.dockerconfigjson': Buffer.from(config).toString('base64') },
    });
  }

  test('is asked with the pull secrets that the pods name; without them its images are unproven', async () => {
    const image = `${registry.host}/team/web:1`;
    const { plan } = await open(
      [],
      [web(image, 'key'), { ...web(`${registry.host}/team/db:1`), metadata: { name: 'db' } }],
    );
    const before = await plan();
    expect(told(before, 'IMAGE_UNPROVEN')).toHaveLength(1);
    expect(told(before, 'IMAGE_UNPROVEN')[0]).toMatch(/^warning Whether .* these 2 images .*team\/db:1, .*team\/web:1/);
    await pullSecret('key');
    const after = await plan();
    // The secret is let in, and nobody may list a repository that is not there.
    expect(told(after, 'IMAGE_UNPROVEN')).toHaveLength(1);
    const asked = registry.seen.filter(
      ({ authorization, url }) => authorization !== undefined && url.includes('team/web'),
    );
    expect(asked.length).toBeGreaterThan(0);
    expect(
      registry.seen.filter(({ authorization, url }) => authorization !== undefined && url.includes('team/db')),
    ).toEqual([]);
    const [[, password = ''] = []] = registry.users;
    expect(JSON.stringify(after)).not.toContain(password);
  });
});

test('O25: a registry that never answers leaves its images unproven, and the forecast goes on', async () => {
  const silent = createServer(() => undefined);
  const host = await listen(silent);
  try {
    const { plan } = await open([], [web(`${host}/team/web:1`)]);
    const seen = await plan();
    expect(told(seen, 'IMAGE_UNPROVEN')[0]).toContain('did not answer');
    expect(seen.exit).toBe(0);
  } finally {
    await close(silent);
  }
});

describe('O25: images that the nodes prove', () => {
  test('nothing is upgraded while a node cannot pull one; then resume goes on, and no pod is left', async () => {
    const image = `team/proven-${Date.now()}:1`;
    const { apply, operator, world } = await open([], [web(image)], { proveImages: 'cluster' });
    const fault = await sandbox.faults.set({ kind: 'image-pull', cause: 404, match: { image } });
    const failed = await apply('--allow', 'unproven:docker.io');
    expect(`${failed.stdout}${failed.stderr}`).toContain(`${image} (shop)`);
    expect(failed.code).toBe(5);
    const pods = async () =>
      (await sandbox.api.list(`/api/v1/namespaces/${world.namespace}/pods`)).items.map(
        ({ metadata }) => metadata.name ?? '',
      );
    expect((await pods()).filter((name) => name.startsWith('liftlock-image'))).toEqual([]);
    expect(await world.find('apps/v1', 'Deployment', 'web')).toBeUndefined();
    await fault.clear();
    const resumed = await operator.run('resume');
    expect(resumed.code, resumed.stdout + resumed.stderr).toBe(0);
    expect(await world.find('apps/v1', 'Deployment', 'web')).toBeDefined();
    expect((await pods()).filter((name) => name.startsWith('liftlock-image'))).toEqual([]);
  });
});

describe('O18: the way back', () => {
  test('is told before the upgrade where an image of the installed revision is gone', async () => {
    const { plan } = await open([web(absent)], [web(there)]);
    expect(told(await plan(), 'ROLLBACK_BLOCKED')[0]).toMatch(/^warning .*9\.9\.9/);
  });

  test('is told where a claim grows, and what a rollback would delete', async () => {
    const claim = (name: string, storage: string) => ({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } },
    });
    const { plan } = await open([], [claim('fresh', '1Gi')]);
    expect(told(await plan(), 'ROLLBACK_BLOCKED')).toEqual([
      expect.stringMatching(/^info .*would delete.*PersistentVolumeClaim .*fresh/),
    ]);
  });

  test('images of the target revision are proven: one that is gone blocks the rollback', async () => {
    const { apply, operator } = await open([web(absent)], [web(there)]);
    const upgraded = await apply();
    expect(upgraded.code, upgraded.stdout + upgraded.stderr).toBe(0);
    const back = await operator.run('rollback', '--yes');
    expect(`${back.stdout}${back.stderr}`).toMatch(/9\.9\.9 does not\s+exist/);
    expect(back.code).toBe(3);
  });
});
