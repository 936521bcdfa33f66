import { readFileSync } from 'node:fs';
import { getCACertificates } from 'node:tls';
import { exitCodes, Problem } from '../../model/problem.ts';
import type { Environment } from './proxy-choice.ts';

/**
 * The certificates to trust, as PEM texts. SSL_CERT_FILE stands for the usual ones, as it does for Go and OpenSSL; else
 * they are Node's and the system's together, since a company's own authority is often only in the system's.
 * NODE_EXTRA_CA_CERTS and the given files come on top.
 *
 * Problems, exit 2: CA_FILE_UNREADABLE.
 */
export function trustedCertificates(env: Environment, caFiles: readonly string[]): string[] {
  const replacement = env['SSL_CERT_FILE'];
  const usual =
    replacement === undefined || replacement === ''
      ? [...getCACertificates('bundled'), ...getCACertificates('system')]
      : [readPem(replacement, 'SSL_CERT_FILE')];
  const extra = env['NODE_EXTRA_CA_CERTS'];
  const files = caFiles.map((file) => readPem(file, '--ca-file'));
  if (extra !== undefined && extra !== '' && extra !== replacement) files.push(readPem(extra, 'NODE_EXTRA_CA_CERTS'));
  return [...usual, ...files];
}

function readPem(file: string, from: string): string {
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw unreadable(file, from, error instanceof Error ? error.message : 'unknown error');
  }
  if (!text.includes('-----BEGIN CERTIFICATE-----') && !text.includes('-----BEGIN TRUSTED CERTIFICATE-----')) {
    throw unreadable(file, from, 'it holds no certificate in PEM form');
  }
  return text;
}

function unreadable(file: string, from: string, why: string): Problem {
  return new Problem('CA_FILE_UNREADABLE', `${file}, which ${from} names, cannot be used: ${why}.`, {
    advice: ['Name a readable file with certificates in PEM form.'],
    exitCode: exitCodes.usage,
  });
}
