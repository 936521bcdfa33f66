import type { ObjectQuery } from '../model/fact.ts';
import type { Permission, ServedKind } from '../model/permission.ts';

/** The permissions of one place: what is read, forecast and done there, whatever the charts hold. */
export function permissionsIn(namespace: string): readonly Permission[] {
  return [...readIn(namespace), ...forecastIn(namespace), ...appliedIn(namespace)];
}

/** What the lists of the watch are about, as run/follow-namespace.ts has them; a missing one hides causes, no more. */
const followed = [
  { group: '', resource: 'pods', lack: 'blocker' },
  { group: '', resource: 'persistentvolumeclaims', lack: 'warning' },
  { group: 'apps', resource: 'deployments', lack: 'blocker' },
  { group: 'apps', resource: 'replicasets', lack: 'warning' },
  { group: 'apps', resource: 'statefulsets', lack: 'blocker' },
  { group: 'apps', resource: 'daemonsets', lack: 'warning' },
  { group: 'batch', resource: 'jobs', lack: 'warning' },
] as const;

function readIn(namespace: string): readonly Permission[] {
  const base = { namespace, purpose: 'read', verbs: ['get'] } as const;
  const judging = { ...base, lack: 'shown' } as const;
  return [
    {
      ...base,
      group: '',
      resource: 'secrets',
      verbs: ['get', 'list'],
      lack: 'blocker',
      why: 'helm keeps its records in Secrets, and no rule can name those alone: whoever has this reads every Secret of the namespace',
    },
    ...followed.map((item) => ({ ...base, ...item, verbs: ['list'], why: 'the health of what runs there' })),
    { ...judging, group: '', resource: 'configmaps', why: 'whether what pods refer to exists' },
    { ...judging, group: '', resource: 'persistentvolumeclaims', why: 'whether what pods refer to exists' },
    { ...judging, group: '', resource: 'serviceaccounts', why: 'what pods may pull with' },
    { ...judging, group: '', resource: 'resourcequotas', verbs: ['list'], why: 'whether the quota suffices' },
    { ...judging, group: '', resource: 'limitranges', verbs: ['list'], why: 'whether the quota suffices' },
    {
      ...judging,
      group: 'autoscaling',
      resource: 'horizontalpodautoscalers',
      verbs: ['list'],
      why: 'replicas that an autoscaler sets',
    },
  ];
}

function forecastIn(namespace: string): readonly Permission[] {
  const base = { namespace, group: '', purpose: 'forecast' } as const;
  return [
    {
      ...base,
      resource: 'secrets',
      verbs: ['create', 'update', 'patch', 'delete'],
      lack: 'blocker',
      why: "helm's records",
    },
    { ...base, resource: 'pods', verbs: ['create'], lack: 'shown', why: 'whether the API server lets new pods in' },
  ];
}

function appliedIn(namespace: string): readonly Permission[] {
  const base = { namespace, purpose: 'apply' } as const;
  return [
    ...followed.map(({ lack, ...item }) => ({ ...base, ...item, lack, verbs: ['watch'], why: 'what helm waits for' })),
    {
      ...base,
      group: '',
      resource: 'events',
      verbs: ['list', 'watch'],
      lack: 'warning',
      why: 'the cause of what goes wrong',
    },
    { ...base, group: '', resource: 'pods/log', verbs: ['get'], lack: 'warning', why: 'what failing pods say' },
  ];
}

/** The one writer of a site holds a Lease, in the platform's first namespace. */
export function leasePermission(namespace: string): Permission {
  return {
    group: 'coordination.k8s.io',
    resource: 'leases',
    verbs: ['get', 'create', 'update'],
    namespace,
    purpose: 'apply',
    lack: 'blocker',
    why: 'one writer at a time',
  };
}

/**
 * What lies outside every namespace. Without these a plan is made all the same, and says what it could not see (O25).
 * @param namespaces of the releases
 */
export function clusterPermissions(namespaces: readonly string[]): readonly Permission[] {
  const base = { group: '', namespace: '', purpose: 'read', verbs: ['list'] } as const;
  const webhooks = {
    ...base,
    group: 'admissionregistration.k8s.io',
    lack: 'unread',
    why: 'whether webhooks answer',
  } as const;
  return [
    {
      ...base,
      resource: 'namespaces',
      verbs: ['get'],
      names: ['kube-system', ...namespaces],
      lack: 'shown',
      why: 'that this is the cluster of the site, and that the namespaces exist',
    },
    { ...base, resource: 'nodes', lack: 'shown', why: 'room on the nodes' },
    { ...base, resource: 'pods', lack: 'shown', why: 'what has taken room on the nodes' },
    { ...base, group: 'storage.k8s.io', resource: 'storageclasses', lack: 'shown', why: 'storage classes of claims' },
    { ...webhooks, resource: 'validatingwebhookconfigurations' },
    { ...webhooks, resource: 'mutatingwebhookconfigurations' },
  ];
}

/** What helm does with the objects of one kind of a release. */
export function kindPermissions(kind: ServedKind, namespace: string, isHook: boolean): readonly Permission[] {
  const base = {
    group: kind.group,
    resource: kind.resource,
    namespace: kind.isNamespaced ? namespace : '',
    why: 'objects of the releases',
  };
  return [
    { ...base, purpose: 'read', verbs: ['get'], lack: 'blocker' },
    { ...base, purpose: 'forecast', verbs: ['create', 'update', 'patch', 'delete'], lack: 'blocker' },
    ...(isHook
      ? [
          {
            ...base,
            purpose: 'apply',
            verbs: ['list', 'watch'],
            lack: 'blocker',
            why: 'helm waits for its hooks',
          } as const,
        ]
      : []),
  ];
}

/** What a definition's question asks the cluster. */
export function queryPermission(query: ObjectQuery, kind: ServedKind, namespace: string): Permission {
  return {
    group: kind.group,
    resource: kind.resource,
    verbs: [query.names === undefined ? 'list' : 'get'],
    namespace: kind.isNamespaced ? (query.namespace ?? namespace) : '',
    purpose: 'read',
    lack: 'shown',
    why: 'facts that the definition asks for',
  };
}
