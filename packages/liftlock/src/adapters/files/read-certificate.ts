import { readFile } from 'node:fs/promises';
import { certificateInfo } from '../../model/certificate.ts';
import type { CertificateInfo } from '../../model/snapshot.ts';

/** What a PEM file holds: a certificate, or whose private key. Undefined for a file that is not there or is neither. */
export async function readCertificate(file: string): Promise<CertificateInfo | undefined> {
  try {
    return certificateInfo(await readFile(file, 'utf8'));
  } catch {
    return undefined;
  }
}
