/** The certificates of one sandbox, as files: one authority signs them all. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderKubeconfig } from './kubeconfig.ts';
import { writePrivate, type SandboxFiles } from './state.ts';
import { issueCertificate, makeAuthority, makeSigningKey, type KeyPair, type LeafRequest } from './x509.ts';

const authorityName = 'liftlock sandbox';
const masters = ['system:masters'];

/** Who talks to the API server. Their names tell the parts of the sandbox from its users in the audit log. */
export const clients = {
  admin: { commonName: 'admin', organizations: masters },
  controllerManager: { commonName: 'system:kube-controller-manager', organizations: masters },
  scheduler: { commonName: 'system:kube-scheduler', organizations: masters },
  kwok: { commonName: 'sandbox-kwok', organizations: masters },
  attendant: { commonName: 'sandbox-attendant', organizations: masters },
} satisfies Record<string, LeafRequest>;

function pathOf(files: SandboxFiles, name: string): { certificate: string; key: string } {
  return { certificate: join(files.certificates, `${name}.crt`), key: join(files.certificates, `${name}.key`) };
}

function save(files: SandboxFiles, name: string, pair: KeyPair): KeyPair {
  const paths = pathOf(files, name);
  writePrivate(paths.certificate, pair.certificate);
  writePrivate(paths.key, pair.key);
  return pair;
}

/** Paths of a certificate and its key that `makeCertificates` wrote. */
export function certificatePaths(files: SandboxFiles, name: 'ca' | 'server' | 'etcd' | 'service-accounts'): KeyPair {
  return pathOf(files, name);
}

/** Makes the authority, the server certificate, the key of service account tokens; returns the attendant's own pair. */
export function makeCertificates(files: SandboxFiles): { ca: KeyPair; server: KeyPair; attendant: KeyPair } {
  const ca = save(files, 'ca', makeAuthority(authorityName));
  writePrivate(files.caFile, ca.certificate);
  const hosts = ['127.0.0.1', 'localhost', '10.0.0.1', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'];
  const server = save(files, 'server', issueCertificate(ca, authorityName, { commonName: 'sandbox', hosts }));
  save(files, 'etcd', issueCertificate(ca, authorityName, { commonName: 'etcd', hosts: ['127.0.0.1', 'localhost'] }));
  const signing = makeSigningKey();
  save(files, 'service-accounts', { certificate: signing.publicKey, key: signing.key });
  return { ca, server, attendant: issueCertificate(ca, authorityName, clients.attendant) };
}

/** Signs a client certificate with the authority of a sandbox. */
export function issueClient(files: SandboxFiles, subject: LeafRequest): KeyPair {
  const paths = pathOf(files, 'ca');
  const ca = { certificate: readFileSync(paths.certificate, 'utf8'), key: readFileSync(paths.key, 'utf8') };
  return issueCertificate(ca, authorityName, subject);
}

/** Writes a kubeconfig for that user. */
export function writeKubeconfig(
  files: SandboxFiles,
  path: string,
  server: string,
  name: string,
  subject: LeafRequest,
): void {
  const place = { name, server, caCertificate: readFileSync(files.caFile, 'utf8') };
  writePrivate(path, renderKubeconfig(place, subject.commonName, issueClient(files, subject)));
}
