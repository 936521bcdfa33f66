import { listAt, textAt } from '../findings/faults/read.ts';
import { refOf, type KubeObject } from '../model/kube.ts';
import type { KnownAddress } from '../model/step.ts';

/** Load balancers of a release with the names that lead to them: where a Service has none, those of its Ingresses. */
export function addressesOf(objects: readonly KubeObject[], hosts: readonly string[]): readonly KnownAddress[] {
  const ingresses = objects.filter(({ kind }) => kind === 'Ingress');
  const all = [...new Set([...hosts, ...ingresses.flatMap(hostsOf)])];
  return objects.flatMap((object) => {
    if (object.kind !== 'Ingress' && object.kind !== 'Service') return [];
    const addresses = addressesIn(object);
    if (addresses.length === 0) return [];
    const own = hostsOf(object);
    return [{ object: refOf(object), addresses, hosts: own.length === 0 ? all : own }];
  });
}

/** IP addresses and host names in the status of a Service or an Ingress. */
export function addressesIn(object: KubeObject): readonly string[] {
  return listAt(object.status, 'loadBalancer', 'ingress')
    .map((item) => textAt(item, 'ip') || textAt(item, 'hostname'))
    .filter((address) => address !== '')
    .toSorted();
}

/** Source of the annotation: https://kubernetes-sigs.github.io/external-dns/ */
function hostsOf(object: KubeObject): readonly string[] {
  const annotated = (object.metadata.annotations?.['external-dns.alpha.kubernetes.io/hostname'] ?? '').split(',');
  const rules = listAt(object.spec, 'rules').map((rule) => textAt(rule, 'host'));
  return [...new Set([...rules, ...annotated.map((name) => name.trim())].filter((name) => name !== ''))];
}
