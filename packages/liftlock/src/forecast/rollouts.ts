import { podTemplateOf, type HopObject } from '../findings/foreseen/hop.ts';
import { nodesFor } from '../findings/foreseen/nodes-for.ts';
import { rolloutFindings } from '../findings/foreseen/rollouts.ts';
import { listAt, textAt } from '../findings/faults/read.ts';
import { isJsonObject, type Json } from '../model/json.ts';
import type { KubeObject } from '../model/kube.ts';
import { isProblem } from '../model/problem.ts';
import type { Unread } from '../model/snapshot.ts';
import type { HopLook, LookParts } from './foreseen-release.ts';
import { makesNewPods } from './judge-pods.ts';
import { readHop } from './read-hop.ts';

/** Rollouts that cannot make progress though every object is accepted (O15). */
export const rolloutsOf: HopLook = async (releases, parts) => {
  const hop = await readHop(releases, parts);
  // After an uninstall nothing is left that a new pod would have to wait for.
  const isRolled = ({ order }: HopObject) => hop.releases[order]?.isInstall !== true;
  const workloads = hop.objects.filter(
    (item) => item.hook === undefined && item.live !== undefined && isRolled(item) && makesNewPods(item),
  );
  const unforeseen: Unread[] = [];
  const claims = new Map<string, KubeObject>();
  const pods = new Map<HopObject, readonly string[]>();
  const keyOf = (of: HopObject, claim: string) => `${placeOf(of)}/${claim}`;
  await Promise.all([
    ...workloads.flatMap((item) =>
      claimsOf(item).map(async (claim) => {
        const comes = hop.objects.find(
          ({ object }) => object.kind === 'PersistentVolumeClaim' && object.metadata.name === claim,
        );
        const found = comes?.object ?? (await readClaim(item, claim, parts, unforeseen));
        if (found !== undefined) claims.set(keyOf(item, claim), found);
      }),
    ),
    ...workloads.filter(isOnDelete).map(async (item) => pods.set(item, await podNames(item, parts))),
  ]);
  return {
    findings: rolloutFindings({
      workloads,
      accessModes: (of, claim) => modesOf(claims.get(keyOf(of, claim))),
      pods: (of) => pods.get(of) ?? [],
      health: parts.snapshot.health,
      nodesFor: (spec) => nodesFor(spec, parts.snapshot.nodes),
      fixedNodes: parts.fixedNodes === true,
    }),
    unforeseen,
  };
};

function placeOf({ object, namespace }: HopObject): string {
  return object.metadata.namespace ?? namespace;
}

function claimsOf({ object }: HopObject): readonly string[] {
  if (object.kind !== 'Deployment') return [];
  const names = listAt(podTemplateOf(object)?.spec, 'volumes').map((volume) =>
    textAt(volume, 'persistentVolumeClaim', 'claimName'),
  );
  return [...new Set(names)].filter((name) => name !== '');
}

async function readClaim(
  item: HopObject,
  claim: string,
  { reader }: LookParts,
  unforeseen: Unread[],
): Promise<KubeObject | undefined> {
  try {
    return await reader.find(`/api/v1/namespaces/${placeOf(item)}/persistentvolumeclaims/${claim}`);
  } catch (error) {
    if (!isProblem(error)) throw error;
    unforeseen.push({ what: `whether a rollout can share the claim ${claim}`, why: error.message });
    return undefined;
  }
}

function modesOf(claim: KubeObject | undefined): readonly string[] | undefined {
  const modes = claim?.spec?.['accessModes'];
  return Array.isArray(modes) ? (modes as readonly Json[]).filter((mode) => typeof mode === 'string') : undefined;
}

function isOnDelete({ object }: HopObject): boolean {
  return textAt(object.spec, 'updateStrategy', 'type') === 'OnDelete';
}

/** The pods that it has now; without permission, none is named. */
async function podNames(item: HopObject, { reader }: LookParts): Promise<readonly string[]> {
  const labels = item.object.spec?.['selector'];
  const wanted = isJsonObject(labels) && isJsonObject(labels['matchLabels']) ? labels['matchLabels'] : {};
  const labelSelector = Object.entries(wanted)
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : ''}`)
    .join(',');
  try {
    const pods = await reader.list(`/api/v1/namespaces/${placeOf(item)}/pods`, { labelSelector });
    const own = pods.filter(({ metadata }) =>
      metadata.ownerReferences?.some(
        ({ kind, name }) => kind === item.object.kind && name === item.object.metadata.name,
      ),
    );
    return own.map(({ metadata }) => metadata.name).toSorted();
  } catch (error) {
    if (isProblem(error)) return [];
    throw error;
  }
}
