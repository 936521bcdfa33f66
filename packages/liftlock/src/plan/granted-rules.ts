import { isJsonObject, jsonAt, type Json } from '../model/json.ts';
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

/**
 * To bind a role that no chart makes takes the verb `bind` on that very role, in the place of the binding: who may bind a ClusterRole
 * in one namespace has no say in the others. Source: kubernetes pkg/registry/rbac/escalation_check.go, BindingAuthorized.
 */
export function boundRoles(objects: readonly KubeObject[], namespace: string): readonly Permission[] {
  const placeOf = ({ metadata }: KubeObject) => metadata.namespace ?? namespace;
  const made = new Set(objects.map((object) => roleKey(object.kind, object.metadata.name, placeOf(object))));
  return objects.flatMap((object): readonly Permission[] => {
    if (!object.apiVersion.startsWith(`${group}/`) || !/^(Cluster)?RoleBinding$/.test(object.kind)) return [];
    const reference = (object as { readonly roleRef?: Json }).roleRef;
    if (!isJsonObject(reference)) return [];
    const { kind, name } = reference;
    if (typeof kind !== 'string' || typeof name !== 'string') return [];
    if (made.has(roleKey(kind, name, placeOf(object)))) return [];
    return [
      {
        group,
        resource: kind === 'ClusterRole' ? 'clusterroles' : 'roles',
        verbs: ['bind'],
        names: [name],
        namespace: object.kind === 'ClusterRoleBinding' ? '' : placeOf(object),
        purpose: 'forecast',
        lack: 'blocker',
        why: `${object.kind} ${object.metadata.name} of a chart binds it`,
      },
    ];
  });
}

/** A Role of the same name in another namespace is another one. */
function roleKey(kind: string, name: string, namespace: string): string {
  return kind === 'ClusterRole' ? `${kind}/${name}` : `${kind}/${namespace}/${name}`;
}

/**
 * Names of the ClusterRoles that gather the rules of others. The API server lets only those make or change one who may do everything
 * in the cluster. Source: kubernetes pkg/registry/rbac/clusterrole/policybased/storage.go.
 */
export function gatheringRoles(objects: readonly KubeObject[]): readonly string[] {
  return objects.flatMap((object) => {
    if (object.kind !== 'ClusterRole' || !object.apiVersion.startsWith(`${group}/`)) return [];
    const rule = (object as { readonly aggregationRule?: Json }).aggregationRule;
    const selectors = jsonAt(rule, ['clusterRoleSelectors']);
    return Array.isArray(selectors) && selectors.length > 0 ? [object.metadata.name] : [];
  });
}

function itemsOf(value: Json | undefined) {
  return Array.isArray(value) ? (value as readonly Json[]).filter(isJsonObject) : [];
}

function textsOf(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? (value as readonly Json[]).filter((item) => typeof item === 'string') : [];
}
