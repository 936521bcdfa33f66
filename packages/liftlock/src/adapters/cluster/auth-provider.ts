import type { OutgoingHttpHeaders } from 'node:http';
import { isJsonObject, type Json } from '../../model/json.ts';
import { exitCodes, Problem } from '../../model/problem.ts';
import { textOf, type KubeconfigContext } from './kubeconfig.ts';

/**
 * The Authorization header of a user with an `auth-provider` (oidc, and the older gcp and azure), by the Kubernetes
 * client library. It is loaded only here: it takes most of a second, and the other ways to log in do without it.
 */
export async function makeProviderAuthorization(
  context: KubeconfigContext,
  provider: Json,
): Promise<() => Promise<string>> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: [{ name: 'cluster', server: 'https://localhost', skipTLSVerify: false }],
    users: [{ name: 'user', authProvider: structuredClone(provider) }],
    contexts: [{ name: 'context', cluster: 'cluster', user: 'user' }],
    currentContext: 'context',
  });
  return async () => {
    const options: { headers?: OutgoingHttpHeaders } = {};
    try {
      await config.applyToHTTPSOptions(options);
    } catch (error) {
      throw refused(context, provider, error instanceof Error ? error.message.slice(0, 200) : 'unknown error');
    }
    const header = options.headers?.['Authorization'];
    if (typeof header === 'string') return header;
    throw refused(context, provider, 'it gives no token');
  };
}

function refused(context: KubeconfigContext, provider: Json, why: string): Problem {
  const name = isJsonObject(provider) ? textOf(provider['name']) : '';
  return new Problem(
    'CLUSTER_LOGIN_FAILED',
    `The login to ${context.server} failed: the auth provider "${name}" of the kubeconfig user "${context.user.name}": ${why}.`,
    { advice: ['Log in again, as you would for kubectl, and repeat the command.'], exitCode: exitCodes.blocked },
  );
}
