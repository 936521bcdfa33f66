/** Kubeconfig files with client certificates. */
import type { KeyPair } from './x509.ts';

/** Where a control plane is, and by which authority it is known. */
export interface ServerPlace {
  name: string;
  server: string;
  caCertificate: string;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** The text of a kubeconfig with one cluster, one user and one context, all inline. JSON is YAML too. */
export function renderKubeconfig(place: ServerPlace, user: string, client: KeyPair): string {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': place.name,
    clusters: [
      {
        name: place.name,
        cluster: { server: place.server, 'certificate-authority-data': base64(place.caCertificate) },
      },
    ],
    users: [
      {
        name: user,
        user: { 'client-certificate-data': base64(client.certificate), 'client-key-data': base64(client.key) },
      },
    ],
    contexts: [{ name: place.name, context: { cluster: place.name, user } }],
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
