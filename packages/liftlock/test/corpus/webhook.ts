import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { issueCertificate, makeAuthority } from '../../../sandbox/src/x509.ts';
import type { CaseWorld } from './case.ts';

/** An admission webhook that is really asked. */
export interface ServedWebhook {
  readonly url: string;
  /** Its authority, as a webhook configuration wants it. */
  readonly caBundle: string;
}

interface Review {
  readonly request: { readonly uid: string };
}

/** Serves a webhook on loopback until the case is over. Refuses with that message, or admits without one. */
export async function serveWebhook(world: CaseWorld, refusal?: string): Promise<ServedWebhook> {
  const authority = makeAuthority('corpus webhook');
  const pair = issueCertificate(authority, 'corpus webhook', { commonName: 'webhook', hosts: ['127.0.0.1'] });
  const server = createServer({ cert: pair.certificate, key: pair.key }, (request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    request.once('end', () => {
      const { uid } = (JSON.parse(text) as Review).request;
      const answer =
        refusal === undefined ? { allowed: true } : { allowed: false, status: { code: 403, message: refusal } };
      const review = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: { uid, ...answer } };
      response.setHeader('content-type', 'application/json').end(JSON.stringify(review));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  world.onClose(async () => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `https://127.0.0.1:${port}/`, caBundle: Buffer.from(authority.certificate).toString('base64') };
}

/** A webhook that watches over one core resource of the case's namespace. */
export function webhookObject(
  resource: string,
  clientConfig: object,
  sideEffects: 'None' | 'NoneOnDryRun' = 'None',
  operations: readonly string[] = ['CREATE', 'UPDATE'],
): object {
  return {
    apiVersion: `admissionregistration.k8s.io/v1`,
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'guard-__NS__' },
    webhooks: [
      {
        name: 'guard.corpus.example.com',
        clientConfig,
        sideEffects,
        admissionReviewVersions: ['v1'],
        failurePolicy: 'Fail',
        timeoutSeconds: 5,
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': '__NS__' } },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations, resources: [resource] }],
      },
    ],
  };
}
