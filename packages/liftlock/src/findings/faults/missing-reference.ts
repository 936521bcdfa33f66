import type { Remedy } from '../../model/finding.ts';
import type { KubeObject } from '../../model/kube.ts';
import { formatFieldPath } from '../../release/field-path.ts';
import { byHand, create, within } from './by-hand.ts';
import type { ContainerInPod } from './memory.ts';
import { listAt, textAt } from './read.ts';

/** What a pod refers to and the kubelet does not find. */
export interface MissingReference {
  readonly field?: string | undefined;
  readonly remedies: readonly Remedy[];
}

interface Named {
  readonly kind: 'Secret' | 'ConfigMap';
  readonly name: string;
  /** Undefined where the whole object is missing. */
  readonly key?: string | undefined;
}

/**
 * What an environment needs and nobody has, in the kubelet's words.
 * Source: k8s.io/kubernetes pkg/kubelet/kubelet_pods.go, makeEnvironmentVariables.
 */
export function missingInEnvironment(text: string, pod: KubeObject, container: ContainerInPod): MissingReference {
  const named = objectIn(text);
  if (named === undefined) return { remedies: [] };
  const { kind, name, key } = named;
  const [ofValue, ofAll] = kind === 'Secret' ? ['secretKeyRef', 'secretRef'] : ['configMapKeyRef', 'configMapRef'];
  const own = ['spec', container.isInit ? 'initContainers' : 'containers', { item: container.name }] as const;
  const one = listAt(container.spec, 'env').find(
    (item) =>
      textAt(item, 'valueFrom', ofValue, 'name') === name &&
      (key === undefined || textAt(item, 'valueFrom', ofValue, 'key') === key),
  );
  const isAll = listAt(container.spec, 'envFrom').some((item) => textAt(item, ofAll, 'name') === name);
  const field =
    one === undefined
      ? isAll
        ? formatFieldPath([...own, 'envFrom'])
        : undefined
      : formatFieldPath([...own, 'env', { item: textAt(one, 'name') }]);
  return { field, remedies: [remedyOf(named, pod)] };
}

/**
 * What a volume needs and nobody has. A key that is missing is told without its object, which the volume itself names.
 * Source: k8s.io/kubernetes pkg/volume/secret/secret.go and pkg/volume/configmap/configmap.go.
 */
export function missingInVolume(text: string, pod: KubeObject): MissingReference {
  const volume = /for volume "([^"]+)"/.exec(text)?.[1];
  const spec = listAt(pod.spec, 'volumes').find((item) => item['name'] === volume);
  const key = /references non-existent (?:secret|config) key: (\S+)/.exec(text)?.[1];
  const secret = textAt(spec, 'secret', 'secretName');
  const map = textAt(spec, 'configMap', 'name');
  const ofVolume: Named | undefined =
    secret !== ''
      ? { kind: 'Secret', name: secret, key }
      : map !== ''
        ? { kind: 'ConfigMap', name: map, key }
        : undefined;
  const named = key === undefined ? objectIn(text) : ofVolume;
  return {
    field:
      spec === undefined || volume === undefined ? undefined : formatFieldPath(['spec', 'volumes', { item: volume }]),
    remedies: named === undefined ? [] : [remedyOf(named, pod)],
  };
}

function objectIn(text: string): Named | undefined {
  const key = /couldn't find key (\S+) in (Secret|ConfigMap) [^\s/]+\/(\S+)/.exec(text);
  if (key !== null) return { kind: key[2] === 'Secret' ? 'Secret' : 'ConfigMap', name: key[3] ?? '', key: key[1] };
  const whole = /\b(secret|configmap)s? "([^"]+)" not found/i.exec(text);
  if (whole === null) return undefined;
  return { kind: whole[1]?.toLowerCase() === 'secret' ? 'Secret' : 'ConfigMap', name: whole[2] ?? '' };
}

function remedyOf({ kind, name, key }: Named, { metadata }: KubeObject): Remedy {
  const namespace = metadata.namespace;
  if (key === undefined) return create(kind, name, namespace);
  const plural = kind.toLowerCase();
  return byHand(`add-key:${plural}/${name}`, `Add the key ${key} to ${kind} ${name}`, [
    'kubectl',
    'describe',
    plural,
    name,
    ...within({ namespace }),
  ]);
}
