import type { Finding } from '../../model/finding.ts';
import { refOf, type KubeObject } from '../../model/kube.ts';
import { listAt, textAt } from '../faults/read.ts';
import { allowing, finding } from '../make-finding.ts';
import { nameOf, type Hop, type HopObject } from './hop.ts';

/** Services that would lose the address of their load balancer. */
export function loadBalancerFindings(
  hop: Hop,
  /** True where a step before helm's takes the object away: someone has named that, and is told what it costs. */
  isMadeAnew: (item: HopObject) => boolean = () => false,
): readonly Finding[] {
  const written = hop.objects.filter(({ hook, isWritten, isRefused }) => hook === undefined && isWritten && !isRefused);
  return [
    ...written.flatMap((item) => {
      if (isMadeAnew(item)) return lost(item, item.live, 'it is deleted and made anew', 'warning');
      const why = whyLost(item);
      return why === undefined ? [] : lost(item, item.live, why);
    }),
    ...hop.gone.flatMap((item) => lost(item, item.object, 'it leaves the chart')),
  ];
}

function isLoadBalancer(object: KubeObject | undefined): boolean {
  return object?.kind === 'Service' && object.apiVersion === 'v1' && textAt(object.spec, 'type') === 'LoadBalancer';
}

function whyLost({ object, live }: HopObject): string | undefined {
  if (!isLoadBalancer(live)) return undefined;
  const type = textAt(object.spec, 'type') || 'ClusterIP';
  if (type !== 'LoadBalancer') return `its type becomes ${type}`;
  for (const field of ['loadBalancerClass', 'loadBalancerIP'] as const) {
    const before = textAt(live?.spec, field);
    const after = textAt(object.spec, field);
    if (before !== after && before !== '')
      return `its ${field} goes from ${before} to ${after === '' ? 'none' : after}`;
  }
  return undefined;
}

function lost(
  item: HopObject,
  live: KubeObject | undefined,
  why: string,
  severity: 'blocker' | 'warning' = 'blocker',
): readonly Finding[] {
  if (!isLoadBalancer(live)) return [];
  const addresses = listAt(live?.status, 'loadBalancer', 'ingress')
    .map((place) => textAt(place, 'ip') || textAt(place, 'hostname'))
    .filter((address) => address !== '');
  // Without an address there is none to lose.
  if (addresses.length === 0) return [];
  return [
    finding({
      code: 'LOAD_BALANCER_RECREATED',
      severity,
      component: item.component,
      object: { namespace: item.namespace, ...refOf(item.object) },
      message: `${nameOf(item)} would lose its address ${addresses.join(', ')}: ${why}. DNS, firewalls and allow lists still name it.`,
      remedies:
        severity === 'warning'
          ? []
          : [allowing(`load-balancer:${item.object.metadata.name}`, 'Let the address go', { destructive: true })],
    }),
  ];
}
