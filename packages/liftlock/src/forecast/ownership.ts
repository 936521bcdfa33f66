import { describeRefusal } from '../findings/foreseen/describe-refusal.ts';
import type { Owner } from '../findings/foreseen/refusal.ts';
import { allowing, finding } from '../findings/make-finding.ts';
import type { Finding, Remedy } from '../model/finding.ts';
import { formatRef, isSameObject, refOf, type KubeObject, type ObjectRef } from '../model/kube.ts';
import { isProblem } from '../model/problem.ts';
import { adoptRemedy } from '../plan/remedy-steps.ts';
import { parseManifest } from '../release/manifest.ts';
import { listRecords } from '../snapshot/read-release.ts';
import { aboutOf } from './refused-ref.ts';
import type { HelmStep, LookParts, ReleaseLook } from './foreseen-release.ts';

/**
 * Every object of the new revision that exists and is not of this release. helm itself names one and stops; where it can, it is
 * asked a second time to take them all over, so that nothing hides behind the first.
 */
export const ownershipOf: ReleaseLook = async ({ step, answers, release }, parts) => {
  if (step.kind !== 'helm-upgrade') return { findings: [], unforeseen: [] };
  const installed = parseManifest(release?.manifest ?? '');
  const foreign = answers.flatMap((answer) => {
    const live = answer.before;
    const isWrite = answer.method === 'PATCH' || answer.method === 'PUT';
    if (!isWrite || live?.metadata === undefined || aboutOf(answer) === undefined) return [];
    // What the installed revision has, helm takes for its own, whatever marks it bears.
    if (isOwn(live, step) || installed.some((object) => isSameObject(object, live, step.namespace))) return [];
    return [live];
  });
  const distinct = [...new Map(foreign.map((live) => [formatRef(refOf(live)), live])).values()];
  return { findings: await Promise.all(distinct.map((live) => foreignFinding(step, live, parts))), unforeseen: [] };
};

/** Source: helm pkg/action/validate.go, checkOwnership. */
function isOwn(live: KubeObject, step: HelmStep): boolean {
  const { labels = {}, annotations = {} } = live.metadata;
  return (
    labels['app.kubernetes.io/managed-by'] === 'Helm' &&
    annotations['meta.helm.sh/release-name'] === step.release &&
    annotations['meta.helm.sh/release-namespace'] === step.namespace
  );
}

/** The finding, with the remedy only where nobody else looks after the object. */
export async function foreignFinding(
  step: HelmStep,
  live: KubeObject,
  { reader }: Pick<LookParts, 'reader'>,
): Promise<Finding> {
  const object = refOf(live);
  const owner = ownerOf(live);
  const other = await otherRelease(owner, step, reader);
  const controller = live.metadata.ownerReferences?.find((reference) => reference.controller === true);
  const { message } = describeRefusal({ code: 'FOREIGN_OWNERSHIP', owner }, step.release, formatRef(object));
  const why =
    other === 'live'
      ? ' That release is installed: the object stays with it.'
      : controller === undefined
        ? ''
        : ` It is controlled by ${controller.kind} ${controller.name}.`;
  const isManaged = (owner.managedBy ?? 'Helm') !== 'Helm' || controller !== undefined || other === 'unread';
  return finding({
    code: 'FOREIGN_OWNERSHIP',
    severity: 'blocker',
    component: step.component,
    object,
    message: `${message}${why}`,
    remedies: other === 'live' ? [] : [adopting(step, object, !isManaged)],
  });
}

function adopting(step: HelmStep, object: ObjectRef, byDefault: boolean): Remedy {
  const title = `Make ${formatRef(object)} an object of release ${step.release}: one label and two annotations`;
  return { ...allowing(adoptRemedy(object), title), byDefault };
}

function ownerOf({ metadata: { labels = {}, annotations = {} } }: KubeObject): Owner {
  return {
    managedBy: labels['app.kubernetes.io/managed-by'],
    release: annotations['meta.helm.sh/release-name'],
    namespace: annotations['meta.helm.sh/release-namespace'],
  };
}

/** Whether the release that an object is marked with is another one, and there. */
async function otherRelease(
  { release, namespace }: Owner,
  step: HelmStep,
  reader: LookParts['reader'],
): Promise<'none' | 'live' | 'unread'> {
  if (release === undefined) return 'none';
  const there = namespace ?? step.namespace;
  if (release === step.release && there === step.namespace) return 'none';
  try {
    const records = await listRecords(reader, there, release);
    return records.some(({ metadata }) => metadata.labels?.['status'] !== 'uninstalled') ? 'live' : 'none';
  } catch (error) {
    if (!isProblem(error)) throw error;
    return 'unread';
  }
}
