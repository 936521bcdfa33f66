import type { KubeObject } from '../model/kube.ts';
import type { NeededPermissions } from '../model/needed-permissions.ts';
import { isNeededFor, type Permission, type Purpose } from '../model/permission.ts';
import { boundRoles, gatheringRoles, grantedRules } from '../plan/granted-rules.ts';
import {
  clusterPermissions,
  kindPermissions,
  leasePermission,
  permissionsIn,
  queryPermission,
} from '../plan/permissions.ts';
import { receiptPermissions } from '../plan/receipt-permissions.ts';
import { stepPermissions, type ResolveKind } from '../plan/step-permissions.ts';
import { usualKinds } from '../plan/usual-kinds.ts';
import { parseManifest } from '../release/manifest.ts';
import { readReleaseRecord } from '../release/release-record.ts';
import { namespacesOf } from '../snapshot/namespaces.ts';
import { guessKind, readServedKinds } from '../snapshot/served-kinds.ts';
import type { Described, OpenSite } from './open-site.ts';
import type { Planned } from './plan-upgrade.ts';
import { namedKinds } from './step-permissions.ts';

/** An object of a chart, and the namespace of its release. */
interface Placed {
  readonly object: KubeObject;
  readonly namespace: string;
}

/** What a purpose needs: of the definition, the releases as they are, and the charts and steps of a plan. */
export async function neededPermissions(
  site: OpenSite,
  { plan, snapshot, worlds }: Planned,
  purpose: Purpose,
): Promise<NeededPermissions> {
  const live = snapshot.components.flatMap(({ release }) => [
    ...placed(release?.manifest, release?.namespace),
    ...placed(release?.newestRecord?.manifest, release?.namespace),
  ]);
  const records = worlds.flatMap((world) => world.records ?? []).map((secret) => readReleaseRecord(secret).record);
  const rendered = records.flatMap((record) =>
    record === undefined
      ? []
      : [record.manifest, ...record.hooks.map((hook) => hook.manifest)].flatMap((text) =>
          placed(text, record.namespace),
        ),
  );
  const objects = [...live, ...rendered];
  const steps = [...plan.steps, ...plan.ahead.flatMap((hop) => hop.steps)];
  const queries = queriesOf(site);
  const resolve = await readServedKinds(site.reader, [
    ...objects.map(({ object }) => object),
    ...namedKinds(steps),
    ...queries,
  ]);
  const isRendered = records.some((record) => record !== undefined) || plan.steps.length === 0;
  return needed(site, purpose, {
    permissions: [
      ...objects.flatMap(({ object, namespace }) =>
        kindPermissions(
          resolve(object),
          object.metadata.namespace ?? namespace,
          object.metadata.annotations?.['helm.sh/hook'] !== undefined,
        ),
      ),
      ...boundBy(objects),
      ...steps.flatMap((step) => stepPermissions(step, resolve)),
      ...queryPermissions(site, resolve),
    ],
    granted: grantedBy(objects),
    notes: [
      ...(isRendered
        ? []
        : ['The new charts could not be rendered here: kinds that they add to the releases are not in it.']),
      ...[...new Set(gatheringRoles(objects.map(({ object }) => object)))].map(
        (name) =>
          `ClusterRole ${name} has an aggregationRule: only who may do everything in the cluster can make it, or change that rule.` +
          ' Such a person has to do this upgrade where that is new in it.',
      ),
    ],
  });
}

/** What the definition alone tells: the kinds that charts usually hold, in the namespaces of the platform. */
export function offlinePermissions(described: Described, purpose: Purpose): NeededPermissions {
  return needed(described, purpose, {
    permissions: [
      ...namespacesOf(described.platform, described.namespace).flatMap((namespace) =>
        usualKinds.flatMap((kind) => kindPermissions(kind, namespace, kind.group === 'batch')),
      ),
      ...queryPermissions(described, guessKind),
    ],
    granted: [],
    notes: [
      'Made without a look at the cluster: wider than this site needs in its namespaces, and without what charts hold outside of them,' +
        ' custom resources, what their own roles grant, and what the steps of migrations need.',
    ],
  });
}

function needed(
  described: Described,
  purpose: Purpose,
  own: Pick<NeededPermissions, 'permissions' | 'granted' | 'notes'>,
): NeededPermissions {
  const { platform, namespace, site } = described;
  const permissions = [
    ...namespacesOf(platform, namespace).flatMap(permissionsIn),
    leasePermission(namespace),
    ...clusterPermissions(namespacesOf(platform, namespace)),
    ...receiptPermissions(platform, site, namespace),
    ...own.permissions,
  ];
  return {
    purpose,
    platform: platform.metadata.title,
    namespace,
    permissions: permissions.filter((permission) => isNeededFor(permission.purpose, purpose)),
    granted: purpose === 'read' ? [] : own.granted,
    notes: own.notes,
  };
}

function placed(manifest: string | undefined, namespace: string | undefined): readonly Placed[] {
  return namespace === undefined ? [] : parseManifest(manifest ?? '').map((object) => ({ object, namespace }));
}

/** Roles and bindings are looked at by namespace: names count there. */
function byNamespace<T>(
  objects: readonly Placed[],
  of: (objects: readonly KubeObject[], namespace: string) => readonly T[],
) {
  const groups = Map.groupBy(objects, ({ namespace }) => namespace);
  return [...groups].flatMap(([namespace, items]) =>
    of(
      items.map(({ object }) => object),
      namespace,
    ),
  );
}

function grantedBy(objects: readonly Placed[]) {
  return byNamespace(objects, grantedRules);
}

function boundBy(objects: readonly Placed[]): readonly Permission[] {
  return byNamespace(objects, boundRoles);
}

function queriesOf({ platform }: Pick<Described, 'platform'>) {
  return Object.values(platform.facts).flatMap((fact) => ('objects' in fact ? [fact.objects] : []));
}

function queryPermissions(described: Described, resolve: ResolveKind): readonly Permission[] {
  return queriesOf(described).map((query) => queryPermission(query, resolve(query), described.namespace));
}
