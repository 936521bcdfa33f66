import { join } from 'node:path';
import { vi } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { Sandbox } from '@liftlock/sandbox';
import { connectCluster } from '../../src/adapters/cluster/connect.ts';
import { describeSite, openSite } from '../../src/main/open-site.ts';
import { planUpgrade } from '../../src/main/plan-upgrade.ts';
import type { KubeObject } from '../../src/model/kube.ts';
import type { Plan } from '../../src/model/plan.ts';
import { isProblem } from '../../src/model/problem.ts';
import { Redactor } from '../../src/model/redaction.ts';
import type { OneRelease } from './one-release.ts';

/** A rule of a Role, as `liftlock platform rbac` prints it. */
export interface PrintedRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** A Role or ClusterRole. */
export interface PrintedRole {
  readonly kind: 'Role' | 'ClusterRole';
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules: readonly PrintedRule[];
}

/** Roles and bindings out of the YAML. */
export function printedObjects(yaml: string): readonly KubeObject[] {
  return parseAllDocuments(yaml).map((document) => document.toJS() as KubeObject);
}

export function rolesOf(objects: readonly KubeObject[]): readonly PrintedRole[] {
  return objects.filter(({ kind }) => kind === 'Role' || kind === 'ClusterRole') as never;
}

const group = '/apis/rbac.authorization.k8s.io/v1';

/** Makes objects of RBAC as they are printed. */
export async function grant(sandbox: Sandbox, objects: readonly KubeObject[]): Promise<void> {
  for (const object of objects) {
    const { kind, metadata } = object;
    const place = metadata.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`;
    await sandbox.api.create(`${group}${place}/${kind.toLowerCase()}s`, object as never);
  }
}

/** Takes away what lies outside the namespace, which goes as a whole. */
export async function revoke(sandbox: Sandbox, objects: readonly KubeObject[]): Promise<void> {
  for (const { kind, metadata } of objects)
    if (metadata.namespace === undefined)
      await sandbox.api.delete(`${group}/${kind.toLowerCase()}s/${metadata.name}`).catch(() => undefined);
}

/** The same roles under the name of another account, with one rule left out. */
export function withoutRule(
  roles: readonly PrintedRole[],
  removed: PrintedRule | undefined,
  account: string,
  namespace: string,
): readonly KubeObject[] {
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  return roles.flatMap(({ kind, metadata, rules }) => {
    const own = { ...metadata, name: `${account}-${metadata.name}` };
    return [
      { apiVersion, kind, metadata: own, rules: rules.filter((rule) => rule !== removed) } as never,
      {
        apiVersion,
        kind: `${kind}Binding`,
        metadata: own,
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: own.name },
        subjects: [{ kind: 'ServiceAccount', name: account, namespace }],
      } as never,
    ];
  });
}

/** The API server learns of new roles by watching: asks until it has one rule of each. */
export async function untilGranted(kubeconfig: string, objects: readonly KubeObject[]): Promise<void> {
  const connection = await connectCluster({ kubeconfig, env: {} });
  try {
    for (const { metadata, rules } of rolesOf(objects)) {
      const last = rules.findLast((rule) => rule.resourceNames === undefined);
      if (last === undefined) continue;
      const [verb = '', resource = '', apiGroup = ''] = [last.verbs[0], last.resources[0], last.apiGroups[0]];
      await vi.waitFor(
        async () => {
          if (!(await connection.reader.canI(verb, apiGroup, resource, metadata.namespace ?? '')))
            throw new Error('no');
        },
        { timeout: 60_000, interval: 50 },
      );
    }
  } finally {
    connection.close();
  }
}

/** Who plans, and with what. */
export interface Account {
  readonly name: string;
  readonly kubeconfig: string;
}

/** A plan as one user would make it for an upgrade, or the words of the Problem that ends it. */
export async function planAs(
  shop: OneRelease,
  { name, kubeconfig }: Account,
  withForecast = true,
): Promise<Plan | string> {
  const { environment, home } = shop.operator;
  const flags = {
    file: join(shop.world.folder, 'site.yaml'),
    kubeconfig,
    helm: environment['LIFTLOCK_HELM'],
    options: {},
  };
  // A forecast of somebody else is none of theirs.
  const own = { ...environment, XDG_STATE_HOME: join(home, 'states', name) };
  const described = await describeSite(flags, own);
  const site = await openSite(described, flags, { environment: own, redactor: new Redactor() });
  try {
    const request = { target: '2.0.0', selection: {}, decisions: [], withForecast };
    return (await planUpgrade(site, request)).plan;
  } catch (error) {
    if (!isProblem(error)) throw error;
    return error.message;
  } finally {
    site.connection.close();
  }
}

/** Every sentence of a plan that says what is wrong or open. */
export function saidBy(plan: Plan | string): readonly string[] {
  if (typeof plan === 'string') return plan.split('\n');
  const { findings, unforeseen } = plan.forecast;
  return [
    ...findings.map(({ code, message }) => `${code}: ${message}`),
    ...unforeseen.map((item) => `${item.what}: ${item.why}`),
  ];
}

/** What a plan reads only where a pod of the release refers to it: no pod of this chart refers to a claim. */
const neverRead = ['get persistentvolumeclaims'];

/** `get pods`: each verb and resource of a rule that nothing else in the roles grants too, and of which no sentence says that it is missed. */
export function unsaid(rule: PrintedRule, roles: readonly PrintedRole[], said: readonly string[]): readonly string[] {
  // Who may not hand on a right is told of the role that would.
  if (rule.verbs.includes('bind') || rule.resources.includes('endpointslices'))
    return said.some((line) => /may not grant what role/.test(line)) ? [] : ['a grant'];
  return rule.resources.flatMap((resource) => {
    // `pods/log` is not `pods`, nor `cronjobs` `jobs`.
    const named = new RegExp(`(?<![\\w/-])${resource}(?![\\w/-])`);
    const about = said.filter((line) => named.test(line));
    return rule.verbs
      .filter((verb) => !isGrantedElsewhere(rule, resource, verb, roles))
      .filter((verb) => !about.some((line) => new RegExp(`\\b${verb}\\b`).test(line)))
      .map((verb) => `${verb} ${resource}`)
      .filter((what) => !neverRead.includes(what));
  });
}

/** In the whole cluster, and so in the namespace too. */
function isGrantedElsewhere(rule: PrintedRule, resource: string, verb: string, roles: readonly PrintedRole[]): boolean {
  const everywhere = roles.filter(({ kind }) => kind === 'ClusterRole').flatMap(({ rules }) => rules);
  return everywhere.some(
    (other) =>
      other !== rule &&
      other.resourceNames === undefined &&
      other.apiGroups[0] === rule.apiGroups[0] &&
      other.resources.includes(resource) &&
      other.verbs.includes(verb),
  );
}
