import { jsonAt, type Json } from '../model/json.ts';
import type { KubeObject } from '../model/kube.ts';
import type { ClusterReader } from '../model/ports.ts';
import { isProblem } from '../model/problem.ts';
import type { Redactor } from '../model/redaction.ts';
import { dockerLogins, learnDockerLogins, type DockerLogin } from '../release/docker-config.ts';
import type { ImageUse } from '../release/images.ts';

/**
 * The logins that a pod pulls with: those of its pull secrets, or of its service account's. What may not be read, or is no
 * docker config, has none. Each Secret is read once and made known to the redactor.
 * @param coming Secrets and ServiceAccounts that come with the upgrade; they win over the live ones
 */
export function pullLogins(
  coming: readonly KubeObject[],
  { reader, redactor }: { readonly reader: ClusterReader; readonly redactor: Redactor },
): (use: ImageUse) => Promise<readonly DockerLogin[]> {
  const known = new Map<string, Promise<readonly DockerLogin[]>>();
  const find = async (kind: string, plural: string, namespace: string, name: string) =>
    coming.find((item) => item.kind === kind && item.metadata.name === name && item.metadata.namespace === namespace) ??
    (await findLive(reader, `/api/v1/namespaces/${namespace}/${plural}/${name}`));

  async function secretsOf({ pullSecrets, serviceAccount, namespace }: ImageUse): Promise<readonly string[]> {
    if (pullSecrets.length > 0 || serviceAccount === undefined) return pullSecrets;
    const account = await find('ServiceAccount', 'serviceaccounts', namespace, serviceAccount);
    const list = jsonAt(account as never, ['imagePullSecrets']);
    return (Array.isArray(list) ? (list as readonly Json[]) : [])
      .map((item) => jsonAt(item, ['name']))
      .filter((name) => typeof name === 'string');
  }

  async function loginsOf(namespace: string, name: string): Promise<readonly DockerLogin[]> {
    const secret = await find('Secret', 'secrets', namespace, name);
    redactor.learnSecretData(secret?.data);
    const encoded = secret?.data?.['.dockerconfigjson'];
    const plain = jsonAt(secret as never, ['stringData', '.dockerconfigjson']);
    const text = typeof encoded === 'string' ? Buffer.from(encoded, 'base64').toString('utf8') : plain;
    if (typeof text !== 'string') return [];
    learnDockerLogins(text, redactor);
    return dockerLogins(text);
  }

  return async (use) => {
    const names = await secretsOf(use);
    const logins = names.map((name) => {
      const key = `${use.namespace}/${name}`;
      const found = known.get(key) ?? loginsOf(use.namespace, name);
      known.set(key, found);
      return found;
    });
    return (await Promise.all(logins)).flat();
  };
}

async function findLive(reader: ClusterReader, path: string): Promise<KubeObject | undefined> {
  try {
    return await reader.find(path);
  } catch (error) {
    if (isProblem(error)) return undefined;
    throw error;
  }
}
