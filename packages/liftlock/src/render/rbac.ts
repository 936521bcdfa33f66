import type { JsonObject } from '../model/json.ts';
import type { NeededPermissions } from '../model/needed-permissions.ts';
import type { GrantedRule, Permission, Purpose } from '../model/permission.ts';

const apiVersion = 'rbac.authorization.k8s.io/v1';
const apiGroup = 'rbac.authorization.k8s.io';

/** The account that is given the permissions. */
export interface RbacSubject {
  readonly name: string;
  readonly namespace: string;
}

/** One rule, with what a person should know of it. */
interface Rule {
  readonly rule: JsonObject;
  readonly comment: string;
}

interface Role {
  /** Empty: a ClusterRole. */
  readonly namespace: string;
  readonly name: string;
  readonly rules: readonly Rule[];
}

/** Roles, and bindings to one account, as YAML for `kubectl apply -f -`; each rule says what it is for. */
export function renderRbac(needed: NeededPermissions, subject: RbacSubject): string {
  const head = [
    `What liftlock needs to ${tasks[needed.purpose]} ${needed.platform} in ${needed.namespace}.`,
    ...warnings[needed.purpose],
    ...needed.notes,
  ].map(commentLine);
  const documents = rolesOf(needed).flatMap((role) => [roleText(role), bindingText(role, subject)]);
  return `${[head.join('\n'), ...documents].join('\n---\n')}\n`;
}

/** The same as one List. */
export function rbacList(needed: NeededPermissions, subject: RbacSubject): JsonObject {
  const items = rolesOf(needed).flatMap((role) => [roleObject(role), bindingObject(role, subject)]);
  return { apiVersion: 'v1', kind: 'List', items };
}

const tasks: Readonly<Record<Purpose, string>> = {
  read: 'plan, without a full forecast, upgrades of',
  forecast: 'plan and forecast upgrades of',
  apply: 'upgrade',
};

const warnings: Readonly<Record<Purpose, readonly string[]>> = {
  read: [
    'Nothing can be written with it. The API server judges no object for who may not write it: the plan names each of them.',
  ],
  forecast: [
    'Kubernetes cannot grant a dry run alone: whoever has this may also do in earnest what liftlock only asks about.',
    "It has the verbs of an upgrade on the releases' kinds; the Lease that a run of liftlock needs is left out.",
    "A run's record lies in Secrets, as helm's records do: no rule can grant the one without the other.",
  ],
  apply: [],
};

function rolesOf(needed: NeededPermissions): readonly Role[] {
  const base = `liftlock-${needed.purpose}`;
  const places = new Set([...needed.permissions, ...needed.granted].map(({ namespace }) => namespace));
  const inOrder = [needed.namespace, ...[...places].filter((place) => place !== needed.namespace && place !== ''), ''];
  return inOrder.flatMap((namespace) => {
    const rules = [
      ...rulesOf(needed.permissions.filter((item) => item.namespace === namespace)),
      ...grantedOf(needed.granted.filter((item) => item.namespace === namespace)),
    ];
    // A ClusterRole has no namespace that would tell two sites apart.
    const name = namespace === '' ? `${base}-${needed.namespace}` : base;
    return rules.length === 0 ? [] : [{ namespace, name, rules }];
  });
}

interface Merged {
  readonly group: string;
  readonly resource: string;
  readonly names: readonly string[];
  readonly verbs: ReadonlySet<string>;
  readonly whys: ReadonlySet<string>;
  readonly isNeeded: boolean;
}

