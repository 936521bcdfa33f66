import { isJsonObject, type Json } from '../model/json.ts';
import type { KubeObject } from '../model/kube.ts';
import type { GrantedRule, Permission } from '../model/permission.ts';

const group = 'rbac.authorization.k8s.io';

/** Rules of the roles that charts make: the API server lets nobody grant more than they have themselves. */
export function grantedRules(objects: readonly KubeObject[], namespace: string): readonly GrantedRule[] {
  const roles = objects.filter(
    (object) => object.apiVersion.startsWith(`${group}/`) && /^(Cluster)?Role$/.test(object.kind),
  );
  return roles.flatMap((role) => {
    const place = role.kind === 'ClusterRole' ? '' : (role.metadata.namespace ?? namespace);
    return itemsOf((role as { readonly rules?: Json }).rules).map((rule) => ({
      namespace: place,
      apiGroups: textsOf(rule['apiGroups']),
      resources: textsOf(rule['resources']),
      verbs: textsOf(rule['verbs']),
      ...(rule['resourceNames'] === undefined ? {} : { resourceNames: textsOf(rule['resourceNames']) }),
      ...(rule['nonResourceURLs'] === undefined ? {} : { nonResourceURLs: textsOf(rule['nonResourceURLs']) }),
    }));
  });
}

/** To bind a role that no chart makes takes the verb `bind` on that very role. */
export function boundRoles(objects: readonly KubeObject[], namespace: string): readonly Permission[] {
  const made = new Set(objects.map(({ kind, metadata: { name } }) => `${kind}/${name}`));
  return objects.flatMap((object): readonly Permission[] => {
    if (!object.apiVersion.startsWith(`${group}/`) || !/^(Cluster)?RoleBinding$/.test(object.kind)) return [];
    const reference = (object as { readonly roleRef?: Json }).roleRef;
    if (!isJsonObject(reference)) return [];
    const { kind, name } = reference;
    if (typeof kind !== 'string' || typeof name !== 'string' || made.has(`${kind}/${name}`)) return [];
    return [
      {
        group,
        resource: kind === 'ClusterRole' ? 'clusterroles' : 'roles',
        verbs: ['bind'],
        names: [name],
        namespace:
          kind === 'ClusterRole' || object.kind === 'ClusterRoleBinding'
            ? ''
            : (object.metadata.namespace ?? namespace),
        purpose: 'forecast',
        lack: 'blocker',
        why: `${object.kind} ${object.metadata.name} of a chart binds it`,
      },
    ];
  });
}

function itemsOf(value: Json | undefined) {
  return Array.isArray(value) ? (value as readonly Json[]).filter(isJsonObject) : [];
}

function textsOf(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? (value as readonly Json[]).filter((item) => typeof item === 'string') : [];
}
