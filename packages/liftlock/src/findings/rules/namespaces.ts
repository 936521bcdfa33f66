import type { Finding } from '../../model/finding.ts';
import { selectedComponents, type PreflightEvidence } from '../evidence.ts';
import { finding } from '../make-finding.ts';

/** Namespaces that somebody has deleted: nothing new is taken there, and what is there goes. */
export function namespaceFindings(
  evidence: Pick<PreflightEvidence, 'platform' | 'selected' | 'snapshot'>,
): readonly Finding[] {
  const { snapshot } = evidence;
  return (snapshot.endingNamespaces ?? []).map((name) => {
    const inIt = selectedComponents(evidence).filter(
      ({ component }) => (component.namespace ?? snapshot.namespace) === name,
    );
    const what = inIt.length === 0 ? '' : `, and with it ${inIt.map(({ component }) => component.release).join(', ')}`;
    return finding({
      code: 'NAMESPACE_TERMINATING',
      severity: 'blocker',
      object: { apiVersion: 'v1', kind: 'Namespace', name },
      message: `The namespace ${name} is being deleted${what}: the API server takes nothing new into it.`,
    });
  });
}
