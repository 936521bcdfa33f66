import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject } from '../src/model/kube.ts';
import { purposes } from '../src/model/permission.ts';
import {
  grant,
  planAs,
  printedObjects,
  revoke,
  rolesOf,
  saidBy,
  unsaid,
  untilGranted,
  withoutRule,
  type Account,
  type PrintedRole,
} from './support/least-privilege.ts';
import type { Outcome } from './support/liftlock.ts';
import { openOneRelease, type OneRelease } from './support/one-release.ts';
import { sharedSandbox } from './support/stage.ts';
import { unwrapped } from './support/refusals.ts';

const rbac = 'rbac.authorization.k8s.io/v1';
const high = `liftlock-high-${randomBytes(3).toString('hex')}`;

/** A chart with kinds in and outside of the namespace, a hook, and roles of its own. */
function objects(version: 1 | 2): readonly object[] {
  const env = [{ name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'web', key: 'token' } } }];
  const settings = [{ configMapRef: { name: 'settings' } }];
  const container = { name: 'main', image: `team/web:${version}`, env, envFrom: settings };
  const spec = { terminationGracePeriodSeconds: 0, serviceAccountName: 'web', containers: [container] };
  const hook = { 'helm.sh/hook': 'pre-upgrade', 'helm.sh/hook-delete-policy': 'before-hook-creation' };
  const migrate = { restartPolicy: 'Never', containers: [{ name: 'main', image: 'team/migrate' }] };
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'web' };
  const account = { kind: 'ServiceAccount', name: 'web' };
  const both = [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { version: `${version}` } },
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'web' }, stringData: { token: `none-${version}` } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'web', annotations: { version: `${version}` } } },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: {
        replicas: 1,
        selector: { matchLabels: { app: 'web' } },
        template: { metadata: { labels: { app: 'web' } }, spec },
      },
    },
    {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'migrate', annotations: hook },
      spec: { template: { spec: migrate } },
    },
    {
      apiVersion: rbac,
      kind: 'Role',
      metadata: { name: 'web' },
      rules: [
        {
          apiGroups: ['discovery.k8s.io'],
          resources: ['endpointslices'],
          verbs: version === 1 ? ['get'] : ['get', 'list'],
        },
      ],
    },
    { apiVersion: rbac, kind: 'RoleBinding', metadata: { name: 'web' }, roleRef, subjects: [account] },
  ];
  if (version === 1) return both;
  return [
    ...both,
    { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: high }, value: 7 },
    {
      apiVersion: rbac,
      kind: 'RoleBinding',
      metadata: { name: 'viewer' },
      roleRef: { ...roleRef, kind: 'ClusterRole', name: 'view' },
      subjects: [account],
    },
  ];
}

/** What the upgrade changes or makes. */
const changed = ['ConfigMap', 'Secret', 'ServiceAccount', 'Deployment', 'Role', 'RoleBinding', 'PriorityClass'];

let shop: OneRelease;
const granted: KubeObject[] = [];
/** Those that were made, by their purpose. */
const accounts = new Map<string, Awaited<ReturnType<typeof accountFor>>>();

/** Roles for a purpose as printed, given to an account of its name; and that account's kubeconfig. */
async function accountFor(purpose: string): Promise<Outcome & { printed: readonly KubeObject[]; kubeconfig: string }> {
  const site = ['-f', 'site.yaml', '--to', '2.0.0', '--service-account', purpose];
  const outcome = await shop.operator.run('platform', 'rbac', '--for', purpose, ...site);
  expect(outcome).toMatchObject({ code: 0 });
  const printed = printedObjects(outcome.stdout);
  const account = { ...outcome, printed, kubeconfig: await accountWith(purpose, printed) };
  accounts.set(purpose, account);
  return account;
}

async function accountWith(name: string, printed: readonly KubeObject[]): Promise<string> {
  const { sandbox, namespace } = shop.world;
  granted.push(...printed);
  await grant(sandbox, printed);
  const kubeconfig = sandbox.kubeconfigFor({ serviceAccount: { namespace, name } });
  await untilGranted(kubeconfig, printed);
  return kubeconfig;
}

/** What an account is told, whatever its name. */
async function toldTo(account: Account, withForecast = true): Promise<readonly string[]> {
  const said = saidBy(await planAs(shop, account, withForecast));
  return said.map((line) => line.replaceAll(`:${account.name}`, ':ACCOUNT'));
}

/** What nobody is told of when one rule after the other is left out of some roles. */
async function missedOf(purpose: string, roles: readonly PrintedRole[], whole: readonly string[]) {
  const rules = roles.flatMap((role) => role.rules);
  expect(rules.length).toBeGreaterThan(10);
  const queue = [...rules.entries()];
  const missed: string[] = [];
  const newlySaid = async (own: Account, withForecast: boolean) =>
    (await toldTo(own, withForecast)).filter((line) => !whole.includes(line));
  const work = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [index, rule] = next;
      const name = `${purpose}-without-${index}`;
      const kubeconfig = await accountWith(name, withoutRule(roles, rule, name, shop.world.namespace));
      // Most of it is asked before anything is foreseen.
      const asked = await newlySaid({ name, kubeconfig }, false);
      const said = unsaid(rule, roles, asked).length === 0 ? asked : await newlySaid({ name, kubeconfig }, true);
      missed.push(...unsaid(rule, roles, said).map((what) => `${what}: ${said.join(' | ')}`));
    }
  };
  await Promise.all(Array.from({ length: 3 }, work));
  return missed;
}

