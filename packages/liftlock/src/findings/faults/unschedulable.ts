import type { Remedy } from '../../model/finding.ts';
import type { KubeObject } from '../../model/kube.ts';
import { formatFieldPath } from '../../release/field-path.ts';
import { byHand, create, within } from './by-hand.ts';
import { listAt, textAt } from './read.ts';
import { isJsonObject, jsonAt } from '../../model/json.ts';

/** Why no node takes a pod, as far as the scheduler's words say it. */
export interface Unplaced {
  readonly field?: string | undefined;
  readonly remedies: readonly Remedy[];
}

/** What rules nodes out, and the field of the pod that does it. Source: k8s.io/kubernetes pkg/scheduler/framework/plugins. */
const places: readonly (readonly [words: RegExp, field: (pod: KubeObject) => string])[] = [
  [/taint/, () => 'spec.tolerations'],
  [/Pod's node affinity\/selector/, (pod) => (hasSelector(pod) ? 'spec.nodeSelector' : 'spec.affinity.nodeAffinity')],
  [/pod anti-affinity rules/, () => 'spec.affinity.podAntiAffinity'],
  [/pod affinity rules/, () => 'spec.affinity.podAffinity'],
  [/topology spread constraints/, () => 'spec.topologySpreadConstraints'],
  [/free ports for the requested pod ports/, () => 'spec.containers[*].ports'],
  [
    /PersistentVolume's node affinity|no available volume zone|available persistent volumes|max volume count/,
    () => 'spec.volumes',
  ],
];

/**
 * The field and the remedy of a pod without a node. Where some nodes are ruled out and the others are full, room on those others
 * is what is missing.
 */
export function unplaced(text: string, pod: KubeObject): Unplaced {
  const claim = /persistentvolumeclaim "([^"]+)" not found/.exec(text)?.[1];
  if (claim !== undefined) {
    const volume = listAt(pod.spec, 'volumes').find(
      (item) => textAt(item, 'persistentVolumeClaim', 'claimName') === claim,
    );
    const field =
      volume === undefined ? 'spec.volumes' : formatFieldPath(['spec', 'volumes', { item: textAt(volume, 'name') }]);
    return { field, remedies: [create('PersistentVolumeClaim', claim, pod.metadata.namespace)] };
  }
  const [words = ''] = text.split(/\. preemption:/);
  const short = /Insufficient ([\w./-]*\w)/.exec(words)?.[1];
  if (short !== undefined || /Too many pods/.test(words)) {
    const field =
      short === undefined
        ? undefined
        : formatFieldPath(['spec', 'containers', { item: '*' }, 'resources', 'requests', short]);
    return { field, remedies: [makeRoom(pod)] };
  }
  const place = places.find(([pattern]) => pattern.test(words));
  if (place === undefined) return { remedies: [makeRoom(pod)] };
  return {
    field: place[1](pod),
    remedies: [
      byHand('correct-placement', 'Change where the pods may stand, or add a node that fits', [
        'kubectl',
        'describe',
        'pod',
        pod.metadata.name,
        ...within(pod.metadata),
      ]),
    ],
  };
}

function makeRoom({ metadata }: KubeObject): Remedy {
  return byHand('make-room', 'Add a node, end something else, or have the pods ask for less', [
    'kubectl',
    'describe',
    'pod',
    metadata.name,
    ...within(metadata),
  ]);
}

function hasSelector(pod: KubeObject): boolean {
  const selector = jsonAt(pod.spec, ['nodeSelector']);
  return selector !== undefined && isJsonObject(selector) && Object.keys(selector).length > 0;
}
