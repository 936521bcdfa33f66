import { formatRef, refOf, type KubeObject } from '../model/kube.ts';
import { isProblem, Problem } from '../model/problem.ts';
import type { HelmRollbackStep, HelmUpgradeStep } from '../model/step.ts';
import { foreignEdits, type ForeignEdit } from '../release/foreign-edits.ts';
import { parseManifest } from '../release/manifest.ts';
import { objectPath } from '../snapshot/object-path.ts';
import { readRelease } from '../snapshot/read-release.ts';
import { touchedOf, unsureWords, type HelmWrites } from './helm-writes.ts';
import type { World } from './world.ts';

type HelmStep = HelmUpgradeStep | HelmRollbackStep;

/** Milliseconds between two looks for a foreign record: one small question each, by label. */
const lookPause = 3000;

/** Fields of a manifest's objects that others have changed since a time of the API server's. What cannot be read is left out. */
export async function editsSince(
  { namespace }: Pick<HelmStep, 'namespace'>,
  manifest: string,
  since: Date,
  { reader }: Pick<World, 'reader'>,
): Promise<readonly ForeignEdit[]> {
  const objects = parseManifest(manifest);
  const paths = new Map<string, Promise<string>>();
  const read = async (object: KubeObject): Promise<KubeObject | undefined> => {
    const place = object.metadata.namespace ?? namespace;
    const key = `${object.apiVersion} ${object.kind} ${place}`;
    // Discovery is asked once a kind.
    const named = paths.get(key) ?? objectPath(reader, { ...refOf(object), namespace: place, name: '' });
    paths.set(key, named);
    try {
      return await reader.find(`${await named}${object.metadata.name}`);
    } catch (error) {
      if (isProblem(error)) return undefined;
      throw error;
    }
  };
  const live = (await Promise.all(objects.map(read))).filter((object) => object !== undefined);
  return foreignEdits(objects, live, namespace, since);
}

/** Looks out for others who work at a release while our helm does. */
export interface OtherHands {
  /** Tells of a revision that our helm did not make, once it is known how helm ended. Undefined where there is none. */
  foreignRevision(wrote: HelmWrites): Promise<Problem | undefined>;
  /** Names what others have written into the release's objects meanwhile, as faults. */
  tellEdits(): Promise<void>;
}

/**
 * Our helm makes one revision: the one after the newest that was seen before. Any other is somebody else's, and is told as soon
 * as it is there.
 * @param seenRevision the newest before helm began; undefined where nobody looked: then nothing is judged
 */
export function watchOtherHands(
  step: HelmStep,
  world: World,
  seenRevision: number | undefined,
  signal: AbortSignal,
): OtherHands {
  const began = world.clock.now();
  let told: number | undefined;
  const tell = (revision: number, what: string): void => {
    if (told === revision) return;
    told = revision;
    const object = { apiVersion: 'v1', kind: 'Secret', namespace: step.namespace, name: recordName(step, revision) };
    const fault = { code: 'FOREIGN_REVISION', object, message: what, lines: [], isCertain: false, graceSeconds: 0 };
    world.emit({ type: 'fault', step: step.id, fault });
  };
  if (seenRevision !== undefined) void lookOut(step, world, seenRevision + 2, signal, tell).catch(() => undefined);
  return {
    async foreignRevision(wrote) {
      if (seenRevision === undefined) return undefined;
      const release = await readRelease(world.reader, step.namespace, step.release).catch(() => undefined);
      const newest = release?.newest;
      // A helm whose first record was refused, since another's of that revision was there before, has written nothing.
      const own = touchedOf(wrote) === 'no' ? seenRevision : seenRevision + 1;
      if (newest === undefined || newest.revision <= own) return undefined;
      const what = foreignWords(step, newest.revision, `${newest.status} at ${newest.version}`);
      tell(newest.revision, what);
      return new Problem('FOREIGN_REVISION', what, {
        touched: touchedOf(wrote),
        details: { ...wrote },
        advice: [
          ...unsureWords(wrote),
          `See what they did: helm history ${step.release} -n ${step.namespace}`,
          'When they are done: liftlock resume shows what it found, and what it needs to go on',
        ],
      });
    },
    async tellEdits() {
      const { serverTime } = world;
      if (serverTime === undefined) return;
      const release = await readRelease(world.reader, step.namespace, step.release).catch(() => undefined);
      const manifest = release?.newestRecord?.manifest ?? '';
      for (const edit of await editsSince(step, manifest, serverTime(began), world)) {
        const message = `${edit.manager} has changed ${edit.field} of ${formatRef(edit.object)} at ${edit.at}, while helm was at work on ${step.release}`;
        const fault = { code: 'FOREIGN_WRITE', object: edit.object, message, since: edit.at };
        world.emit({
          type: 'fault',
          step: step.id,
          fault: world.redactor.json({ ...fault, lines: [], isCertain: false, graceSeconds: 0 }),
        });
      }
    },
  };
}

function foreignWords({ release }: HelmStep, revision: number, state: string): string {
  return `somebody else's helm has made revision ${revision} of ${release} (${state}) while ours was at work on it`;
}

function recordName({ release }: HelmStep, revision: number): string {
  return `sh.helm.release.v1.${release}.v${revision}`;
}

/** Asks for one revision by its label alone: the answer is empty as long as nobody else is at it. */
async function lookOut(
  step: HelmStep,
  { reader, clock }: World,
  revision: number,
  signal: AbortSignal,
  tell: (revision: number, what: string) => void,
): Promise<void> {
  const labelSelector = `owner=helm,name=${step.release},version=${revision}`;
  for (;;) {
    await clock.sleep(lookPause, signal);
    if (signal.aborted) return;
    const [record] = await reader
      .list(`/api/v1/namespaces/${step.namespace}/secrets`, { labelSelector })
      .catch(() => []);
    if (record === undefined) continue;
    tell(revision, foreignWords(step, revision, record.metadata.labels?.['status'] ?? 'unknown'));
    return;
  }
}
