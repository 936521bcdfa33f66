import { createHash, createPrivateKey, createPublicKey, X509Certificate, type KeyObject } from 'node:crypto';
import type { CertificateInfo } from './snapshot.ts';

/**
 * What the first certificate of a PEM text says, or, where it has none, which public key belongs to its private key. Undefined for
 * a text that is neither, and for a key that is encrypted.
 */
export function certificateInfo(pem: string): CertificateInfo | undefined {
  try {
    if (!pem.includes('BEGIN CERTIFICATE'))
      return { names: [], notBefore: '', notAfter: '', publicKey: fingerprint(createPublicKey(createPrivateKey(pem))) };
    const certificate = new X509Certificate(pem);
    return {
      names: namesOf(certificate.subjectAltName ?? ''),
      notBefore: certificate.validFromDate.toISOString(),
      notAfter: certificate.validToDate.toISOString(),
      publicKey: fingerprint(certificate.publicKey),
    };
  } catch {
    return undefined;
  }
}

/** Names and addresses alone: browsers and Go have not looked at the common name for years. */
function namesOf(subjectAltName: string): readonly string[] {
  return subjectAltName.split(', ').flatMap((entry) => {
    const [, name] = /^(?:DNS|IP Address):(.+)$/.exec(entry) ?? [];
    return name === undefined ? [] : [name];
  });
}

function fingerprint(key: KeyObject): string {
  return `sha256:${createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex')}`;
}

/** Whether a certificate is for a host: by its name, or by a wildcard, which stands for one label (RFC 6125, 6.4.3). */
export function coversHost({ names }: Pick<CertificateInfo, 'names'>, host: string): boolean {
  const wanted = host.toLowerCase().replace(/\.$/, '');
  const parent = wanted.slice(wanted.indexOf('.'));
  return names.some((name) => {
    const own = name.toLowerCase();
    return own === wanted || (own.startsWith('*.') && wanted.includes('.') && own.slice(1) === parent);
  });
}

/**
 * What keeps a certificate and a key from being served for a host; undefined where nothing does (R21).
 * @param covers a host; undefined where any will do
 */
export function pairFault(
  certificate: CertificateInfo | undefined,
  key: CertificateInfo | undefined,
  covers: string | undefined,
  now: Date,
): PairFault | undefined {
  if (certificate === undefined || certificate.notAfter === '')
    return { of: 'certificate', is: 'unreadable', words: 'the certificate is no PEM certificate' };
  if (key === undefined || key.notAfter !== '')
    return { of: 'key', is: 'unreadable', words: 'the key is no PEM private key without a passphrase' };
  if (certificate.publicKey !== key.publicKey)
    return { of: 'key', is: 'mismatched', words: 'the key is not the one of the certificate' };
  if (now >= new Date(certificate.notAfter))
    return { of: 'certificate', is: 'expired', words: `the certificate has expired on ${day(certificate.notAfter)}` };
  if (now < new Date(certificate.notBefore))
    return {
      of: 'certificate',
      is: 'early',
      words: `the certificate is valid from ${day(certificate.notBefore)} only`,
    };
  if (covers === undefined || coversHost(certificate, covers)) return undefined;
  const names = certificate.names.length === 0 ? 'no name at all' : certificate.names.join(', ');
  return { of: 'certificate', is: 'elsewhere', words: `the certificate is for ${names}, not for ${covers}` };
}

export interface PairFault {
  readonly of: 'certificate' | 'key';
  readonly is: 'unreadable' | 'mismatched' | 'expired' | 'early' | 'elsewhere';
  readonly words: string;
}

function day(time: string): string {
  return time.slice(0, 10);
}
