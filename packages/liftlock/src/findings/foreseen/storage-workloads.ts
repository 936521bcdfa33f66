import type { Finding } from '../../model/finding.ts';
import { refOf, type KubeObject } from '../../model/kube.ts';
import { parseQuantity } from '../../model/quantity.ts';
import { listAt, textAt } from '../faults/read.ts';
import { allowing, finding } from '../make-finding.ts';
import { nameOf, podTemplateOf, shortName, type Hop, type HopObject } from './hop.ts';

/** What is known of the claims that are there now: undefined where they may not be read. */
export type HasClaim = (namespace: string, claim: string) => boolean | undefined;

/**
 * Workloads with volumes of their own that appear, disappear or mount another volume than now: each accepted by the API
 * server, each able to leave the application without its data.
 */
export function storageFindings(hop: Hop, hasClaim: HasClaim): readonly Finding[] {
  const workloads = hop.objects.filter(({ hook, isWritten }) => hook === undefined && isWritten);
  return [
    ...workloads.flatMap((item) => appears(item, hop, hasClaim)),
    ...workloads.flatMap((item) => changes(item, hop, hasClaim)),
    ...hop.gone.flatMap((item) => disappears(item, hop)),
  ];
}

function blocker(
  item: HopObject,
  code: 'STORAGE_WORKLOAD_APPEARS' | 'STORAGE_WORKLOAD_DISAPPEARS' | 'CLAIM_CHANGED',
  message: string,
  remedy: { readonly id: string; readonly title: string; readonly destructive?: boolean },
): Finding {
  return finding({
    code,
    severity: 'blocker',
    component: item.component,
    object: { namespace: item.namespace, ...refOf(item.object) },
    message,
    remedies: [allowing(remedy.id, remedy.title, { destructive: remedy.destructive ?? false })],
  });
}

/** Kinds that run for long: a Job that writes into a volume is no database. */
const lasting = new Set(['Deployment', 'StatefulSet', 'DaemonSet']);

/** Names of the claims that the pods mount; of a StatefulSet's templates those of its first pod. */
function claimsOf(object: KubeObject): readonly string[] {
  if (!lasting.has(object.kind)) return [];
  const mounted = listAt(podTemplateOf(object)?.spec, 'volumes').map((volume) =>
    textAt(volume, 'persistentVolumeClaim', 'claimName'),
  );
  const made = templatesOf(object).map((template) => `${template.name}-${object.metadata.name}-0`);
  return [...new Set([...mounted, ...made])].filter((name) => name !== '');
}

interface ClaimTemplate {
  readonly name: string;
  readonly size: string;
  readonly storageClass: string;
}

function templatesOf({ kind, spec }: KubeObject): readonly ClaimTemplate[] {
  if (kind !== 'StatefulSet') return [];
  return listAt(spec, 'volumeClaimTemplates').map((template) => ({
    name: textAt(template, 'metadata', 'name'),
    size: textAt(template, 'spec', 'resources', 'requests', 'storage'),
    storageClass: textAt(template, 'spec', 'storageClassName'),
  }));
}

function placeOf({ object, namespace }: HopObject): string {
  return object.metadata.namespace ?? namespace;
}

/** A first installation has nothing that it could stand beside. */
function appears(item: HopObject, hop: Hop, hasClaim: HasClaim): readonly Finding[] {
  if (item.live !== undefined || hop.releases[item.order]?.isInstall === true) return [];
  const empty = claimsOf(item.object).filter((claim) => hasClaim(placeOf(item), claim) === false);
  if (empty.length === 0) return [];
  const rival = hop.gone.find(({ object, order }) => order === item.order && claimsOf(object).length > 0);
  const beside =
    rival === undefined ? '' : ` ${nameOf(rival)} with ${claimsOf(rival.object).join(', ')} leaves at the same time.`;
  return [
    blocker(
      item,
      'STORAGE_WORKLOAD_APPEARS',
      `${nameOf(item)} is new in ${item.component} and would start with empty volumes: ${empty.join(', ')} ${empty.length === 1 ? 'does' : 'do'} not exist.${beside}`,
      { id: `appears:${shortName(item.object)}`, title: 'Let it start with empty volumes' },
    ),
  ];
}

