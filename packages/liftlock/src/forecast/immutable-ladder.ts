import { lossOf } from '../findings/foreseen/recreation.ts';
import { allowing, shellWord } from '../findings/make-finding.ts';
import type { Remedy } from '../model/finding.ts';
import { formatRef, type KubeObject, type ObjectRef } from '../model/kube.ts';
import { dropRemedy, orphansPods, recreateRemedy } from '../plan/remedy-steps.ts';
import { replaceObjectStep } from '../plan/steps/replace-object.ts';
import type { HelmStep, LookParts } from './foreseen-release.ts';
import { hangingClaims } from './hanging-claims.ts';

export interface ImmutableChange {
  readonly step: HelmStep;
  readonly object: ObjectRef;
  readonly live?: KubeObject | undefined;
  /** The method of the request that was refused. */
  readonly method?: string | undefined;
}

/**
 * The remedies for a field that cannot be changed, the least destructive first. Recreating is never offered where data would
 * go: for claims, volumes, namespaces, CRDs, custom resources, and what claims hang from.
 */
export async function immutableLadder(
  change: ImmutableChange,
  { reader, mayReinstall }: Pick<LookParts, 'reader' | 'mayReinstall'>,
): Promise<readonly Remedy[]> {
  const { step } = change;
  // A rollback is planned without remedies: what is possible there a person does.
  if (step.kind !== 'helm-upgrade') return [];
  const drop = step.force === true && change.method === 'PUT' ? [dropForce(step.component)] : [];
  const last = mayReinstall?.(step.component);
  return [...drop, ...(await recreateRung(change, reader)), ...(last === undefined ? [] : [last])];
}

/** The guide's --force goes: it destroys nothing, and the plan does so by itself. */
export function dropForce(component: string): Remedy {
  return {
    ...allowing(
      dropRemedy(component, '--force'),
      'Leave --force out: helm then patches objects instead of replacing them',
    ),
    byDefault: true,
  };
}

async function recreateRung(
  { step, object, live }: ImmutableChange,
  reader: LookParts['reader'],
): Promise<readonly Remedy[]> {
  const loss = lossOf(object, live);
  if (loss === undefined) return [];
  const orphans = orphansPods(object.kind);
  if (live !== undefined && !orphans) {
    const claims = await hangingClaims(live, reader);
    if (claims.names.length > 0 || claims.unread !== undefined) return [];
  }
  const id = recreateRemedy(object, step.namespace);
  const remedy = allowing(id, `Delete ${formatRef(object)} and let helm make it anew: ${loss}`, { destructive: true });
  const { command = [] } = replaceObjectStep({ id, title: id, component: '', object, orphansPods: orphans });
  return [{ ...remedy, commands: [...remedy.commands, command.map(shellWord).join(' ')] }];
}
