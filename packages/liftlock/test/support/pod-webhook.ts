import { once } from 'node:events';
import { createServer } from 'node:https';
import type { Sandbox } from '@liftlock/sandbox';
import { issueCertificate, makeAuthority } from '../../../sandbox/src/x509.ts';

/** Judges a pod: what it says no with, or a JSON patch that it makes. */
export type Verdict = { readonly no: string } | { readonly patch: readonly object[] } | 'yes';

export interface PodWebhook {
  readonly name: string;
  /** How many pods it has judged that were no dry run. */
  stored(): number;
  close(): Promise<void>;
}

interface Review {
  readonly request: { readonly uid: string; readonly dryRun?: boolean; readonly object: { readonly spec: object } };
}

/** A real admission webhook on pods of one namespace, on loopback over TLS. */
export async function servePodWebhook(
  sandbox: Sandbox,
  namespace: string,
  kind: 'validating' | 'mutating',
  judge: (pod: { readonly spec: object }) => Verdict,
): Promise<PodWebhook> {
  let stored = 0;
  const authority = makeAuthority('webhook');
  const { certificate, key } = issueCertificate(authority, 'webhook', {
    commonName: 'localhost',
    hosts: ['localhost', '127.0.0.1'],
  });
  const server = createServer({ cert: certificate, key }, (request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.once('end', () => {
      const { request: asked } = JSON.parse(body) as Review;
      if (asked.dryRun !== true) stored += 1;
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answerOf(asked, judge(asked.object))));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const name = `${kind}.${namespace}.example`;
  const isValidating = kind === 'validating';
  const path = `/apis/admissionregistration.k8s.io/v1/${kind}webhookconfigurations`;
  await sandbox.api.create(path, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: isValidating ? 'ValidatingWebhookConfiguration' : 'MutatingWebhookConfiguration',
    metadata: { name },
    webhooks: [
      {
        name: `pods.${name}`,
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        clientConfig: {
          url: `https://127.0.0.1:${port}/`,
          caBundle: Buffer.from(authority.certificate).toString('base64'),
        },
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
      },
    ],
  });
  return {
    name: `pods.${name}`,
    stored: () => stored,
    close: async () => {
      await sandbox.api.delete(`${path}/${name}`);
      server.closeAllConnections();
      server.close();
    },
  };
}

function answerOf({ uid }: Review['request'], verdict: Verdict): object {
  const base = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' };
  if (verdict === 'yes') return { ...base, response: { uid, allowed: true } };
  if ('no' in verdict) return { ...base, response: { uid, allowed: false, status: { message: verdict.no } } };
  const patch = Buffer.from(JSON.stringify(verdict.patch)).toString('base64');
  return { ...base, response: { uid, allowed: true, patchType: 'JSONPatch', patch } };
}
