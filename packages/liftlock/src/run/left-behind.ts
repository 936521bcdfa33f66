import type { Json, JsonObject } from '../model/json.ts';
import { formatRef, isSameObject, refOf, type KubeObject } from '../model/kube.ts';
import { isProblem } from '../model/problem.ts';
import type { HelmRollbackStep } from '../model/step.ts';
import { fieldAt, fieldPatch, formatFieldPath, isSameJson, type FieldPath } from '../release/field-path.ts';
import { differingPaths, leftObjects, type GoneBack, type LeftObject } from '../release/left-behind.ts';
import { leftoverFields } from '../release/leftover-fields.ts';
import { parseManifest } from '../release/manifest.ts';
import { readReleaseRecord } from '../release/release-record.ts';
import { objectPath } from '../snapshot/object-path.ts';
import { listRecords } from '../snapshot/read-release.ts';
import type { World } from './world.ts';

/** What a release looks like after it went back, against its record. Plain data for the journal and the report. */
export interface Comparison {
  /** Objects of the release that were compared. */
  readonly compared: number;
  /** Of the newer version, and still there. */
  readonly left: readonly { readonly object: string; readonly why: string }[];
  /** Not as the record has it, or not there at all. */
  readonly differs: readonly { readonly object: string; readonly fields: readonly string[] }[];
  /** Why something could not be compared. */
  readonly unread?: string | undefined;
}

/**
 * Compares every object of a release that went back with the record, and lists what helm leaves of the newer version. It reads, and
 * asks for dry runs; a read that is refused is told, since the release is back either way.
 */
export async function compareAfterRollback(step: HelmRollbackStep, world: World): Promise<Comparison> {
  try {
    return await compare(step, world);
  } catch (error) {
    if (!isProblem(error)) throw error;
    return { compared: 0, left: [], differs: [], unread: world.redactor.text(error.message) };
  }
}

/** The comparison as one sentence of the step's note. */
export function comparisonWords({ compared, left, differs, unread }: Comparison): string {
  if (unread !== undefined) return `what it looks like now could not be compared with its record: ${unread}`;
  const same = compared - differs.length;
  return [
    `${same} of ${compared} objects are as its record has them`,
    ...(left.length === 0 ? [] : [`left of the newer version: ${left.map(({ object }) => object).join(', ')}`]),
  ].join('; ');
}

async function compare(step: HelmRollbackStep, world: World): Promise<Comparison> {
  const { namespace } = step;
  const back = await goneBack(step, world);
  const [all, claims] = await Promise.all([
    readLive([...back.target, ...back.left, ...back.hooks], namespace, world),
    world.reader.list(`/api/v1/namespaces/${namespace}/persistentvolumeclaims`),
  ]);
  const named = claims.map((claim) => ({ ...claim, apiVersion: 'v1', kind: 'PersistentVolumeClaim' }));
  const left = leftObjects(back, all, named);
  const differs = await Promise.all(
    back.target.map(async (wanted) => {
      const live = all.find((item) => isSameObject(wanted, item, namespace));
      const fields = live === undefined ? ['it is not there'] : await fieldsOf(wanted, live, back, world);
      return { object: formatRef({ namespace, ...refOf(live ?? wanted) }), fields };
    }),
  );
  return {
    compared: back.target.length,
    left: left.map(({ object, why }: LeftObject) => ({ object: formatRef(object), why })),
    differs: differs.filter(({ fields }) => fields.length > 0),
  };
}

/** The manifests on both sides of the way back, from helm's own records. */
async function goneBack({ namespace, release, revision }: HelmRollbackStep, { reader }: World): Promise<GoneBack> {
  const records = (await listRecords(reader, namespace, release)).flatMap((secret) => {
    const { record } = readReleaseRecord(secret);
    return record === undefined ? [] : [record];
  });
  const sorted = records.toSorted((a, b) => b.revision - a.revision);
  const [newest] = sorted;
  const newer = sorted.filter((record) => record.revision > revision && record !== newest);
  const hooksOf = (record: typeof newest) => (record?.hooks ?? []).flatMap(({ manifest }) => parseManifest(manifest));
  return {
    namespace,
    target: parseManifest(newest?.manifest ?? ''),
    targetHooks: hooksOf(newest),
    left: newer.flatMap(({ manifest }) => parseManifest(manifest)),
    hooks: newer.flatMap(hooksOf),
  };
}

/** Those of the objects that exist, each once. A kind that is gone, such as one of a definition that went, has none. */
async function readLive(
  objects: readonly KubeObject[],
  namespace: string,
  { reader }: World,
): Promise<readonly KubeObject[]> {
  const distinct = objects.filter(
    (object, index) =>
      objects.findIndex(
        (other) => formatRef(refOf(other)) === formatRef(refOf(object)) && other.apiVersion === object.apiVersion,
      ) === index,
  );
  const found = await Promise.all(
    distinct.map(async (object) => {
      try {
        const live = await reader.find(await objectPath(reader, { namespace, ...refOf(object) }));
        return live === undefined ? [] : [{ ...live, apiVersion: object.apiVersion, kind: object.kind }];
      } catch (error) {
        if (isProblem(error) && error.code === 'KIND_UNKNOWN') return [];
        throw error;
      }
    }),
  );
  return found.flat();
}

/** Fields that differ from the manifest, and fields of a newer revision that the way back did not take away (O31). */
async function fieldsOf(
  wanted: KubeObject,
  live: KubeObject,
  { left, namespace }: GoneBack,
  { reader, writer }: World,
): Promise<readonly string[]> {
  const stayed = left
    .filter((object) => isSameObject(object, live, namespace))
    .flatMap((object) => leftoverFields(object, wanted, live))
    .map(({ path }) => path);
  const paths = await withoutDefaults(stayed, live, async (patch, type) =>
    writer.dryRunPatch(await objectPath(reader, { namespace, ...refOf(live) }), patch, type),
  );
  const different = differingPaths(wanted, live).map((path) => formatFieldPath(path));
  return [...new Set([...different, ...paths.map((path) => `${formatFieldPath(path)} of the newer version`)])];
}

/** A field that is there again when it is taken away in a dry run is a default of the API server, and nobody's leftover. */
async function withoutDefaults(
  paths: readonly FieldPath[],
  live: KubeObject,
  ask: (patch: JsonObject, type: ReturnType<typeof fieldPatch>['type']) => Promise<KubeObject>,
): Promise<readonly FieldPath[]> {
  if (paths.length === 0) return [];
  try {
    const { patch, type } = fieldPatch(paths);
    const answer = (await ask(patch, type)) as unknown as Json;
    return paths.filter((path) => !isSameJson(fieldAt(answer, path), fieldAt(live as unknown as Json, path)));
  } catch (error) {
    if (isProblem(error)) return paths;
    throw error;
  }
}
