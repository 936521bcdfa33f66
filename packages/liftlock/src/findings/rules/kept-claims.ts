import type { Finding } from '../../model/finding.ts';
import type { CompareClaimsStep, Step } from '../../model/step.ts';
import type { PreflightEvidence } from '../evidence.ts';
import { finding } from '../make-finding.ts';

/** Claims that a migration keeps: they are there and bound (R22), on volumes that outlive them (R11), in a cluster that can make others (R09). */
export function keptClaimFindings(evidence: PreflightEvidence): readonly Finding[] {
  const steps = evidence.steps ?? [];
  const compared = steps.filter((step) => step.kind === 'compare-claims');
  if (compared.length === 0) return [];
  const classes = classFindings(evidence);
  return [...classes, ...compared.flatMap((step) => claimFindings(step, steps, evidence))];
}

/** R09: the guide asks for a storage class, and for one that is the default. */
function classFindings({ snapshot }: PreflightEvidence): readonly Finding[] {
  if (snapshot.unread.some(({ what }) => what === 'storage classes')) return [];
  const { storageClasses } = snapshot;
  if (storageClasses.some(({ isDefault }) => isDefault)) return [];
  if (storageClasses.length === 0)
    return [
      finding({
        code: 'STORAGE_CLASS_NONE',
        severity: 'blocker',
        message: 'The cluster has no storage class: a claim of the new version would stay Pending.',
      }),
    ];
  const names = storageClasses.map(({ name }) => name).join(', ');
  return [
    finding({
      code: 'STORAGE_CLASS_NO_DEFAULT',
      severity: 'warning',
      message: `None of the storage classes (${names}) is the default: a claim that names none would stay Pending.`,
    }),
  ];
}

function claimFindings(
  step: CompareClaimsStep,
  steps: readonly Step[],
  { snapshot }: PreflightEvidence,
): readonly Finding[] {
  const component = step.component === undefined ? {} : { component: step.component };
  return protectedBy(step, steps).flatMap((name): readonly Finding[] => {
    const claim = snapshot.claims?.find((item) => item.name === name);
    const object = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: step.namespace, name };
    if (claim?.phase !== 'Bound' || claim.volume === '') {
      const state = claim === undefined ? 'does not exist' : `is ${claim.phase || 'not bound'}`;
      const message = `The claim ${name}, which the upgrade has to keep, ${state}.`;
      return [finding({ code: 'CLAIM_NOT_BOUND', severity: 'blocker', ...component, object, message })];
    }
    if (claim.policy !== 'Delete') return [];
    const message = `Volume ${claim.volume} of the claim ${name} has the reclaim policy Delete: it would go with the claim.`;
    return [finding({ code: 'VOLUME_POLICY_DELETE', severity: 'warning', ...component, object, message })];
  });
}

/** The steps that annotate the claims are named like the one that compares them. */
function protectedBy({ id }: CompareClaimsStep, steps: readonly Step[]): readonly string[] {
  const prefix = id.replace(/compare$/, '');
  return steps.flatMap((step) =>
    step.kind === 'patch-object' && step.object.kind === 'PersistentVolumeClaim' && step.id.startsWith(prefix)
      ? [step.object.name]
      : [],
  );
}
