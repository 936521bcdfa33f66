import type { Sandbox } from '@liftlock/sandbox';

/** A rule of a Role. */
export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const group = 'rbac.authorization.k8s.io';

/** A kubeconfig of a user of this name with these rights in one namespace, and the right to see the namespace itself. */
export async function limitedUser(
  sandbox: Sandbox,
  namespace: string,
  user: string,
  rules: readonly Rule[],
): Promise<string> {
  const apiVersion = `${group}/v1`;
  const path = `/apis/${apiVersion}/namespaces/${namespace}`;
  await sandbox.api.create(`${path}/roles`, { apiVersion, kind: 'Role', metadata: { name: user }, rules });
  await sandbox.api.create(`${path}/rolebindings`, {
    apiVersion,
    kind: 'RoleBinding',
    metadata: { name: user },
    roleRef: { apiGroup: group, kind: 'Role', name: user },
    subjects: [{ apiGroup: group, kind: 'User', name: user }],
  });
  return sandbox.kubeconfigFor({ user });
}
