import { certificateInfo } from '../model/certificate.ts';
import type { KubeObject } from '../model/kube.ts';
import type { Platform } from '../model/platform.ts';
import type { ClusterReader } from '../model/ports.ts';
import { isProblem } from '../model/problem.ts';
import type { Redactor } from '../model/redaction.ts';
import type { Site } from '../model/site.ts';
import type { CertificateInfo, TlsSecret, Unread } from '../model/snapshot.ts';

export interface CertificateParts {
  readonly platform: Pick<Platform, 'migrations' | 'inputs'>;
  readonly site: Pick<Site, 'inputs'>;
  readonly namespace: string;
  readonly reader: Pick<ClusterReader, 'find'>;
  readonly redactor: Redactor;
  /** What a PEM file holds; undefined for one that cannot be read. */
  readonly readCertificate: (file: string) => Promise<CertificateInfo | undefined>;
}

export interface ReadCertificates {
  /** By the name of the input. */
  readonly certificates?: Readonly<Record<string, CertificateInfo>>;
  /** By the name of the Secret. */
  readonly tlsSecrets?: Readonly<Record<string, TlsSecret>>;
  readonly unread: readonly Unread[];
}

/** The pairs that migrations make Secrets of, in files and as they are in the cluster: nothing of a key is kept (R21). */
export async function readCertificates(parts: CertificateParts): Promise<ReadCertificates> {
  const templates = parts.platform.migrations
    .flatMap(({ steps }) => steps)
    .flatMap((step) => (step.kind === 'create-secret' && step.type === 'kubernetes.io/tls' ? [step] : []));
  if (templates.length === 0) return { unread: [] };
  const texts = templates.flatMap(({ files }) => Object.values(files));
  const names = texts.flatMap((text) => [...text.matchAll(/\{inputs\.(\w+)\}/g)].map(([, name = '']) => name));
  const certificates: Record<string, CertificateInfo> = {};
  for (const name of new Set(names)) {
    const file = parts.site.inputs[name];
    const found = file === undefined ? undefined : await parts.readCertificate(file);
    if (found !== undefined) certificates[name] = found;
  }
  const tlsSecrets: Record<string, TlsSecret> = {};
  const unread: Unread[] = [];
  for (const { name } of templates) {
    try {
      const live = await parts.reader.find(`/api/v1/namespaces/${parts.namespace}/secrets/${name}`);
      if (live !== undefined) tlsSecrets[name] = tlsSecret(live, parts.redactor);
    } catch (error) {
      if (!isProblem(error)) throw error;
      unread.push({ what: `Secret ${name}`, why: error.message });
    }
  }
  return { certificates, tlsSecrets, unread };
}

function tlsSecret({ type = '', data }: KubeObject, redactor: Redactor): TlsSecret {
  redactor.learnSecretData(data);
  const read = (key: string) => {
    const value = data?.[key];
    return typeof value === 'string' ? certificateInfo(Buffer.from(value, 'base64').toString('utf8')) : undefined;
  };
  return { type, certificate: read('tls.crt'), key: read('tls.key') };
}
