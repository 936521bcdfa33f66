import { copyFile, readFile } from 'node:fs/promises';
import type { KubeObject, Sandbox } from '@liftlock/sandbox';
import {
  claim,
  claimTemplate,
  configMap,
  deployment,
  job,
  mounting,
  service,
  serviceAccount,
  workload,
} from '../corpus/objects.ts';
import { bundleLoad } from './kill-bundle.ts';
import { migrationScenario, pausingScenario } from './kill-migrations.ts';
import { checks, openPlatform, password, type KillScenario, type KillScene, type Part } from './kill-platform.ts';
import { openScene } from './stage.ts';

const hook = { 'helm.sh/hook': 'pre-upgrade', 'helm.sh/hook-delete-policy': 'before-hook-creation' };

const shop: Part = {
  name: 'shop',
  files: password,
  objects: (version) => [
    configMap('settings', { version }),
    claim('files', '1Gi'),
    service('shop', { type: 'LoadBalancer' }),
    job('prepare', { image: 'team/prepare:1' }, hook),
    deployment('web', { image: `team/web:${version}`, ...mounting('files') }),
  ],
};

const till: Part = {
  name: 'till',
  objects: (version) => [configMap('till', { version }), deployment('till', { image: `team/till:${version}` })],
};

async function upgradeScene(sandbox: Sandbox, name: string): Promise<KillScene & { readonly folder: string }> {
  const { world, operator, close } = await openPlatform(sandbox, {
    name,
    versions: ['1.0.0', '2.0.0'],
    parts: [shop, till],
    platform: { checks },
  });
  const words = ['apply', '-f', 'site.yaml', '--version', '2.0.0', '--yes'];
  return { sandbox, namespace: world.namespace, operator, words, close, folder: world.folder };
}

/** Two components go one version up: a hook, a claim, a generated Secret, an address. */
export const upgradeScenario: KillScenario = {
  name: 'upgrade',
  helms: 2,
  open: (sandbox) => upgradeScene(sandbox, 'kill-upgrade'),
};

/** The same, and then back again. */
export const rollbackScenario: KillScenario = {
  name: 'rollback',
  helms: 2,
  async open(sandbox) {
    const scene = await upgradeScene(sandbox, 'kill-rollback');
    const { code, stderr } = await scene.operator.run(...scene.words);
    if (code !== 0) throw new Error(stderr);
    return { ...scene, words: ['rollback', '--yes'] };
  },
};

/** Objects that cannot be changed as they are: one is made anew, one is adopted. */
const remedies: KillScenario = {
  name: 'remedies',
  helms: 1,
  async open(sandbox) {
    const { world, operator, close } = await openPlatform(sandbox, {
      name: 'kill-remedies',
      versions: ['1.0.0', '2.0.0'],
      parts: [
        {
          name: 'shop',
          files: password,
          objects: (version) => [
            configMap('settings', { version }),
            claim('files', '1Gi'),
            deployment('web', { label: version === '1.0.0' ? 'old' : 'new', ...mounting('files') }),
            ...(version === '1.0.0' ? [] : [serviceAccount('clerk')]),
          ],
        },
      ],
      platform: { checks },
      beside: [serviceAccount('clerk')],
    });
    const words = ['apply', '-f', 'site.yaml', '--version', '2.0.0', '--yes', '--allow', 'recreate:deployment/web'];
    return { sandbox, namespace: world.namespace, operator, words, close };
  },
};

/** The last rung: uninstall and install, with data that must be the same afterwards. */
export const reinstallScenario: KillScenario = {
  name: 'reinstall',
  helms: 2,
  async open(sandbox) {
    const { world, operator, close } = await openPlatform(sandbox, {
      name: 'kill-reinstall',
      versions: ['1.0.0', '2.0.0'],
      parts: [
        {
          name: 'shop',
          files: password,
          component: { reinstall: true },
          objects: (version) => [
            configMap('settings', { version }),
            claim('files', '1Gi'),
            service('shop', { type: 'LoadBalancer' }),
            deployment('web', mounting('files')),
            workload('StatefulSet', 'database', {
              spec: {
                podManagementPolicy: version === '1.0.0' ? 'OrderedReady' : 'Parallel',
                volumeClaimTemplates: [claimTemplate('data', '1Gi')],
              },
              container: { volumeMounts: [{ name: 'data', mountPath: '/data' }] },
            }),
          ],
        },
      ],
      platform: { checks },
    });
    const allow = ['--allow', 'reinstall:shop', '--allow', 'rebind:pvc/files'];
    const words = ['apply', '-f', 'site.yaml', '--version', '2.0.0', '--yes', ...allow];
    // The Service has another address: somebody says that its name leads there.
    const again = ['resume', '--yes', '--affirm', 'dns=Grace'];
    return { sandbox, namespace: world.namespace, operator, words, again, close };
  },
};

/** A new registry key goes into the pull secret. */
const rotation: KillScenario = {
  name: 'rotation',
  helms: 0,
  async open(sandbox) {
    const scene = await openScene({ sandbox, releases: ['mermaid-server'] });
    const newKey = await scene.stage.newKey('new-key.json');
    await copyFile(newKey, scene.stage.keyFile);
    const words = ['credentials', 'rotate', '-f', scene.stage.siteFile, '--yes'];
    const more = async () => {
      const { data } = await sandbox.api.get<KubeObject & { readonly data: Readonly<Record<string, string>> }>(
        `/api/v1/namespaces/${scene.namespace}/secrets/gcp-artifact-registry`,
      );
      const config = Buffer.from(data['.dockerconfigjson'] ?? '', 'base64').toString('utf8');
      const { private_key_id: id } = JSON.parse(await readFile(newKey, 'utf8')) as { readonly private_key_id: string };
      return [`the pull secret holds the new key: ${config.includes(id)}`];
    };
    return {
      sandbox,
      namespace: scene.namespace,
      operator: scene.operator,
      words,
      again: words,
      more,
      close: scene.close,
    };
  },
};

/** What works on small platforms, each in seconds. */
export const smallScenarios = [
  upgradeScenario,
  migrationScenario,
  pausingScenario,
  remedies,
  reinstallScenario,
  rollbackScenario,
  rotation,
  bundleLoad,
] as const;
