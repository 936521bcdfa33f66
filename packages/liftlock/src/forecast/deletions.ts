import { isProtectedKind } from '../findings/foreseen/protected-objects.ts';
import { allowing, finding, shellWord } from '../findings/make-finding.ts';
import type { Finding, Remedy } from '../model/finding.ts';
import { formatRef, refOf, type KubeObject, type ObjectRef } from '../model/kube.ts';
import { deleteRemedy, keepRemedy } from '../plan/remedy-steps.ts';
import { keepingStep } from '../plan/steps/keep-object.ts';
import type { HelmStep, LookParts, ReleaseLook } from './foreseen-release.ts';
import { hangingClaims } from './hanging-claims.ts';
import { whatGoesWith } from './what-goes-with.ts';

/** What helm would delete, and data or other people's objects with it: nothing of that goes without being named (O6). */
export const deletionsOf: ReleaseLook = async ({ step, answers }, { reader }) => {
  const gone = answers.flatMap(({ method, before, status }) =>
    method === 'DELETE' && before?.metadata !== undefined && status !== 404 ? [before] : [],
  );
  const findings = await Promise.all(gone.map((object) => deletion(step, object, reader)));
  return { findings: findings.flat(), unforeseen: [] };
};

async function deletion(step: HelmStep, live: KubeObject, reader: LookParts['reader']): Promise<readonly Finding[]> {
  // A claim hangs from what owns it, whatever the kind; where claims may not be read, the kind alone decides.
  if (!isProtectedKind(live) && (await hangingClaims(live, reader)).names.length === 0) return [];
  const object = refOf(live);
  const source = step.kind === 'helm-rollback' ? `revision ${step.revision}` : 'the chart';
  const lost = await whatGoesWith(live, reader);
  return [
    finding({
      code: 'DELETES_PROTECTED',
      severity: 'blocker',
      component: step.component,
      object,
      message: `${formatRef(object)} is not in ${source}: helm would delete it.${lost === '' ? '' : ` ${lost}`}`,
      remedies: [
        keeping(step, object),
        allowing(deleteRemedy(object, step.namespace), 'Let helm delete it', { destructive: true }),
      ],
    }),
  ];
}

/** The annotation that makes helm leave it alone. A rollback is planned without remedies: there a person sets it. */
function keeping(step: HelmStep, object: ObjectRef): Remedy {
  const id = keepRemedy(object, step.namespace);
  const command = (keepingStep(step.component, object, step.namespace).command ?? []).map(shellWord).join(' ');
  return {
    id,
    title: 'Keep it: annotate it, so that helm leaves it alone',
    destructive: false,
    commands: step.kind === 'helm-upgrade' ? [`--allow ${shellWord(id)}`, command] : [command],
  };
}