function disappears(item: HopObject, hop: Hop): readonly Finding[] {
  const claims = claimsOf(item.object);
  if (claims.length === 0) return [];
  const deleted = hop.gone
    .filter(({ object }) => object.kind === 'PersistentVolumeClaim' && claims.includes(object.metadata.name))
    .map(({ object }) => object.metadata.name);
  const isSwept = textAt(item.object.spec, 'persistentVolumeClaimRetentionPolicy', 'whenDeleted') === 'Delete';
  const going = isSwept ? claims : deleted;
  const fate =
    going.length > 0
      ? `${going.join(', ')} would be deleted with it`
      : `its claims stay (${claims.join(', ')}), with nothing that uses them`;
  return [
    blocker(
      item,
      'STORAGE_WORKLOAD_DISAPPEARS',
      `${nameOf(item)} leaves ${item.component}, and it has storage: ${fate}.`,
      { id: `disappears:${shortName(item.object)}`, title: 'Let it go', destructive: going.length > 0 },
    ),
  ];
}

function changes(item: HopObject, hop: Hop, hasClaim: HasClaim): readonly Finding[] {
  const { object, live } = item;
  // What the API server refuses is told as that.
  if (live === undefined || item.isRefused || !lasting.has(object.kind)) return [];
  const before = claimsOf(live);
  const after = claimsOf(object);
  const lost = before.filter((claim) => !after.includes(claim));
  const different = templateChanges(live, object);
  if (lost.length === 0 && different.length === 0) return [];
  const young = after.filter((claim) => !before.includes(claim));
  const empty = young.filter((claim) => hasClaim(placeOf(item), claim) === false);
  const instead =
    young.length === 0
      ? 'and no other in its place'
      : `but ${young.join(', ')}${empty.length === 0 ? '' : `, which ${empty.length === 1 ? 'does' : 'do'} not exist yet and would be empty`}`;
  const place = { component: item.component, object: { namespace: item.namespace, ...refOf(object) } };
  if (lost.length === 0) {
    const message = `${nameOf(item)} is made anew with ${different.join('; ')}.`;
    return [finding({ code: 'CLAIM_CHANGED', severity: 'warning', ...place, message })];
  }
  const parts = [`no longer ${lost.join(', ')}, ${instead}`, ...different];
  return [
    blocker(item, 'CLAIM_CHANGED', `The pods of ${nameOf(item)} would mount ${parts.join('; ')}.${fateOf(lost, hop)}`, {
      id: `claim:${shortName(object)}`,
      title: 'The new volumes are right',
    }),
  ];
}

function fateOf(lost: readonly string[], hop: Hop): string {
  const deleted = hop.gone.filter(
    ({ object }) => object.kind === 'PersistentVolumeClaim' && lost.includes(object.metadata.name),
  );
  return deleted.length === 0 ? ' The data stays where it is.' : ' The claim is deleted too.';
}

/** Same name, another size or class: only a workload that is made anew gets so far, and its claims stay as they are. */
function templateChanges(live: KubeObject, object: KubeObject): readonly string[] {
  const before = new Map(templatesOf(live).map((template) => [template.name, template]));
  return templatesOf(object).flatMap(({ name, size, storageClass }) => {
    const old = before.get(name);
    if (old === undefined) return [];
    const parts = [
      ...(parseQuantity(old.size) === parseQuantity(size) ? [] : [`size ${old.size} to ${size}`]),
      // A class that only one of them names is the default's, or was set by the server.
      ...(old.storageClass === '' || storageClass === '' || old.storageClass === storageClass
        ? []
        : [`class ${old.storageClass} to ${storageClass}`]),
    ];
    return parts.length === 0
      ? []
      : [`claims from the template ${name} that go from ${parts.join(' and ')} (those that exist stay as they are)`];
  });
}
