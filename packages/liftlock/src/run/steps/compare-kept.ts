import { textAt } from '../../findings/faults/read.ts';
import { shellWord } from '../../findings/make-finding.ts';
import { formatRef, type KubeObject, type ObjectRef } from '../../model/kube.ts';
import { Problem } from '../../model/problem.ts';
import type { CompareKeptStep, KeptClaim } from '../../model/step.ts';
import { retainCommand } from '../../plan/steps/retain-volumes.ts';
import { contentOf } from '../../release/object-content.ts';
import { copyPath, findCopy, findLive, readAside, runOf } from '../aside.ts';
import { claimPath } from '../rebind.ts';
import type { Handler, World } from '../world.ts';
import { volumePath } from './retain-volumes.ts';

/**
 * After the installation: claims, volumes and the content of Secrets are what they were. Then the reclaim policies go back
 * where that cannot delete (O5), and the copies in the cluster are removed.
 */
export const compareKept: Handler<'compare-kept'> = {
  async observe(step, world) {
    await proveSame(step, world);
    const open = [...(await retainedStill(step, world)).map(({ volume }) => volume), ...(await copiesOf(step, world))];
    if (open.length === 0) return { observation: 'done', note: 'all is as it was' };
    return { observation: 'todo', note: `to tidy up: ${open.join(', ')}` };
  },

  async act(step, world) {
    for (const { volume, policy } of await retainedStill(step, world))
      if (policy !== undefined)
        await world.writer.patch(volumePath(volume), { spec: { persistentVolumeReclaimPolicy: policy } });
    for (const path of await copiesOf(step, world)) await world.writer.delete(path);
    return { touched: 'no', writes: 0 };
  },

  async confirm(step, world) {
    await proveSame(step, world);
    const claims = step.claims.filter((claim) => claim.volume !== '').map(({ name, volume }) => `${name} on ${volume}`);
    const objects = step.kept.map(({ object }) => `${object.kind} ${object.name}`);
    const left = await leftRetained(step, world);
    const commands = left.map((claim) => retainCommand([claim.volume], claim.policy).map(shellWord).join(' '));
    return {
      note: [
        `as before: ${[...claims, ...objects].join(', ') || 'there was nothing to keep'}`,
        ...(left.length === 0
          ? []
          : [
              `left on Retain, because it is not bound to the claim that it had: ${left.map(({ volume }) => volume).join(', ')}; ${commands.join('; ')}`,
            ]),
      ].join('. '),
    };
  },
};

/** Throws KEPT_DIFFERS: the copies then stay, and the volumes on Retain. */
async function proveSame(step: CompareKeptStep, world: World): Promise<void> {
  const different: string[] = [];
  for (const claim of step.claims) {
    const live = await world.reader.find(claimPath(claim.namespace, claim.name));
    const volume = textAt(live?.spec, 'volumeName');
    const isSame =
      live !== undefined && volume === claim.volume && (claim.isRebound || live.metadata.uid === claim.uid);
    // A claim that had no volume has none to lose.
    if (!isSame && claim.volume !== '')
      different.push(`claim ${claim.name} is on ${volume || 'no volume'}, it was on ${claim.volume}`);
  }
  const restores: string[] = [];
  for (const { object } of step.kept) {
    const live = await findLive(world, object);
    // A ConfigMap comes from the chart and the values, and may well say something else now.
    if (object.kind !== 'Secret') continue;
    const kept = await readAside(world, step.component, object);
    const lost = live === undefined ? ['everything'] : changedKeys(kept, live, foreseenFields(step, object, world));
    if (lost.length === 0) continue;
    different.push(
      live === undefined
        ? `${formatRef(object)} is gone`
        : `${formatRef(object)} holds something else: ${lost.join(', ')}`,
    );
    restores.push(`liftlock restore ${runOf(world)} --only secret/${object.name}`);
  }
  if (different.length === 0) return;
  throw new Problem('KEPT_DIFFERS', `Not as before: ${different.join('; ')}.`, {
    touched: 'yes',
    advice: [
      'The copies are kept and the volumes stay on Retain.',
      ...(restores.length === 0 ? [`Put one object back as it was: liftlock restore ${runOf(world)}`] : []),
      ...restores.map((command) => `Put it back as it was: ${command}`),
    ],
  });
}

/** Keys whose value is gone or another, save those that the plan has shown and everybody agreed to. */
export function changedKeys(kept: KubeObject, live: KubeObject, foreseen: ReadonlySet<string>): readonly string[] {
  const now = contentOf(live);
  return Object.entries(contentOf(kept)).flatMap(([key, value]) =>
    now[key] === value || foreseen.has(`data.${key}`) ? [] : [key],
  );
}

/** Fields that the forecast saw change, with what values and chart say: one made up by the chart would have been a blocker. */
function foreseenFields(step: CompareKeptStep, ref: ObjectRef, world: World): ReadonlySet<string> {
  const changes = world.plan.forecast.changes[step.component] ?? [];
  const own = changes.filter(({ object }) => formatRef({ namespace: step.namespace, ...object }) === formatRef(ref));
  // Dots in a key are not escaped there, as in tls.crt: the path is compared as a whole.
  return new Set(own.flatMap(({ fields }) => fields.map(({ path }) => path)));
}

/** Volumes on Retain that were on something else, and whose way back cannot delete them: bound to the claim that is recorded. */
async function retainedStill(step: CompareKeptStep, world: World): Promise<readonly KeptClaim[]> {
  return (await onRetain(step, world)).filter((item) => item.isSafe).map((item) => item.claim);
}

/** The others: they stay on Retain. */
async function leftRetained(step: CompareKeptStep, world: World): Promise<readonly KeptClaim[]> {
  return (await onRetain(step, world)).filter((item) => !item.isSafe).map((item) => item.claim);
}

async function onRetain(step: CompareKeptStep, world: World) {
  const found: { readonly claim: KeptClaim; readonly isSafe: boolean }[] = [];
  for (const claim of step.claims) {
    if (claim.volume === '' || claim.policy === undefined || claim.policy === 'Retain') continue;
    const volume = await world.reader.find(volumePath(claim.volume));
    if (volume === undefined || textAt(volume.spec, 'persistentVolumeReclaimPolicy') !== 'Retain') continue;
    const live = await world.reader.find(claimPath(claim.namespace, claim.name));
    const holder = textAt(volume.spec, 'claimRef', 'uid');
    const isRecorded = live !== undefined && (claim.isRebound || live.metadata.uid === claim.uid);
    const isBound = textAt(volume.status, 'phase') === 'Bound' && holder !== '' && holder === live?.metadata.uid;
    found.push({ claim, isSafe: isRecorded && isBound && live.metadata.deletionTimestamp === undefined });
  }
  return found;
}

async function copiesOf(step: CompareKeptStep, world: World): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const { object } of step.kept)
    if ((await findCopy(world, object)) !== undefined) paths.push(copyPath(runOf(world), object));
  return paths;
}