function rulesOf(permissions: readonly Permission[]): readonly Rule[] {
  const resources = Map.groupBy(permissions, ({ group, resource, names = [] }) =>
    [group, resource, ...names].join(' '),
  );
  const merged = [...resources.values()].flatMap((items): readonly Merged[] => {
    const [first] = items;
    if (first === undefined) return [];
    return [
      {
        group: first.group,
        resource: first.resource,
        names: first.names ?? [],
        verbs: new Set(items.flatMap(({ verbs }) => verbs)),
        whys: new Set(items.map(({ why }) => why)),
        isNeeded: items.some(({ lack }) => lack === 'blocker' || lack === 'warning'),
      },
    ];
  });
  const alike = Map.groupBy(merged, ({ group, names, verbs, whys, isNeeded }) =>
    JSON.stringify([group, names, sorted(verbs), [...whys], isNeeded]),
  );
  return [...alike.values()].flatMap((items): readonly Rule[] => {
    const [first] = items;
    if (first === undefined) return [];
    const { group, names, verbs, whys, isNeeded } = first;
    const optional = isNeeded ? '' : '; may be left out: the plan then says what it could not see';
    return [
      {
        comment: `${[...whys].join('; ')}${optional}`,
        rule: {
          apiGroups: [group],
          resources: items.map(({ resource }) => resource),
          ...(names.length === 0 ? {} : { resourceNames: [...names] }),
          verbs: sorted(verbs),
        },
      },
    ];
  });
}

function grantedOf(granted: readonly GrantedRule[]): readonly Rule[] {
  const distinct = new Map(granted.map(({ namespace: _namespace, ...rule }) => [JSON.stringify(rule), rule]));
  const rules = [...distinct.values()];
  const isPart = (rule: BareRule) => rules.some((other) => other !== rule && covers(other, rule));
  return rules
    .filter((rule) => !isPart(rule))
    .map(({ nonResourceURLs, ...rule }) => ({
      comment: "what the charts' own roles grant: nobody may give more than they have",
      rule: (nonResourceURLs === undefined
        ? { ...rule }
        : { nonResourceURLs: [...nonResourceURLs], verbs: [...rule.verbs] }) as JsonObject,
    }));
}

type BareRule = Omit<GrantedRule, 'namespace'>;

/** True when a rule grants all that another one does, and it is about the same objects. */
function covers({ verbs: more, ...rule }: BareRule, { verbs, ...other }: BareRule): boolean {
  return (
    JSON.stringify(rule) === JSON.stringify(other) &&
    verbs.length < more.length &&
    verbs.every((verb) => more.includes(verb))
  );
}

const verbOrder = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'bind'];

function sorted(verbs: ReadonlySet<string>): string[] {
  return [...verbs].toSorted((a, b) => verbOrder.indexOf(a) - verbOrder.indexOf(b));
}

function roleObject({ namespace, name, rules }: Role): JsonObject {
  return {
    apiVersion,
    kind: namespace === '' ? 'ClusterRole' : 'Role',
    metadata: { name, ...(namespace === '' ? {} : { namespace }) },
    rules: rules.map(({ rule }) => rule),
  };
}

function bindingObject({ namespace, name }: Role, subject: RbacSubject): JsonObject {
  const kind = namespace === '' ? 'ClusterRole' : 'Role';
  return {
    apiVersion,
    kind: `${kind}Binding`,
    metadata: { name, ...(namespace === '' ? {} : { namespace }) },
    roleRef: { apiGroup, kind, name },
    subjects: [{ kind: 'ServiceAccount', name: subject.name, namespace: subject.namespace }],
  };
}

function roleText(role: Role): string {
  const { rules: _rules, ...head } = roleObject(role);
  const rules = role.rules.flatMap(({ comment, rule }) => [
    `  ${commentLine(comment)}`,
    ...Object.entries(rule).map(([key, value], index) => `  ${index === 0 ? '- ' : '  '}${key}: ${flow(value)}`),
  ]);
  return [block(head), 'rules:', ...rules].join('\n');
}

/** Names of objects stand in comments, and a chart may write anything there: a line end would begin a rule of its own. */
function commentLine(text: string): string {
  return `# ${text.replaceAll(/[\s\p{Cc}\u2028\u2029]+/gu, ' ')}`;
}

function bindingText(role: Role, subject: RbacSubject): string {
  return block(bindingObject(role, subject));
}

/** One line for each key: JSON is YAML, and short values need no more room. */
function block(object: JsonObject): string {
  return Object.entries(object)
    .map(([key, value]) => `${key}: ${typeof value === 'string' ? value : flow(value)}`)
    .join('\n');
}

function flow(value: unknown): string {
  return JSON.stringify(value).replaceAll('","', '", "').replaceAll(',"', ', "').replaceAll('":', '": ');
}