beforeAll(async () => {
  shop = await openOneRelease(sharedSandbox(), {
    name: 'privilege',
    helm: 'helm3',
    before: objects(1),
    after: objects(2),
    site: { proveImages: 'off' },
  });
  return async () => {
    const { sandbox } = shop.world;
    await revoke(sandbox, granted);
    await sandbox.api.delete(`/apis/scheduling.k8s.io/v1/priorityclasses/${high}`).catch(() => undefined);
    await shop.close();
  };
});

describe('C05: liftlock platform rbac', () => {
  it('--for read: a plan, and every object that nobody judged is named', async () => {
    const { kubeconfig, printed } = await accountFor('read');
    expect(rolesOf(printed).flatMap(({ rules }) => rules.flatMap(({ verbs }) => verbs))).not.toContain('create');
    const plan = await shop.plan('--kubeconfig', kubeconfig);
    expect(plan.steps.map(({ kind }) => kind)).toContain('helm-upgrade');
    expect(plan.forecast.complete).toBe(false);
    const open = plan.forecast.unforeseen.map(({ what }) => what);
    for (const kind of changed)
      expect(open).toEqual(expect.arrayContaining([expect.stringMatching(new RegExp(`^${kind} `))]));
    expect(open).toEqual(
      expect.arrayContaining([expect.stringMatching(/^hook .*migrate/), expect.stringMatching(/^pods of Deployment/)]),
    );
    // What is not judged is no good news: whoever asks for the upgrade would be refused.
    expect(new Set(plan.forecast.findings.map(({ code }) => code))).toEqual(new Set(['PERMISSION_MISSING']));
    expect(plan.exit).toBe(3);
    expect(await shop.operator.run('status', '-f', 'site.yaml', '--kubeconfig', kubeconfig)).toMatchObject({ code: 0 });
    expect(await shop.writes()).toEqual([]);
  });

  it('--for forecast: the plan is judged in full, and apply is refused for the Lease', async () => {
    const { kubeconfig, stdout } = await accountFor('forecast');
    expect(stdout).toMatch(/^# Kubernetes cannot grant a dry run alone/m);
    expect(stdout).not.toMatch(/\bleases\b/);
    const plan = await shop.plan('--kubeconfig', kubeconfig);
    const whys = plan.forecast.unforeseen.map(({ what }) => what);
    // A hook is never run ahead of time, whoever asks.
    expect(whys).toEqual([expect.stringMatching(/^hooks of shop/)]);
    expect(plan.forecast.findings.filter(({ severity }) => severity === 'blocker')).toEqual([]);
    expect(plan.forecast.findings.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/may not get, create, update leases.coordination.k8s.io in .* apply needs it/),
    );
    expect(plan.exit).toBe(0);
    const refused = await shop.apply('--kubeconfig', kubeconfig);
    expect(unwrapped(refused.stderr)).toMatch(/may not get, create, update leases.coordination.k8s.io in /);
    expect(refused.code).toBe(3);
    expect(await shop.writes()).toEqual([]);
  });

  it.each(purposes)(
    '--for %s: each rule that is taken away is missed, by verb and resource',
    async (purpose) => {
      const { printed, kubeconfig } = accounts.get(purpose) ?? (await accountFor(purpose));
      const whole = await toldTo({ name: purpose, kubeconfig });
      if (purpose === 'apply') expect(whole.filter((line) => /may not|cannot \w+ resource/.test(line))).toEqual([]);
      expect(await missedOf(purpose, rolesOf(printed), whole)).toEqual([]);
      expect(await shop.writes()).toEqual([]);
    },
    900_000,
  );

  it('--for apply: the upgrade goes through with nothing else', async () => {
    const { namespace, sandbox } = shop.world;
    const { kubeconfig } = accounts.get('apply') ?? (await accountFor('apply'));
    const outcome = await shop.apply('--kubeconfig', kubeconfig);
    expect(outcome).toMatchObject({ code: 0 });
    const entries = (await sandbox.audit()).filter(({ user }) => user === `system:serviceaccount:${namespace}:apply`);
    // APIServices are not in the roles: the gate does without, as the handbook says.
    const refused = entries
      .filter(({ code, resource }) => code === 403 && resource !== 'apiservices')
      .map(({ verb, resource, uri, userAgent }) => `${verb} ${resource} ${uri} ${userAgent}`);
    expect(refused).toEqual([]);
    const report = await shop.operator.run('report', '--kubeconfig', kubeconfig);
    expect(report).toMatchObject({ code: 0 });
  });
});
