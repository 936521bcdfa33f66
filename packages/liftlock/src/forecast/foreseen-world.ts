import type { Plan } from '../model/plan.ts';
import { formatRef, refOf, type KubeObject, type ObjectRef } from '../model/kube.ts';
import type { ForeseenWorld } from '../model/ports.ts';
import { isProblem } from '../model/problem.ts';
import {
  isPairedUndo,
  type ApplyCrdsStep,
  type HelmUninstallStep,
  type PatchObjectStep,
  type RewriteRecordStep,
  type ScaleStep,
} from '../model/step.ts';
import { patchOf } from '../plan/steps/patch-object.ts';
import { packedDefinitions } from '../release/packed-crds.ts';
import { rewriteManifest } from '../release/release-record.ts';
import { rewriteApis } from '../release/rewrite-apis.ts';
import { objectPath } from '../snapshot/object-path.ts';
import { listRecords } from '../snapshot/read-release.ts';
import type { HelmStep, LookParts } from './foreseen-release.ts';

export interface WorldParts extends Pick<LookParts, 'reader' | 'writer'>, Partial<Pick<LookParts, 'snapshot'>> {
  /** helm's records as they will be, of releases that are unlocked first. */
  readonly records?: readonly KubeObject[] | undefined;
  /** What earlier hops have made of the cluster by then. */
  readonly world?: ForeseenWorld | undefined;
}

/** The cluster as it will be when a helm step begins: with what the plan's steps of the same component do before it. */
export async function foreseenWorld(step: HelmStep, plan: Plan, parts: WorldParts): Promise<ForeseenWorld> {
  const records: KubeObject[] = [...(parts.world?.records ?? []), ...(parts.records ?? [])];
  const objects: KubeObject[] = [...(parts.world?.objects ?? [])];
  const absent: ObjectRef[] = [...(parts.world?.absent ?? [])];
  const withoutReleases: ReleaseName[] = [];
  for (const earlier of plan.steps.slice(0, plan.steps.indexOf(step))) {
    if (earlier.component !== step.component || isPairedUndo(earlier)) continue;
    if (earlier.kind === 'replace-object') absent.push(earlier.object);
    if (earlier.kind === 'helm-uninstall') {
      withoutReleases.push({ name: earlier.release, namespace: earlier.namespace });
      absent.push(...goneAfter(earlier, plan));
    }
    if (earlier.kind === 'apply-crds') objects.push(...(await appliedDefinitions(earlier, parts)));
    if (earlier.kind === 'rewrite-record') records.push(...(await rewrittenRecord(earlier, parts)));
    if (earlier.kind === 'patch-object' || earlier.kind === 'scale') {
      const patched = await patchedObject(earlier, parts);
      if (patched !== undefined) objects.push(patched);
    }
  }
  const gone = new Set(absent.map(formatRef));
  return {
    records,
    objects: objects.filter((object) => !gone.has(formatRef(refOf(object)))),
    absent,
    withoutReleases,
  };
}

type ReleaseName = NonNullable<ForeseenWorld['withoutReleases']>[number];

/** What an uninstall takes and nothing puts back: what comes back is there as it is now, with the same marks. */
function goneAfter({ component, objects }: HelmUninstallStep, plan: Plan): readonly ObjectRef[] {
  const back = plan.steps.flatMap((step) => {
    if (step.kind !== 'put-back' || step.component !== component) return [];
    const claims = step.claims.filter((claim) => claim.isRebound && claim.volume !== '');
    return [
      ...step.kept.map(({ object }) => formatRef(object)),
      ...claims.map(({ namespace, name }) =>
        formatRef({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name }),
      ),
    ];
  });
  return objects.filter((object) => !back.includes(formatRef(object)));
}

/** helm's record as it will be; none where it cannot be read: then helm says what it thinks of the one that is there. */
async function rewrittenRecord(
  step: RewriteRecordStep,
  { reader }: Pick<WorldParts, 'reader'>,
): Promise<readonly KubeObject[]> {
  try {
    const records = await listRecords(reader, step.namespace, step.release);
    return records
      .filter(({ metadata }) => metadata.labels?.['version'] === String(step.revision))
      .map((record) => rewriteManifest(record, (manifest) => rewriteApis(manifest, step.changes)));
  } catch (error) {
    if (isProblem(error)) return [];
    throw error;
  }
}

/** Definitions as they will be: what the chart makes of those that are there, and those that are not yet. */
async function appliedDefinitions(step: ApplyCrdsStep, parts: WorldParts): Promise<readonly KubeObject[]> {
  const chart = parts.snapshot?.components.find(({ name }) => name === step.component)?.chart;
  const packed = packedDefinitions(chart?.content).filter(({ metadata }) => step.names.includes(metadata.name));
  return Promise.all(
    packed.map(async (crd) => {
      const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${crd.metadata.name}`;
      if (crd.spec === undefined) return crd;
      try {
        return await parts.writer.dryRunPatch(path, { spec: crd.spec }, 'merge');
      } catch (error) {
        if (isProblem(error)) return crd;
        throw error;
      }
    }),
  );
}

/** The object as it would be after the patch; undefined where that cannot be asked: then the live one is looked at. */
async function patchedObject(
  step: PatchObjectStep | ScaleStep,
  { reader, writer }: Pick<WorldParts, 'reader' | 'writer'>,
): Promise<KubeObject | undefined> {
  const { patch, type } =
    step.kind === 'scale' ? ({ patch: { spec: { replicas: step.replicas } }, type: 'merge' } as const) : patchOf(step);
  try {
    return await writer.dryRunPatch(await objectPath(reader, step.object), patch, type);
  } catch (error) {
    if (isProblem(error)) return undefined;
    throw error;
  }
}
