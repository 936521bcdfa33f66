import { describe, expect, it } from 'vitest';
import { issueCertificate, makeAuthority } from '../../../sandbox/src/x509.ts';
import { certificateInfo, coversHost, pairFault } from './certificate.ts';

const authority = makeAuthority('test');
const issue = (hosts: readonly string[]) => issueCertificate(authority, 'test', { commonName: 'other.example', hosts });
const pair = issue(['runai.example.com', '*.apps.example.com', '127.0.0.1']);
const now = new Date();

describe('R21: a certificate and its key', () => {
  const [certificate, key] = [certificateInfo(pair.certificate), certificateInfo(pair.key)];

  it('are told apart, and nothing of the key is kept', () => {
    expect(certificate?.names).toEqual(['runai.example.com', '*.apps.example.com', '127.0.0.1']);
    expect(key).toMatchObject({ names: [], notAfter: '', publicKey: certificate?.publicKey });
    expect(certificateInfo('no certificate')).toBeUndefined();
  });

  it('fit where the pair matches, is valid and is for the host', () => {
    expect(pairFault(certificate, key, 'RunAI.example.com', now)).toBeUndefined();
    expect(pairFault(certificate, key, undefined, now)).toBeUndefined();
  });

  it.each([
    ['no pem', undefined, key, undefined, now, 'certificate', 'unreadable'],
    ['two certificates', certificate, certificate, undefined, now, 'key', 'unreadable'],
    ['a key in place of the certificate', key, key, undefined, now, 'certificate', 'unreadable'],
    ["another's key", certificate, certificateInfo(issue([]).key), undefined, now, 'key', 'mismatched'],
    ['in ten years', certificate, key, undefined, new Date('2046-01-01'), 'certificate', 'expired'],
    ['ten years ago', certificate, key, undefined, new Date('2016-01-01'), 'certificate', 'early'],
    ['another host', certificate, key, 'example.com', now, 'certificate', 'elsewhere'],
    ['the common name', certificate, key, 'other.example', now, 'certificate', 'elsewhere'],
  ] as const)('do not fit: %s', (_name, first, second, covers, at, of, is) => {
    expect(pairFault(first, second, covers, at)).toMatchObject({ of, is });
  });

  it.each([
    ['web.apps.example.com', true],
    ['a.web.apps.example.com', false],
    ['apps.example.com', false],
    ['127.0.0.1', true],
  ])('a wildcard covers one label: %s %s', (host, covers) => {
    expect(certificate !== undefined && coversHost(certificate, host)).toBe(covers);
  });
});
