import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { claim, configMap, deployment, mounting, service } from '../corpus/objects.ts';
import { checks, openPlatform, password, type KillScenario } from './kill-platform.ts';

const webDeployment = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };

/** What the versions 2.0.0 and 3.0.0 ask for: every kind of work that changes something, with what takes it back. */
const migrations = [
  {
    id: 'move',
    title: 'The data move',
    crosses: '2.0.0',
    source: 'page 1',
    steps: [
      {
        kind: 'patch-object',
        id: 'keep',
        object: { kind: 'ConfigMap', name: 'data' },
        set: { [String.raw`metadata.annotations.helm\.sh/resource-policy`]: 'keep' },
      },
      { kind: 'create-secret', id: 'login', name: 'login', type: 'Opaque', files: { token: '{inputs.token}' } },
      { kind: 'scale', id: 'down', object: webDeployment, replicas: 0 },
      {
        kind: 'run-job',
        id: 'job',
        timeout: '60s',
        manifest: {
          apiVersion: 'batch/v1',
          kind: 'Job',
          metadata: { name: 'move' },
          spec: {
            template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'team/move:1' }] } },
          },
        },
      },
      {
        kind: 'replace-object',
        id: 'fresh',
        object: { kind: 'ConfigMap', name: 'fresh' },
        returns: 'object.data.version == "2.0.0"',
      },
    ],
  },
  {
    id: 'pause',
    title: 'Nobody writes meanwhile',
    crosses: '3.0.0',
    source: 'page 2',
    steps: [
      {
        kind: 'patch-object',
        id: 'off',
        object: { kind: 'ConfigMap', name: 'switch' },
        set: { 'data.writes': 'off' },
        undo: 'always',
      },
      { kind: 'protect-claims', id: 'claims', claims: ['files'] },
    ],
    values: { set: { 'migration.active': true }, thisHopOnly: true },
  },
  {
    id: 'anew',
    title: 'It reads its settings anew',
    crosses: '3.0.0',
    at: 'after',
    source: 'page 3',
    steps: [{ kind: 'restart', id: 'web', object: webDeployment }],
  },
];

/** One component goes over a stop: two hops, with work before, behind and between. */
export const migrationScenario: KillScenario = {
  name: 'migrations',
  helms: 3,
  async open(sandbox) {
    const { world, operator, close } = await openPlatform(sandbox, {
      name: 'kill-migrations',
      versions: ['1.0.0', '2.0.0', '3.0.0'],
      parts: [
        {
          name: 'shop',
          files: { ...password, 'values.yaml': 'greeting: none\nmigration: {active: false}\n' },
          objects: (version) => [
            configMap('settings', { version, moving: '{{ .Values.migration.active }}' }),
            configMap('fresh', { version }),
            claim('files', '1Gi'),
            service('shop', { type: 'LoadBalancer' }),
            // The upgrade gives it another number than it had: what is put back afterwards must heed that.
            deployment('web', {
              image: `team/web:${version}`,
              spec: { replicas: version === '1.0.0' ? 1 : 2 },
              ...mounting('files'),
            }),
            ...(version === '1.0.0' ? [configMap('data', { of: 'years' })] : []),
          ],
        },
      ],
      platform: {
        checks,
        migrations,
        inputs: { token: { type: 'file', description: 'What the shop logs in with', requiredWhen: 'true' } },
      },
      site: { stops: ['2.0.0'] },
      beside: [configMap('switch', { writes: 'on' })],
    });
    await writeFile(join(world.folder, 'token'), 'a-token-of-the-shop', { mode: 0o600 });
    const words = ['apply', '-f', 'site.yaml', '--to', '3.0.0', '--yes', '--input', 'token=./token'];
    return { sandbox, namespace: world.namespace, operator, words, close };
  },
};

/** One hop whose work is taken back behind it, where the upgrade has not overtaken it. */
export const pausingScenario: KillScenario = {
  name: 'pausing',
  helms: 1,
  async open(sandbox) {
    const { world, operator, close } = await openPlatform(sandbox, {
      name: 'kill-pausing',
      versions: ['1.0.0', '2.0.0'],
      parts: [
        {
          name: 'shop',
          objects: (version) => [
            deployment('web', { image: `team/web:${version}`, spec: { replicas: version === '1.0.0' ? 1 : 2 } }),
            // Its number is what the work sets, and what comes back.
            deployment('clerk', { image: `team/clerk:${version}`, spec: { replicas: undefined } }),
          ],
        },
      ],
      platform: {
        checks,
        migrations: [
          {
            id: 'pause',
            title: 'Nobody is at work',
            crosses: '2.0.0',
            source: 'page 1',
            steps: [
              { kind: 'scale', id: 'web', object: webDeployment, replicas: 0 },
              { kind: 'scale', id: 'clerk', object: { ...webDeployment, name: 'clerk' }, replicas: 0 },
              {
                kind: 'patch-object',
                id: 'off',
                object: { kind: 'ConfigMap', name: 'switch' },
                set: { 'data.writes': 'off' },
                undo: 'always',
              },
            ],
          },
        ],
      },
      beside: [configMap('switch', { writes: 'on' })],
    });
    const words = ['apply', '-f', 'site.yaml', '--version', '2.0.0', '--yes'];
    return { sandbox, namespace: world.namespace, operator, words, close };
  },
};
