import { describeRefusal } from '../findings/foreseen/describe-refusal.ts';
import type { RefusedObject } from '../findings/foreseen/refusal.ts';
import { allowing, finding } from '../findings/make-finding.ts';
import type { Finding, Remedy } from '../model/finding.ts';
import { formatRef, refOf } from '../model/kube.ts';
import { isProblem } from '../model/problem.ts';
import { rewriteRemedy } from '../plan/remedy-steps.ts';
import { successionOf } from '../release/kubernetes-apis.ts';
import { parseManifest } from '../release/manifest.ts';
import { servesKind } from './serves-kind.ts';
import type { HelmStep, ReleaseLook } from './foreseen-release.ts';

/** Objects of the installed revision's stored manifest that the API server no longer serves: helm would refuse to upgrade. */
export const oldRecordOf: ReleaseLook = async ({ step, release }, { reader }) => {
  if (step.kind !== 'helm-upgrade' || step.reinstalls === true) return { findings: [], unforeseen: [] };
  const objects = parseManifest(release?.manifest ?? '');
  const kinds = new Map(objects.map((object) => [`${object.apiVersion} ${object.kind}`, object]));
  try {
    const unserved = await Promise.all(
      [...kinds].map(async ([key, { apiVersion, kind }]) =>
        (await servesKind(reader, apiVersion, kind)) ? [] : [key],
      ),
    );
    const gone = new Set(unserved.flat());
    const old = objects.filter((object) => gone.has(`${object.apiVersion} ${object.kind}`));
    return { findings: old.map((object) => rewriteFinding(step, refOf(object))), unforeseen: [] };
  } catch (error) {
    if (!isProblem(error)) throw error;
    return {
      findings: [],
      unforeseen: [{ what: `API versions in helm's record of ${step.release}`, why: error.message }],
    };
  }
};

/** One object of a stored manifest that cannot be read any more. What Kubernetes has moved is rewritten by the plan itself. */
export function rewriteFinding(step: HelmStep, object: RefusedObject): Finding {
  const { apiVersion = '', kind = '', name = '', namespace } = object;
  const ref = { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
  const { message, field } = describeRefusal(
    { code: 'REMOVED_API_IN_RECORD', object },
    step.release,
    name === '' ? undefined : formatRef(ref),
  );
  const succession = successionOf(ref);
  const then =
    succession === undefined
      ? ''
      : succession.to === undefined
        ? ' It has no successor.'
        : ` Its successor is ${succession.to}.`;
  return finding({
    code: 'REMOVED_API_IN_RECORD',
    severity: 'blocker',
    component: step.component,
    ...(name === '' ? {} : { object: ref }),
    field,
    message: `${message}${then}`,
    remedies: succession === undefined || step.kind !== 'helm-upgrade' ? [] : [rewriting(step)],
  });
}

function rewriting(step: HelmStep): Remedy {
  const title = `Rewrite the API versions in helm's record of release ${step.release}; no object is changed, the former record is kept`;
  return { ...allowing(rewriteRemedy(step.component), title), byDefault: true };
}
