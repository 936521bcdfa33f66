import { createServer } from 'node:https';
import { once } from 'node:events';
import type { Sandbox } from '@liftlock/sandbox';
import { issueCertificate, makeAuthority } from '../../../sandbox/src/x509.ts';

/** Another program that serves an API behind the API server, and ignores `dryRun`. */
export interface FarApi {
  /** What it was asked to store. */
  stored(): number;
  close(): Promise<void>;
}

/** Registers `things.far.example`, served on loopback, and waits until the API server reaches it. */
export async function serveFarApi(sandbox: Sandbox, namespace: string): Promise<FarApi> {
  let stored = 0;
  const authority = makeAuthority('far');
  const { certificate, key } = issueCertificate(authority, 'far', { commonName: 'localhost', hosts: ['localhost'] });
  const server = createServer({ cert: certificate, key }, (request, response) => {
    if (request.method !== 'GET') stored += 1;
    const path = (request.url ?? '').split('?')[0] ?? '';
    const isList = path.endsWith('/far.example/v1');
    const body = isList
      ? {
          kind: 'APIResourceList',
          apiVersion: 'v1',
          groupVersion: 'far.example/v1',
          resources: [
            {
              name: 'things',
              singularName: 'thing',
              namespaced: true,
              kind: 'Thing',
              verbs: ['create', 'get', 'list', 'patch', 'update', 'delete'],
            },
          ],
        }
      : { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'NotFound', code: 404, message: 'not found' };
    response.writeHead(isList ? 200 : request.method === 'GET' ? 404 : 201, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await sandbox.api.create(`/api/v1/namespaces/${namespace}/services`, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'far' },
    spec: { type: 'ExternalName', externalName: 'localhost', ports: [{ port }] },
  });
  await sandbox.api.create('/apis/apiregistration.k8s.io/v1/apiservices', {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: 'v1.far.example' },
    spec: {
      group: 'far.example',
      version: 'v1',
      groupPriorityMinimum: 100,
      versionPriority: 100,
      insecureSkipTLSVerify: true,
      service: { name: 'far', namespace, port },
    },
  });
  for (;;) {
    const found = await sandbox.api.find('/apis/far.example/v1').catch(() => undefined);
    if (found !== undefined) break;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return {
    stored: () => stored,
    close: async () => {
      await sandbox.api.delete('/apis/apiregistration.k8s.io/v1/apiservices/v1.far.example');
      server.closeAllConnections();
      server.close();
    },
  };
}
