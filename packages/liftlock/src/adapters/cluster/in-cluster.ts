import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../http/proxy-choice.ts';
import type { KubeconfigContext } from './kubeconfig.ts';

const folder = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The service account of the pod that this runs in, or undefined outside of a pod. */
export function inClusterConfig(env: Environment, namespace: string | undefined): KubeconfigContext | undefined {
  const host = env['KUBERNETES_SERVICE_HOST'];
  const port = env['KUBERNETES_SERVICE_PORT'];
  if (host === undefined || port === undefined || !existsSync(join(folder, 'token'))) return undefined;
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const own = join(folder, 'namespace');
  return {
    name: 'in-cluster',
    namespace: namespace ?? (existsSync(own) ? readFileSync(own, 'utf8').trim() : 'default'),
    server,
    cluster: { name: 'in-cluster', folder, fields: { server, 'certificate-authority': 'ca.crt' } },
    user: { name: 'in-cluster', folder, fields: { tokenFile: 'token' } },
  };
}
