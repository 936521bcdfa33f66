import { X509Certificate, createPrivateKey } from 'node:crypto';
import { expect, it } from 'vitest';
import { issueCertificate, makeAuthority } from './x509.ts';

it('makes certificates that their authority vouches for, with user, groups and hosts', () => {
  const authority = makeAuthority('test authority');
  const request = { commonName: 'somebody', organizations: ['one', 'two'], hosts: ['127.0.0.1', 'localhost'] };
  const leaf = issueCertificate(authority, 'test authority', request);
  const certificate = new X509Certificate(leaf.certificate);
  const issuer = new X509Certificate(authority.certificate);
  expect(issuer.ca).toBe(true);
  expect(certificate.ca).toBe(false);
  expect(certificate.checkIssued(issuer)).toBe(true);
  expect(certificate.verify(issuer.publicKey)).toBe(true);
  expect(certificate.checkPrivateKey(createPrivateKey(leaf.key))).toBe(true);
  expect(certificate.subject).toBe('O=one\nO=two\nCN=somebody');
  expect(certificate.subjectAltName).toBe('IP Address:127.0.0.1, DNS:localhost');
  expect(certificate.verify(new X509Certificate(makeAuthority('test authority').certificate).publicKey)).toBe(false);
});
