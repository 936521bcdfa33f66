import { parse, stringify } from 'yaml';
import { counted } from '../../model/counted.ts';
import { digestOf } from '../../model/digest.ts';
import { canonicalJson, type JsonObject } from '../../model/json.ts';
import type { KubeObject, ObjectRef } from '../../model/kube.ts';
import { isProblem, Problem } from '../../model/problem.ts';
import type { KeptClaim, PutAsideStep } from '../../model/step.ts';
import { contentDigest } from '../../release/object-content.ts';
import { readRelease } from '../../snapshot/read-release.ts';
import {
  asideFile,
  asideFolder,
  copiesPath,
  copyOf,
  copyPath,
  findCopy,
  findLive,
  isAside,
  proveAside,
  runOf,
  writeIndex,
} from '../aside.ts';
import type { Handler, World } from '../world.ts';

/** Copies what must survive an uninstall, and reads it back: without that nothing is uninstalled (D13, O4). */
export const putAside: Handler<'put-aside'> = {
  async observe(step, world) {
    if (!(await isAside(world, step.component))) return { observation: 'todo', note: 'nothing is put aside yet' };
    await proveAside(world, step.component, refsOf(step));
    return { observation: 'done', note: 'it is put aside' };
  },

  async act(step, world) {
    const digests: Record<string, string> = {};
    const keep = async (file: string, text: string) => {
      await world.folder.writeSecret(file, text);
      digests[file] = digestOf(text);
    };
    await keepRelease(step, world, keep);
    for (const ref of [...step.objects, ...step.kept.map((item) => item.object), ...step.claims.flatMap(claimRefs)]) {
      const live = await findWhereAllowed(world, ref);
      if (live !== undefined) await keep(asideFile(step.component, ref), JSON.stringify(live, null, 2));
    }
    for (const { object } of step.kept) await copy(step, object, world);
    await writeIndex(world, step.component, digests);
    return { touched: 'no', writes: 0 };
  },

  async confirm(step, world) {
    await proveAside(world, step.component, refsOf(step));
    const objects = counted(step.kept.length, 'object');
    return {
      note: `values in ${world.folder.path}/${asideFolder(step.component)}/current-values.yml; ${objects} copied beside the release`,
    };
  },
};

function refsOf(step: PutAsideStep): readonly ObjectRef[] {
  return step.kept.map(({ object }) => object);
}

/** A claim and the volume behind it. */
function claimRefs({ namespace, name, volume }: KeptClaim): readonly ObjectRef[] {
  const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name };
  return volume === '' ? [claim] : [claim, { apiVersion: 'v1', kind: 'PersistentVolume', name: volume }];
}

/** Volumes belong to the whole cluster: who may not read them has been told so by the plan. */
async function findWhereAllowed(world: World, ref: ObjectRef): Promise<KubeObject | undefined> {
  try {
    return await findLive(world, ref);
  } catch (error) {
    if (ref.kind === 'PersistentVolume' && isProblem(error) && error.code === 'CLUSTER_REFUSED') return undefined;
    throw error;
  }
}

/** The values as a file that parses back to the same, and the manifest. */
async function keepRelease(
  step: PutAsideStep,
  world: World,
  keep: (file: string, text: string) => Promise<void>,
): Promise<void> {
  const release = await readRelease(world.reader, step.namespace, step.release);
  if (release === undefined) {
    throw new Problem(
      'WORLD_MOVED',
      `Release ${step.release} is not there any more, and this run did not uninstall it.`,
      {
        advice: ['Someone else works on it. Look at helm list, then start again: liftlock apply'],
      },
    );
  }
  world.redactor.learnValues(release.values);
  const folder = asideFolder(step.component);
  const values = stringify(release.values);
  if (canonicalJson(parse(values) as JsonObject) !== canonicalJson(release.values)) {
    throw new Problem(
      'VALUES_NOT_EXPORTED',
      `The values of ${step.release} cannot be written as a file that holds the same.`,
      {
        advice: [`Compare: helm get values ${step.release} -n ${step.namespace} -o json`],
      },
    );
  }
  await keep(`${folder}/current-values.yml`, values);
  await keep(`${folder}/manifest.yaml`, release.manifest);
}

async function copy(step: PutAsideStep, object: ObjectRef, world: World): Promise<void> {
  const live = await findLive(world, object);
  if (live === undefined) return;
  const before = await findCopy(world, object);
  if (before !== undefined && contentDigest(before) === contentDigest(live)) return;
  // A copy that is there and differs was made by an earlier try of this very run.
  if (before !== undefined) await world.writer.delete(copyPath(runOf(world), object), { uid: before.metadata.uid });
  await world.writer.create(copiesPath(object), copyOf(live, runOf(world), step.component));
}
