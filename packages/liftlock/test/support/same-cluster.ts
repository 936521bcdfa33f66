import type { KubeObject, Sandbox } from '@liftlock/sandbox';

/** Kinds that the charts of the stand-in platform make. */
const collections = [
  'apis/apps/v1/deployments',
  'apis/apps/v1/statefulsets',
  'api/v1/services',
  'api/v1/serviceaccounts',
  'api/v1/configmaps',
  'apis/networking.k8s.io/v1/ingresses',
];

/** What each cluster gives its objects anew. */
const ofTheCluster = new Set(['uid', 'resourceVersion', 'creationTimestamp', 'clusterIP', 'clusterIPs', 'nodePort']);

/**
 * Every object that helm manages in a namespace, as text by kind and name: spec, data, labels, annotations, generation
 * and who set fields, with the namespace's name, uids, times and addresses taken out.
 */
export async function managedObjects(sandbox: Sandbox, namespace: string): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  for (const collection of collections) {
    const at = collection.lastIndexOf('/');
    const path = `/${collection.slice(0, at)}/namespaces/${namespace}${collection.slice(at)}`;
    const { items } = await sandbox.api.list(`${path}?labelSelector=${encodeURIComponent(label)}`);
    for (const item of items) {
      found[`${collection.slice(at + 1)}/${item.metadata.name}`] = textOf(item).replaceAll(namespace, 'NAMESPACE');
    }
  }
  return found;
}

const label = 'app.kubernetes.io/managed-by=Helm';

interface Managed {
  readonly manager: string;
  readonly operation: string;
  readonly subresource?: string | undefined;
  readonly fieldsV1?: unknown;
}

function textOf(item: KubeObject): string {
  const { status: _status, metadata, ...rest } = item as KubeObject & { readonly status?: unknown };
  const { managedFields, ...others } = metadata as typeof metadata & { readonly managedFields?: readonly Managed[] };
  // Which fields helm owns decides what a later upgrade may take away.
  const owners = (managedFields ?? [])
    .filter((entry) => entry.subresource === undefined)
    .map(({ manager, operation, fieldsV1 }) => ({ manager, operation, fieldsV1 }))
    .toSorted((one, other) => JSON.stringify(one).localeCompare(JSON.stringify(other)));
  return JSON.stringify({ metadata: others, owners, ...rest }, (key, value: unknown) =>
    ofTheCluster.has(key) ? undefined : value,
  );
}
