import { describeRefusal } from '../findings/foreseen/describe-refusal.ts';
import type { Owner } from '../findings/foreseen/refusal.ts';
import { allowing, finding } from '../findings/make-finding.ts';
import type { Finding, Remedy } from '../model/finding.ts';
import { formatRef, isSameObject, refOf, type KubeObject, type ObjectRef } from '../model/kube.ts';
import { isProblem } from '../model/problem.ts';
import { adoptRemedy } from '../plan/remedy-steps.ts';
import { parseManifest } from '../release/manifest.ts';
import { objectPath } from '../snapshot/object-path.ts';
import { listRecords } from '../snapshot/read-release.ts';
import { adoptionOf, type Adoption } from './adoption.ts';
import { aboutOf } from './refused-ref.ts';
import type { HelmStep, LookParts, ReleaseLook } from './foreseen-release.ts';

/**
 * Every object of the new revision that exists and is not of this release. helm itself names one and stops; where it can, it is
 * asked a second time to take them all over, so that nothing hides behind the first.
 */
export const ownershipOf: ReleaseLook = async ({ step, answers, release, objects }, parts) => {
  if (step.kind !== 'helm-upgrade') return { findings: [], unforeseen: [] };
  const installed = parseManifest(release?.manifest ?? '');
  const foreign = answers.flatMap((answer) => {
    const live = answer.before;
    const isWrite = answer.method === 'PATCH' || answer.method === 'PUT';
    if (!isWrite || live?.metadata === undefined || aboutOf(answer) === undefined) return [];
    // What the installed revision has, helm takes for its own, whatever marks it bears.
    if (isOwn(live, step) || installed.some((object) => isSameObject(object, live, step.namespace))) return [];
    const accepted = answer.status < 300 && answer.unforeseen === undefined ? answer.after : undefined;
    const wanted = objects.find((object) => isSameObject(object, live, step.namespace));
    return [{ live, adoption: adoptionOf(live, accepted, wanted) }];
  });
  const distinct = [...new Map(foreign.map((item) => [formatRef(refOf(item.live)), item])).values()];
  const findings = distinct.map(({ live, adoption }) => foreignFinding(step, live, parts, adoption));
  return { findings: await Promise.all(findings), unforeseen: [] };
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

/** The finding, with the remedy only where nobody else looks after the object, and where it can be foreseen. */
export async function foreignFinding(
  step: HelmStep,
  live: KubeObject,
  { reader, writer }: Pick<LookParts, 'reader' | 'writer'>,
  adoption: Adoption = adoptionOf(live, undefined, undefined),
): Promise<Finding> {
  const object = refOf(live);
  const owner = ownerOf(live);
  const other = await otherRelease(owner, step, reader);
  const controller = live.metadata.ownerReferences?.find((reference) => reference.controller === true);
  const { message } = describeRefusal({ code: 'FOREIGN_OWNERSHIP', owner }, step.release, formatRef(object));
  const unsafe = other === 'live' ? undefined : await whyUnsafe(object, { reader, writer });
  const why =
    other === 'live'
      ? ' That release is installed: the object stays with it.'
      : unsafe !== undefined
        ? ` liftlock does not make it the release's own. ${unsafe}`
        : `${controller === undefined ? '' : ` It is controlled by ${controller.kind} ${controller.name}.`}${adoption.words}`;
  const isManaged = (owner.managedBy ?? 'Helm') !== 'Helm' || controller !== undefined || other === 'unread';
  return finding({
    code: 'FOREIGN_OWNERSHIP',
    severity: 'blocker',
    component: step.component,
    object,
    message: `${message}${why}`,
    remedies: other === 'live' || unsafe !== undefined ? [] : [adopting(step, object, adoption, isManaged)],
  });
}

/** Why a patch of the object cannot be foreseen without a risk that it is stored (O7): then none is offered. */
async function whyUnsafe(
  object: ObjectRef,
  { reader, writer }: Pick<LookParts, 'reader' | 'writer'>,
): Promise<string | undefined> {
  try {
    await writer.dryRunPatch(await objectPath(reader, object), {}, 'merge');
    return undefined;
  } catch (error) {
    if (!isProblem(error)) throw error;
    return error.code === 'DRY_RUN_UNSAFE' ? error.message : undefined;
  }
}

function adopting(step: HelmStep, object: ObjectRef, adoption: Adoption, isManaged: boolean): Remedy {
  const title = `Make ${formatRef(object)} an object of release ${step.release}: one label and two annotations`;
  const effect = adoption.overwrites ? '; the upgrade may then overwrite its content' : '';
  const remedy = allowing(adoptRemedy(object, step.namespace), `${title}${effect}`, {
    destructive: adoption.overwrites,
  });
  return { ...remedy, byDefault: adoption.isHarmless && !isManaged };
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
