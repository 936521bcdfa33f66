/**
 * A certificate authority in plain Node, so that a sandbox needs no openssl. Keys are P-256: made in a
 * millisecond, and accepted by every part of Kubernetes.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  type KeyObject,
} from 'node:crypto';
import { isIPv4 } from 'node:net';
import { bits, booleanTrue, integer, objectIdentifier, octets, sequence, set, tagged, utcTime, utf8 } from './der.ts';

/** A certificate with its private key, both in PEM. */
export interface KeyPair {
  certificate: string;
  key: string;
}

/** What a certificate says of its holder: Kubernetes reads the common name as user and organizations as groups. */
export interface Subject {
  commonName: string;
  organizations?: readonly string[] | undefined;
}

/** What a leaf certificate is for. `hosts` are the DNS names and IPv4 addresses of a server. */
export interface LeafRequest extends Subject {
  hosts?: readonly string[] | undefined;
  validDays?: number | undefined;
}

const ecdsaWithSha256 = sequence(objectIdentifier('1.2.840.10045.4.3.2'));
const dayMs = 86_400_000;

function name(subject: Subject): Buffer {
  const organizations = (subject.organizations ?? []).map((organization) =>
    set(sequence(objectIdentifier('2.5.4.10'), utf8(organization))),
  );
  return sequence(...organizations, set(sequence(objectIdentifier('2.5.4.3'), utf8(subject.commonName))));
}

function extension(oid: string, critical: boolean, value: Uint8Array): Buffer {
  return sequence(objectIdentifier(oid), ...(critical ? [booleanTrue] : []), octets(value));
}

function keyId(publicKey: Uint8Array): Buffer {
  return createHash('sha1').update(publicKey).digest();
}

function pem(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

interface Draft {
  subject: Buffer;
  issuer: Buffer;
  publicKey: Buffer;
  validDays: number;
  extensions: readonly Buffer[];
  signer: KeyObject;
}

function certificate(draft: Draft): string {
  const serial = randomBytes(16);
  serial[0] = (serial[0] ?? 0) & 0x7f;
  // An hour back, so that a clock set back a little does not refuse it.
  const notBefore = new Date(Date.now() - 3_600_000);
  const notAfter = new Date(Date.now() + draft.validDays * dayMs);
  const body = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(serial),
    ecdsaWithSha256,
    draft.issuer,
    sequence(utcTime(notBefore), utcTime(notAfter)),
    draft.subject,
    draft.publicKey,
    tagged(0xa3, sequence(...draft.extensions)),
  );
  const signature = sign('sha256', body, { key: draft.signer, dsaEncoding: 'der' });
  return pem('CERTIFICATE', sequence(body, ecdsaWithSha256, bits(signature)));
}

/** A new P-256 key: the private half in PEM (PKCS#8), the public half as SubjectPublicKeyInfo in DER. */
function newKey(): { key: string; privateKey: KeyObject; publicDer: Buffer; publicPem: string } {
  const pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return {
    key: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    privateKey: pair.privateKey,
    publicDer: pair.publicKey.export({ type: 'spki', format: 'der' }),
    publicPem: pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}

/** A key pair without a certificate, in PEM: kube-apiserver signs service account tokens with one. */
export function makeSigningKey(): { key: string; publicKey: string } {
  const { key, publicPem } = newKey();
  return { key, publicKey: publicPem };
}

/** A self-signed certificate authority. */
export function makeAuthority(commonName: string, validDays = 365): KeyPair {
  const { key, privateKey, publicDer } = newKey();
  const subject = name({ commonName });
  const extensions = [
    extension('2.5.29.19', true, sequence(booleanTrue)),
    // keyCertSign, cRLSign, digitalSignature
    extension('2.5.29.15', true, bits(Buffer.from([0x86]), 1)),
    extension('2.5.29.14', false, octets(keyId(publicDer))),
  ];
  const draft = { subject, issuer: subject, publicKey: publicDer, validDays, extensions, signer: privateKey };
  return { certificate: certificate(draft), key };
}

function hostName(host: string): Buffer {
  if (isIPv4(host)) return tagged(0x87, Buffer.from(host.split('.').map(Number)));
  return tagged(0x82, Buffer.from(host, 'latin1'));
}

/** A certificate signed by the authority, good as server (when it has hosts) and as client. */
export function issueCertificate(authority: KeyPair, authorityName: string, request: LeafRequest): KeyPair {
  const { key, publicDer } = newKey();
  const signer = createPrivateKey(authority.key);
  const authorityKey = createPublicKey(signer).export({ type: 'spki', format: 'der' });
  const hosts = request.hosts ?? [];
  const purposes = [objectIdentifier('1.3.6.1.5.5.7.3.2')];
  if (hosts.length > 0) purposes.push(objectIdentifier('1.3.6.1.5.5.7.3.1'));
  const extensions = [
    extension('2.5.29.15', true, bits(Buffer.from([0x80]), 7)),
    extension('2.5.29.37', false, sequence(...purposes)),
    extension('2.5.29.35', false, sequence(tagged(0x80, keyId(authorityKey)))),
  ];
  if (hosts.length > 0) extensions.push(extension('2.5.29.17', false, sequence(...hosts.map(hostName))));
  const draft = {
    subject: name(request),
    issuer: name({ commonName: authorityName }),
    publicKey: publicDer,
    validDays: request.validDays ?? 365,
    extensions,
    signer,
  };
  return { certificate: certificate(draft), key };
}
