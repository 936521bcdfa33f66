import path from 'node:path';
import type { Platform } from '../../model/platform.ts';
import type { Site } from '../../model/site.ts';
import { resolvePath } from './read-text.ts';

/** The same map with the paths under the given keys made absolute. */
function absolute<T extends object>(map: T, keys: readonly (keyof T)[], folder: string): T {
  const changed = { ...map };
  for (const key of keys) {
    const written = map[key];
    if (typeof written === 'string') Object.assign(changed, { [key]: resolvePath(folder, written) });
  }
  return changed;
}

/** Several kubeconfigs in one setting are separated as in KUBECONFIG. */
function absoluteList(written: string, folder: string): string {
  return written
    .split(path.delimiter)
    .filter((part) => part !== '')
    .map((part) => resolvePath(folder, part))
    .join(path.delimiter);
}

/** True for a platform that is a file's path and not a name. */
export function isPath(platform: string): boolean {
  return /[/\\]|\.ya?ml$/.test(platform) || platform.startsWith('~');
}

/** A site whose paths count from its file's folder, with all of them made absolute. */
export function withAbsolutePaths(site: Site, folder: string): Site {
  const { cluster, credentials } = site;
  const checks = Object.entries(site.checks).map(
    ([id, check]) => [id, absolute(check, ['passwordFile', 'clientSecretFile', 'tokenFile'], folder)] as const,
  );
  return {
    ...absolute(site, ['valuesFrom', 'charts'], folder),
    ...(site.verifyCharts === undefined ? {} : { verifyCharts: absolute(site.verifyCharts, ['keyring'], folder) }),
    platform: isPath(site.platform) ? resolvePath(folder, site.platform) : site.platform,
    cluster:
      cluster.kubeconfig === undefined ? cluster : { ...cluster, kubeconfig: absoluteList(cluster.kubeconfig, folder) },
    credentials:
      credentials.registry === undefined
        ? credentials
        : { ...credentials, registry: absolute(credentials.registry, ['keyFile', 'passwordFile', 'caFile'], folder) },
    checks: Object.fromEntries(checks),
  };
}

/** The same for the inputs that the platform says are files. */
export function withAbsoluteInputs(site: Site, { inputs }: Pick<Platform, 'inputs'>, folder: string): Site {
  const files = Object.keys(inputs).filter((name) => inputs[name]?.type === 'file');
  return { ...site, inputs: absolute(site.inputs, files, folder) };
}
