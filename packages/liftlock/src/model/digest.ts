import { createHash } from 'node:crypto';
import { canonicalJson } from './json.ts';

/** `sha256:` and 64 hex digits over bytes or text. */
export function digestOf(content: string | Uint8Array): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

/** Digest of a value, whatever order its keys were built in. */
export function digestOfJson(value: unknown): string {
  return digestOf(canonicalJson(value));
}
