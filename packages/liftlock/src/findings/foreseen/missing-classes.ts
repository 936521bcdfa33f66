import type { Finding } from '../../model/finding.ts';
import { refOf, type KubeObject } from '../../model/kube.ts';
import { textAt } from '../faults/read.ts';
import { allowing, finding } from '../make-finding.ts';
import { nameOf, type Hop, type HopObject } from './hop.ts';

/** The classes of the cluster; undefined where they may not be read. */
export interface Classes {
  readonly storage?: readonly KubeObject[] | undefined;
  readonly ingress?: readonly KubeObject[] | undefined;
}

/** Claims and Ingresses whose class neither exists nor comes with the new revisions. */
export function missingClasses(hop: Hop, classes: Classes): readonly Finding[] {
  const names = (kind: string, live: readonly KubeObject[]) =>
    new Set(
      [...live, ...hop.objects.map(({ object }) => object)]
        .filter((item) => item.kind === kind)
        .map((item) => item.metadata.name),
    );
  const { storage, ingress } = classes;
  return hop.objects.flatMap((item): readonly Finding[] => {
    if (item.object.kind === 'PersistentVolumeClaim' && storage !== undefined && item.live === undefined)
      return storageClass(item, names('StorageClass', storage), storage);
    if (item.object.kind === 'Ingress' && ingress !== undefined)
      return ingressClass(item, names('IngressClass', ingress));
    return [];
  });
}

/** An empty name asks for a volume that exists already. */
function storageClass(item: HopObject, names: ReadonlySet<string>, live: readonly KubeObject[]): readonly Finding[] {
  const wanted = item.object.spec?.['storageClassName'];
  const hasDefault = live.some(
    ({ metadata }) => metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true',
  );
  const isThere = typeof wanted === 'string' ? wanted === '' || names.has(wanted) : hasDefault;
  if (isThere) return [];
  const what =
    typeof wanted === 'string'
      ? `the storage class ${wanted}, which does not exist`
      : 'the default storage class, and the cluster has none';
  return [
    finding({
      code: 'STORAGE_CLASS_MISSING',
      severity: 'blocker',
      component: item.component,
      object: { namespace: item.namespace, ...refOf(item.object) },
      field: 'spec.storageClassName',
      message: `${nameOf(item)} asks for ${what}: it would stay Pending, and its pods with it.`,
      remedies: [allowing(`storage-class:${item.component}`, 'Go on: it will be there in time')],
    }),
  ];
}

function ingressClass(item: HopObject, names: ReadonlySet<string>): readonly Finding[] {
  const wanted = textAt(item.object.spec, 'ingressClassName');
  const before = textAt(item.live?.spec, 'ingressClassName');
  // One that has no class now serves nothing now.
  if (wanted === '' || names.has(wanted) || (item.live !== undefined && before === wanted)) return [];
  return [
    finding({
      code: 'INGRESS_CLASS_MISSING',
      severity: 'warning',
      component: item.component,
      object: { namespace: item.namespace, ...refOf(item.object) },
      field: 'spec.ingressClassName',
      message: `${nameOf(item)} names the class ${wanted}, which does not exist: no controller will serve it.`,
    }),
  ];
}
