import { pairFault, type PairFault } from '../../model/certificate.ts';
import type { Finding } from '../../model/finding.ts';
import type { CertificateInfo, TlsSecret } from '../../model/snapshot.ts';
import type { CreateSecretStep } from '../../model/step.ts';
import { crossedMigrations } from '../../facts/crossed-migrations.ts';
import { scopeOf } from '../../facts/scope.ts';
import { fillIn } from '../../model/fill-in.ts';
import type { PreflightEvidence } from '../evidence.ts';
import { allowing, finding } from '../make-finding.ts';

const codes = {
  unreadable: 'TLS_UNREADABLE',
  mismatched: 'TLS_KEY_MISMATCHED',
  expired: 'TLS_NOT_VALID_NOW',
  early: 'TLS_NOT_VALID_NOW',
  elsewhere: 'TLS_WRONG_HOST',
} as const satisfies Readonly<Record<PairFault['is'], string>>;

/** Pairs that steps make Secrets of, and Secrets that are there in their place: they fit, are valid, and for the domain (R21). */
export function tlsFindings(evidence: PreflightEvidence): readonly Finding[] {
  const steps = (evidence.steps ?? []).flatMap((step) =>
    step.kind === 'create-secret' && step.type === 'kubernetes.io/tls' ? [step] : [],
  );
  return [
    ...steps.flatMap((step) => [...fileFindings(step, evidence), ...differenceFindings(step, evidence)]),
    ...secretFindings(
      steps.map(({ name }) => name),
      evidence,
    ),
  ];
}

function fileFindings(step: CreateSecretStep, evidence: PreflightEvidence): readonly Finding[] {
  const { certificate, key } = pairOf(step, evidence);
  const fault = pairFault(certificate, key, step.covers, evidence.now);
  if (fault === undefined) return [];
  const file = step.files[fault.of === 'key' ? 'tls.key' : 'tls.crt'] ?? '';
  const isRead = (fault.of === 'key' ? key : certificate) !== undefined;
  const words = isRead ? fault.words : `it cannot be read, or ${fault.words}`;
  return [
    finding({
      code: codes[fault.is],
      severity: 'blocker',
      ...(step.component === undefined ? {} : { component: step.component }),
      object: secretRef(step.name, step.namespace),
      message: `${file}: ${words}.`,
    }),
  ];
}

/** Files are known by the inputs that name them. */
function pairOf(step: CreateSecretStep, { site, snapshot }: PreflightEvidence) {
  const read = (key: string): CertificateInfo | undefined => {
    const input = Object.keys(site.inputs).find((name) => site.inputs[name] === step.files[key]);
    return input === undefined ? undefined : snapshot.certificates?.[input];
  };
  return { certificate: read('tls.crt'), key: read('tls.key') };
}

/** Another pair under the name of the Secret. */
function differenceFindings(step: CreateSecretStep, evidence: PreflightEvidence): readonly Finding[] {
  const live = evidence.snapshot.tlsSecrets?.[step.name];
  if (live === undefined || isSame(live, step, pairOf(step, evidence))) return [];
  return [
    finding({
      code: 'SECRET_DIFFERS',
      severity: 'blocker',
      ...(step.component === undefined ? {} : { component: step.component }),
      object: secretRef(step.name, step.namespace),
      message: `Secret ${step.name} exists and holds another certificate than ${step.files['tls.crt'] ?? ''}.`,
      remedies: [allowing(`replace:secret/${step.name}`, 'Replace it; the present one is kept with the run')],
    }),
  ];
}

function isSame(live: TlsSecret, step: CreateSecretStep, files: Pick<TlsSecret, 'certificate' | 'key'>): boolean {
  return (
    live.type === step.type &&
    live.certificate?.publicKey === files.certificate?.publicKey &&
    live.certificate?.notAfter === files.certificate?.notAfter &&
    live.key?.publicKey === files.key?.publicKey
  );
}

/** A Secret that is there already is left as it is, so that it has to be right by itself. */
function secretFindings(made: readonly string[], evidence: PreflightEvidence): readonly Finding[] {
  const { platform, site, snapshot, target, now, selected } = evidence;
  if (Object.keys(snapshot.tlsSecrets ?? {}).length === 0) return [];
  const hop = { from: evidence.from ?? '', to: target };
  const values = {
    inputs: site.inputs,
    options: site.options,
    namespace: snapshot.namespace,
    release: '',
    version: target,
  };
  return crossedMigrations(platform, hop, scopeOf(evidence, hop)).flatMap(({ component, steps }) =>
    steps.flatMap((step): readonly Finding[] => {
      if (step.kind !== 'create-secret' || step.type !== 'kubernetes.io/tls' || made.includes(step.name)) return [];
      if (component !== undefined && !selected.includes(component)) return [];
      const live = snapshot.tlsSecrets?.[step.name];
      if (live === undefined) return [];
      const covers = step.covers === undefined ? undefined : fillIn(step.covers, values);
      const fault = pairFault(live.certificate, live.key, covers, now);
      if (fault === undefined) return [];
      return [
        finding({
          code: codes[fault.is],
          severity: 'blocker',
          ...(component === undefined ? {} : { component }),
          object: secretRef(step.name, snapshot.namespace),
          message: `Secret ${step.name}, which the new version serves: ${fault.words}.`,
        }),
      ];
    }),
  );
}

function secretRef(name: string, namespace: string) {
  return { apiVersion: 'v1', kind: 'Secret', namespace, name };
}
