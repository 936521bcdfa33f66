import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  readKubeconfig,
  type KubeconfigContext,
  type Stanza,
} from '../../packages/liftlock/src/adapters/cluster/kubeconfig.ts';
import type { JsonObject } from '../../packages/liftlock/src/model/json.ts';
import { exitCodes, isProblem, Problem } from '../../packages/liftlock/src/model/problem.ts';

/**
 * The context that a person named. Reads the kubeconfig only; nothing is contacted.
 * Problems, all exit 2: CONTEXT_UNNAMED, CONTEXT_UNKNOWN, NO_KUBECONFIG, BAD_KUBECONFIG.
 */
export function nameCluster(context: string, environment: NodeJS.ProcessEnv): KubeconfigContext {
  try {
    return readKubeconfig({ context, env: environment });
  } catch (error) {
    if (context !== '' || !isProblem(error) || error.code !== 'CONTEXT_UNKNOWN') throw error;
    throw new Problem('CONTEXT_UNNAMED', 'Which cluster? This demo takes none that was not named.', {
      exitCode: exitCodes.usage,
      advice: ['Name the context of a throw-away cluster: npm run demo -- --context NAME', ...error.advice],
    });
  }
}

const pathFields = {
  cluster: ['certificate-authority'],
  user: ['client-certificate', 'client-key', 'tokenFile'],
} as const;

/**
 * Writes a kubeconfig that knows this one cluster: whoever is given it can reach no other, whatever the person's own
 * current context is. It holds credentials: mode 0600.
 */
export async function writeLoneKubeconfig(file: string, context: KubeconfigContext): Promise<void> {
  const { name, namespace, cluster, user } = context;
  const lone = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    contexts: [{ name, context: { cluster: cluster.name, user: user.name, namespace } }],
    clusters: [{ name: cluster.name, cluster: withAbsolutePaths(cluster, pathFields.cluster) }],
    users: [{ name: user.name, user: withAbsoluteCommand(user) }],
  };
  // Kubeconfigs are YAML, and JSON is YAML.
  await writeFile(file, JSON.stringify(lone), { mode: 0o600 });
}

function withAbsolutePaths(stanza: Stanza, names: readonly string[]): JsonObject {
  const paths = names.flatMap((name) => {
    const path = stanza.fields[name];
    return typeof path === 'string' && path !== '' ? [[name, resolve(stanza.folder, path)]] : [];
  });
  return { ...stanza.fields, ...(Object.fromEntries(paths) as JsonObject) };
}

/** A command with a slash in it is looked for beside the kubeconfig, one without on the PATH. */
function withAbsoluteCommand(user: Stanza): JsonObject {
  const fields = withAbsolutePaths(user, pathFields.user);
  const exec = fields['exec'] as JsonObject | undefined;
  const command = exec?.['command'];
  if (typeof command !== 'string' || !command.includes('/')) return fields;
  return { ...fields, exec: { ...exec, command: resolve(user.folder, command) } };
}
