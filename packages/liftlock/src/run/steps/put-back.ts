import { formatRef, type KubeObject, type ObjectRef } from '../../model/kube.ts';
import { Problem } from '../../model/problem.ts';
import type { KeptClaim, PutBackStep } from '../../model/step.ts';
import { contentDigest } from '../../release/object-content.ts';
import { restorable } from '../../release/restorable.ts';
import { copiesPath, findLive, readAside } from '../aside.ts';
import { isBoundTo, rebind } from '../rebind.ts';
import type { Handler, World } from '../world.ts';

/** Puts kept Secrets, ConfigMaps and claims back as the release's own, and proves it before anything is installed (O4, O5). */
export const putBack: Handler<'put-back'> = {
  async observe(step, world) {
    const open = await openOf(step, world);
    if (open.length === 0) return { observation: 'done', note: 'everything is there as it was' };
    return { observation: 'todo', note: `to be put back: ${open.join(', ')}` };
  },

  async act(step, world) {
    for (const { object } of step.kept) {
      const live = await findLive(world, object);
      const kept = await readAside(world, step.component, object);
      if (live === undefined) await world.writer.create(copiesPath(object), owned(kept, step));
      else if (contentDigest(live) !== contentDigest(kept)) throw taken(object);
    }
    for (const claim of reboundOf(step)) await rebind(await readAside(world, step.component, refOfClaim(claim)), world);
    return { touched: 'no', writes: 0 };
  },

  async confirm(step, world) {
    const until = world.clock.now().getTime() + step.timeoutSeconds * 1000;
    for (;;) {
      const open = await openOf(step, world);
      if (open.length === 0) return { note: noteOf(step) };
      if (world.clock.now().getTime() >= until || world.stop.signal.aborted) throw notBack(open);
      await world.clock.sleep(500, world.stop.signal);
    }
  },
};

function noteOf(step: PutBackStep): string {
  const names = [
    ...step.kept.map(({ object }) => `${object.kind} ${object.name}`),
    ...reboundOf(step).map(({ name, volume }) => `PersistentVolumeClaim ${name} on ${volume}`),
  ];
  return names.length === 0 ? 'nothing went that must be there' : `as they were: ${names.join(', ')}`;
}

/** A claim that never had a volume comes with the chart. */
function reboundOf({ claims }: PutBackStep): readonly KeptClaim[] {
  return claims.filter((claim) => claim.isRebound && claim.volume !== '');
}

function refOfClaim({ namespace, name }: KeptClaim): ObjectRef {
  return { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name };
}

/** What is not there as it was; every other claim must still be on its volume as well. */
async function openOf(step: PutBackStep, world: World): Promise<readonly string[]> {
  const open: string[] = [];
  for (const { object } of step.kept) {
    const live = await findLive(world, object);
    if (live === undefined || contentDigest(live) !== contentDigest(await readAside(world, step.component, object)))
      open.push(formatRef(object));
  }
  for (const claim of step.claims.filter((item) => item.volume !== ''))
    if (!(await isBoundTo(claim.volume, claim, world))) open.push(formatRef(refOfClaim(claim)));
  return open;
}

/**
 * The object as the release's own: helm finds it by its label and annotations, and the chart by its `lookup`.
 * Source: helm pkg/action/validate.go, checkOwnership.
 */
function owned(kept: KubeObject, { release, namespace }: PutBackStep): KubeObject {
  const { metadata, ...rest } = restorable(kept);
  const { ownerReferences: _owners, finalizers: _finalizers, ...own } = metadata;
  return {
    ...rest,
    metadata: {
      ...own,
      labels: { ...own.labels, 'app.kubernetes.io/managed-by': 'Helm' },
      annotations: {
        ...own.annotations,
        'meta.helm.sh/release-name': release,
        'meta.helm.sh/release-namespace': namespace,
      },
    },
  };
}

function taken(object: ObjectRef): Problem {
  return new Problem('KEPT_OBJECT_TAKEN', `${formatRef(object)} was made anew by somebody else, with other content.`, {
    touched: 'yes',
    advice: [
      'Nothing is installed, and nothing is written over. If the new one may go, delete it, then: liftlock resume',
    ],
  });
}

function notBack(open: readonly string[]): Problem {
  return new Problem('NOT_PUT_BACK', `Not there as it was: ${open.join(', ')}. Nothing is installed.`, {
    touched: 'yes',
    advice: ['See why: kubectl describe KIND NAME', 'When it is mended: liftlock resume'],
  });
}
