import { expect } from 'vitest';
import type { Sandbox } from '@liftlock/sandbox';
import type { Problem } from '../../src/model/problem.ts';

/** A kubeconfig of one context, as data. */
export interface Config {
  'current-context': string;
  clusters: [{ name: string; cluster: Record<string, unknown> }];
  users: [{ name: string; user: Record<string, unknown> }];
  contexts: [{ name: string; context: Record<string, unknown> }];
}

/** What a promise throws; fails the test when it does not. */
export async function problemOf(promise: Promise<unknown>): Promise<Problem> {
  return promise.then(
    () => expect.fail('nothing was thrown'),
    (error: unknown) => error as Problem,
  );
}

/** A token of a service account that may do anything. */
export async function serviceAccountToken(sandbox: Sandbox): Promise<string> {
  const name = 'robot';
  const account = `/api/v1/namespaces/default/serviceaccounts`;
  if ((await sandbox.api.find(`${account}/${name}`)) === undefined) {
    await sandbox.api.create(account, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } });
    await sandbox.api.create('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'ServiceAccount', name, namespace: 'default' }],
    });
  }
  const path = `${account}/${name}/token`;
  const answer = await sandbox.api.create(path, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    metadata: {},
    spec: {},
  });
  return (answer as unknown as { status: { token: string } }).status.token;
}
