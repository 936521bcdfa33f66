import type { Finding } from '../../model/finding.ts';
import { formatRef, nameWithin, type ObjectRef } from '../../model/kube.ts';
import type { ComponentSnapshot, Holdings } from '../../model/snapshot.ts';
import type { PreflightEvidence } from '../evidence.ts';
import { allowing, finding } from '../make-finding.ts';
import { isProtectedKind } from './protected-objects.ts';

const claimKind = 'PersistentVolumeClaim';

/** What an uninstall would take or endanger, for each component that somebody wants to uninstall and install again. */
export function reinstallFindings({
  snapshot,
  selected,
}: Pick<PreflightEvidence, 'snapshot' | 'selected'>): readonly Finding[] {
  return snapshot.components.flatMap((read) => {
    if (read.holdings === undefined || !selected.includes(read.name)) return [];
    return [
      ...claimFindings(read, read.holdings),
      ...volumeFindings(read.name, read.holdings),
      ...hookFindings(read, read.holdings),
      ...protectedFindings(read, read.holdings),
      ...addressFindings(read.name, read.holdings),
    ];
  });
}

function claimFindings(
  { name: component, release }: ComponentSnapshot,
  { claims, deletesClaims }: Holdings,
): readonly Finding[] {
  const within = (object: Pick<ObjectRef, 'namespace' | 'name'>) => nameWithin(object, release?.namespace ?? '');
  const sets = deletesClaims.map((object) =>
    finding({
      code: 'RETENTION_DELETES_CLAIMS',
      severity: 'blocker',
      component,
      object,
      field: 'spec.persistentVolumeClaimRetentionPolicy.whenDeleted',
      message: `${formatRef(object)} deletes its claims when it is deleted.`,
      remedies: [
        {
          id: `retain:statefulset/${within(object)}`,
          title: 'Tell it to keep them, first',
          destructive: false,
          byDefault: true,
          commands: [`--allow retain:statefulset/${within(object)}`],
        },
      ],
    }),
  );
  const going = claims.flatMap(({ namespace, name, volume, goesBecause }) => {
    if (goesBecause === undefined) return [];
    const behind = volume === '' ? 'no volume is bound to it' : `its volume is ${volume}`;
    return [
      finding({
        code: 'CLAIM_GOES_WITH_RELEASE',
        severity: 'blocker',
        component,
        object: { apiVersion: 'v1', kind: claimKind, namespace, name },
        message: `The uninstall takes PersistentVolumeClaim ${name} away: ${goesBecause}; ${behind}.`,
        remedies: [
          allowing(
            `rebind:pvc/${within({ namespace, name })}`,
            'Keep the volume, make the claim again and bind it to it',
            {
              destructive: true,
            },
          ),
        ],
      }),
    ];
  });
  return [...sets, ...going];
}

function volumeFindings(component: string, { claims, mayPatchVolumes }: Holdings): readonly Finding[] {
  if (mayPatchVolumes) return [];
  return claims.flatMap(({ name, volume, policy }) => {
    if (volume === '' || policy === 'Retain') return [];
    const what = policy === undefined ? 'may not be read' : `is ${policy}`;
    return [
      finding({
        code: 'VOLUME_NOT_RETAINED',
        severity: 'blocker',
        component,
        object: { apiVersion: 'v1', kind: 'PersistentVolume', name: volume },
        field: 'spec.persistentVolumeReclaimPolicy',
        message: `The reclaim policy of PersistentVolume ${volume}, of claim ${name}, ${what}, and this user may not change it.`,
        remedies: [
          {
            id: `ask:pv/${volume}`,
            title: 'Have it changed by somebody who may',
            destructive: false,
            commands: [
              `kubectl patch persistentvolume ${volume} --patch '{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}'`,
            ],
          },
        ],
      }),
    ];
  });
}

function hookFindings({ name: component, release }: ComponentSnapshot, { deleteHooks }: Holdings): readonly Finding[] {
  return deleteHooks.map(({ name, kind, events }) =>
    finding({
      code: 'DELETE_HOOK',
      severity: 'blocker',
      component,
      object: { apiVersion: kind === 'Job' ? 'batch/v1' : 'v1', kind, name, namespace: release?.namespace },
      message: `The uninstall runs the hook ${kind} ${name} (${events.join(', ')}): read what it does, helm get hooks ${release?.name ?? ''}.`,
      remedies: [
        allowing(`no-hooks:${component}`, 'Uninstall without running any hook'),
        allowing(`hook:${name}`, 'Let it run', { destructive: true }),
      ],
    }),
  );
}

/** O6: in upgrade, rollback and uninstall alike. Claims have findings of their own. */
function protectedFindings({ name: component, release }: ComponentSnapshot, { objects }: Holdings): readonly Finding[] {
  return objects
    .filter((object) => object.kind !== claimKind && isProtectedKind(object))
    .map((object) => {
      const id = `delete:${object.kind.toLowerCase()}/${nameWithin(object, release?.namespace ?? '')}`;
      return finding({
        code: 'UNINSTALL_DELETES_PROTECTED',
        severity: 'blocker',
        component,
        object,
        message: `The uninstall deletes ${formatRef(object)}, and what hangs from it.`,
        remedies: [allowing(id, 'Let helm delete it', { destructive: true })],
      });
    });
}

function addressFindings(component: string, { addresses }: Holdings): readonly Finding[] {
  return addresses.map(({ object, addresses: now, hosts }) =>
    finding({
      code: 'ADDRESS_MAY_CHANGE',
      severity: 'warning',
      component,
      object,
      message: `${formatRef(object)} has the address ${now.join(', ')} now and may get another${
        hosts.length === 0 ? '' : `; then the DNS records of ${hosts.join(', ')} must be changed`
      }.`,
    }),
  );
}
