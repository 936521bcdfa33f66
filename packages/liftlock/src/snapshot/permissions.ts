import type { KubeObject } from '../model/kube.ts';
import { isNeededFor, type Permission } from '../model/permission.ts';
import type { ClusterReader } from '../model/ports.ts';
import type { MissingPermission, Unread } from '../model/snapshot.ts';
import { kindPermissions, permissionsIn } from '../plan/permissions.ts';
import { readServedKinds } from './served-kinds.ts';

/** Asks the API server, by SelfSubjectAccessReview, for every verb of some permissions; those of `shown` tell themselves. */
export async function missingPermissions(
  reader: Pick<ClusterReader, 'canI'>,
  permissions: readonly Permission[],
): Promise<readonly MissingPermission[]> {
  const questions = new Map<string, MissingPermission & { readonly group: string; readonly plural: string }>();
  for (const { group, resource, verbs, namespace, names, purpose, lack } of permissions) {
    // A review about one name says nothing of the others; what is refused tells itself.
    if (lack === 'shown' || names !== undefined) continue;
    for (const verb of verbs) {
      const named = group === '' ? resource : `${resource}.${group}`;
      const key = `${verb} ${named} ${namespace}`;
      const before = questions.get(key);
      questions.set(key, {
        verb,
        resource: named,
        namespace,
        purpose: before === undefined || isNeededFor(purpose, before.purpose) ? purpose : before.purpose,
        // One that asks may be content with less than another.
        lack: before?.lack === 'blocker' ? 'blocker' : lack,
        group,
        plural: resource,
      });
    }
  }
  const asked = [...questions.values()].toSorted((a, b) => order(a) - order(b));
  const answers = await Promise.all(
    asked.map(async ({ group, plural, ...missing }) =>
      (await reader.canI(missing.verb, group, plural, missing.namespace)) ? [] : [missing],
    ),
  );
  return answers.flat();
}

const verbOrder = ['get', 'create', 'update', 'patch', 'delete', 'list', 'watch'];

function order({ verb }: MissingPermission): number {
  return verbOrder.indexOf(verb);
}

/** What every upgrade needs in a namespace, and what the objects of its releases there do. */
export async function upgradePermissions(
  reader: Pick<ClusterReader, 'find'>,
  namespace: string,
  objects: readonly KubeObject[],
): Promise<readonly Permission[]> {
  const resolve = await readServedKinds(reader, objects);
  const kinds = objects.flatMap((object) =>
    kindPermissions(resolve(object), object.metadata.namespace ?? namespace, isHook(object)),
  );
  return [...permissionsIn(namespace), ...kinds];
}

/** True for what helm makes apart from the release, and waits for. */
function isHook({ metadata }: KubeObject): boolean {
  return metadata.annotations?.['helm.sh/hook'] !== undefined;
}

/** What nobody could look at, for want of a permission. */
export function unreadOf(missing: readonly MissingPermission[], user: string): readonly Unread[] {
  return missing
    .filter(({ lack }) => lack === 'unread')
    .map(({ verb, resource, namespace }) => ({
      what: resource,
      why: `${user} may not ${verb} ${resource} in ${namespace === '' ? 'the cluster' : namespace}.`,
    }));
}
