import { isJsonObject, type JsonObject } from '../../model/json.ts';
import type { NodeRoom } from '../../model/snapshot.ts';
import { listAt, textAt } from '../faults/read.ts';

/**
 * How many nodes take pods of this specification, by its node selector and by taints; node affinity is not looked at.
 * https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/
 */
export function nodesFor(spec: JsonObject, nodes: readonly NodeRoom[]): number {
  const selector = isJsonObject(spec['nodeSelector']) ? Object.entries(spec['nodeSelector']) : [];
  return nodes.filter(
    (node) =>
      node.isSchedulable &&
      selector.every(([key, value]) => node.labels?.[key] === value) &&
      (node.taints ?? []).every((taint) => taint.effect === 'PreferNoSchedule' || isTolerated(taint, spec)),
  ).length;
}

function isTolerated(taint: NonNullable<NodeRoom['taints']>[number], spec: JsonObject): boolean {
  return listAt(spec, 'tolerations').some((toleration) => {
    const key = textAt(toleration, 'key');
    const effect = textAt(toleration, 'effect');
    if (effect !== '' && effect !== taint.effect) return false;
    // Without a key, `Exists` tolerates everything.
    if (textAt(toleration, 'operator') === 'Exists') return key === '' || key === taint.key;
    return key === taint.key && textAt(toleration, 'value') === taint.value;
  });
}
