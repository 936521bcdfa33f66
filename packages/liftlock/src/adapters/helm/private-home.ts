import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Folders of helm's own, for one call. */
export interface PrivateHome {
  readonly folder: string;
  /** The environment for that call. */
  readonly env: Readonly<Record<string, string>>;
  remove(): void;
}

/**
 * Makes a temporary folder of mode 0700 and an environment in which helm keeps everything there. Nothing of the
 * operator's own helm set-up (HELM_*, KUBECONFIG) goes in: neither plugins nor defaults may change what is run.
 */
export function makePrivateHome(env: Environment): PrivateHome {
  const folder = mkdtempSync(join(tmpdir(), 'liftlock-helm-'));
  const inside = {
    HELM_CACHE_HOME: join(folder, 'cache'),
    HELM_CONFIG_HOME: join(folder, 'config'),
    HELM_DATA_HOME: join(folder, 'data'),
    HELM_PLUGINS: join(folder, 'plugins'),
    HELM_REPOSITORY_CACHE: join(folder, 'cache', 'repository'),
    // Discovery answers are cached by address, and a gate's loopback port may have been another cluster's before.
    KUBECACHEDIR: join(folder, 'kube-cache'),
  };
  for (const path of Object.values(inside)) mkdirSync(path, { recursive: true, mode: 0o700 });
  return {
    folder,
    env: {
      ...withoutHelm(env),
      ...inside,
      HELM_REGISTRY_CONFIG: join(folder, 'config', 'registry.json'),
      HELM_REPOSITORY_CONFIG: join(folder, 'config', 'repositories.yaml'),
      HELM_NO_PLUGINS: '1',
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function withoutHelm(env: Environment): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && !name.startsWith('HELM_') && name !== 'KUBECONFIG' && name !== 'KUBECACHEDIR') {
      kept[name] = value;
    }
  }
  return kept;
}
