/** Signing and checking JSON Web Tokens with node:crypto, for the two algorithms that the sandbox meets. */
import { createPublicKey, sign, verify, type KeyObject } from 'node:crypto';

/** Claims are whatever the issuer says. */
export type Claims = Record<string, unknown>;

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** A token signed with a P-256 key (ES256). */
export function signToken(claims: Claims, key: KeyObject, keyId: string): string {
  const body = `${encode({ alg: 'ES256', typ: 'JWT', kid: keyId })}.${encode(claims)}`;
  return `${body}.${sign('sha256', Buffer.from(body), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

/** Header and claims of a token, unchecked; undefined when it is none. */
export function decodeToken(token: string): { header: Claims; claims: Claims } | undefined {
  const [header, claims] = token.split('.');
  try {
    return {
      header: JSON.parse(Buffer.from(header ?? '', 'base64url').toString()) as Claims,
      claims: JSON.parse(Buffer.from(claims ?? '', 'base64url').toString()) as Claims,
    };
  } catch {
    return undefined;
  }
}

/** Whether the RS256 signature of a token was made with the private half of that key. */
export function isSignedRs256(token: string, publicKeyPem: string): boolean {
  const parts = token.split('.');
  if (parts.length !== 3) return false;
  const body = Buffer.from(`${parts[0]}.${parts[1]}`);
  return verify('sha256', body, createPublicKey(publicKeyPem), Buffer.from(parts[2] ?? '', 'base64url'));
}
