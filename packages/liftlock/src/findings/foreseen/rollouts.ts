import { counted } from '../../model/counted.ts';
import type { Finding } from '../../model/finding.ts';
import { isJsonObject, jsonAt, type Json, type JsonObject } from '../../model/json.ts';
import { refOf, type KubeObject } from '../../model/kube.ts';
import type { HealthItem } from '../../model/snapshot.ts';
import { listAt, numberAt, textAt } from '../faults/read.ts';
import { allowing, finding } from '../make-finding.ts';
import { selects } from './label-selector.ts';
import { nameOf, podTemplateOf, replicasOf, rollingBounds, shortName, type HopObject } from './hop.ts';

export interface RolloutEvidence {
  /** Workloads whose pods would be made anew and that have some now. */
  readonly workloads: readonly HopObject[];
  /** Access modes of a claim, as it is or comes; undefined: not known. */
  readonly accessModes: (of: HopObject, claim: string) => readonly string[] | undefined;
  /** Names of the pods of a workload now. */
  readonly pods: (of: HopObject) => readonly string[];
  readonly health: readonly HealthItem[];
  /** How many nodes take pods of this specification; 0: they may not be read. */
  readonly nodesFor: (spec: JsonObject) => number;
  /** The site says that no node comes by itself. */
  readonly fixedNodes: boolean;
}

/** Rollouts that are accepted and then cannot make progress (O15), and those that nothing starts. */
export function rolloutFindings(evidence: RolloutEvidence): readonly Finding[] {
  return evidence.workloads.flatMap((item) => [
    ...held(item, evidence),
    ...volumeHeld(item, evidence),
    ...nodesTaken(item, evidence),
    ...brokenPods(item, evidence),
  ]);
}

function stuck(item: HopObject, severity: 'blocker' | 'warning', message: string, field?: string): Finding {
  const id = `rollout:${shortName(item.object)}`;
  return finding({
    code: 'ROLLOUT_STUCK',
    severity,
    component: item.component,
    object: { namespace: item.namespace, ...refOf(item.object) },
    ...(field === undefined ? {} : { field }),
    message,
    remedies: severity === 'blocker' ? [allowing(id, 'Go on as it is')] : [],
  });
}

/** Deployments whose new pod must be there before an old one goes. */
function needsSurge({ object }: HopObject): boolean {
  if (object.kind !== 'Deployment' || replicasOf(object) === 0) return false;
  const { surge, unavailable } = rollingBounds(object);
  return surge > 0 && unavailable === 0;
}

/** A volume for one node, or one pod, that the old pod keeps until the new one is ready. */
function volumeHeld(item: HopObject, evidence: RolloutEvidence): readonly Finding[] {
  const spec = podTemplateOf(item.object)?.spec;
  if (spec === undefined || !needsSurge(item)) return [];
  return listAt(spec, 'volumes').flatMap((volume): readonly Finding[] => {
    const claim = textAt(volume, 'persistentVolumeClaim', 'claimName');
    const modes = claim === '' ? undefined : evidence.accessModes(item, claim);
    // The volume is the old pods' only where they mount it too.
    if (modes === undefined || !mounts(item.live, claim)) return [];
    const strategy = 'Set strategy.type: Recreate.';
    if (modes.every((mode) => mode === 'ReadWriteOncePod')) {
      const message = `${nameOf(item)} cannot be rolled out: its claim ${claim} is for one pod (ReadWriteOncePod), the old pod keeps it until the new one is ready, and the new one cannot start without it. ${strategy}`;
      return [stuck(item, 'blocker', message, 'spec.strategy')];
    }
    if (!modes.every((mode) => mode === 'ReadWriteOnce') || evidence.nodesFor(spec) === 1 || isPinned(spec)) return [];
    const isCertain = keepsApart(item.object);
    const message = `${nameOf(item)} ${isCertain ? 'cannot' : 'may not'} be rolled out: its claim ${claim} is for one node (ReadWriteOnce), and the old pod keeps it until the new one is ready. ${isCertain ? 'The new one has to run on another node (required anti-affinity)' : 'If the new one lands on another node'}, ${isCertain ? 'where' : 'there'} it waits for the volume (Multi-Attach). ${strategy}`;
    return [stuck(item, isCertain ? 'blocker' : 'warning', message, 'spec.strategy')];
  });
}

function mounts(live: KubeObject | undefined, claim: string): boolean {
  const spec = live === undefined ? undefined : podTemplateOf(live)?.spec;
  return listAt(spec, 'volumes').some((volume) => textAt(volume, 'persistentVolumeClaim', 'claimName') === claim);
}

/** All pods land on one node by name. */
function isPinned(spec: JsonObject): boolean {
  return textAt(spec, 'nodeName') !== '' || textAt(spec, 'nodeSelector', 'kubernetes.io/hostname') !== '';
}

/** A node for each pod, and none is left for the one that comes first. */
function nodesTaken(item: HopObject, { nodesFor, fixedNodes }: RolloutEvidence): readonly Finding[] {
  const nodes = nodesFor(podTemplateOf(item.object)?.spec ?? {});
  if (nodes === 0 || !needsSurge(item)) return [];
  const replicas = replicasOf(item.object);
  const why = keepsApart(item.object) ? 'required anti-affinity' : hasHostPort(item.object) ? 'host ports' : undefined;
  if (why === undefined || replicas + 1 <= nodes) return [];
  const message = `${nameOf(item)} ${fixedNodes ? 'cannot' : 'may not'} be rolled out: each of its ${counted(replicas, 'pod')} needs a node of its own (${why}), a new pod must be ready before an old one goes (maxUnavailable 0), and there ${nodes === 1 ? 'is' : 'are'} ${counted(nodes, 'node')}. Set maxSurge: 0 and maxUnavailable: 1.`;
  return [stuck(item, fixedNodes ? 'blocker' : 'warning', message, 'spec.strategy.rollingUpdate')];
}

/** Required anti-affinity to its own pods, node by node. */
function keepsApart(object: KubeObject): boolean {
  const template = podTemplateOf(object);
  const labels = jsonAt(template?.metadata, ['labels']);
  if (template === undefined || !isJsonObject(labels)) return false;
  return listAt(template.spec, 'affinity', 'podAntiAffinity', 'requiredDuringSchedulingIgnoredDuringExecution').some(
    (term) =>
      textAt(term, 'topologyKey') === 'kubernetes.io/hostname' &&
      // The API server adds the hash of the revision here: then old pods are not counted.
      listOf(term['matchLabelKeys']).length === 0 &&
      selects(term['labelSelector'], labels),
  );
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

function hasHostPort(object: KubeObject): boolean {
  const spec = podTemplateOf(object)?.spec;
  return listAt(spec, 'containers').some((container) =>
    listAt(container, 'ports').some((port) => numberAt(port, ['hostPort']) > 0),
  );
}

/**
 * An ordered StatefulSet waits for each pod of the old revision to be ready before it goes on, so a broken one stays.
 * https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#forced-rollback
 */
function brokenPods(item: HopObject, { health }: RolloutEvidence): readonly Finding[] {
  const { object, namespace } = item;
  if (object.kind !== 'StatefulSet' || textAt(object.spec, 'podManagementPolicy') === 'Parallel') return [];
  if (textAt(object.spec, 'updateStrategy', 'type') === 'OnDelete') return [];
  const place = object.metadata.namespace ?? namespace;
  const broken = health.filter(
    ({ state, owner }) =>
      state === 'unhealthy' &&
      owner?.kind === 'StatefulSet' &&
      owner.name === object.metadata.name &&
      (owner.namespace ?? place) === place,
  );
  if (broken.length === 0) return [];
  const names = broken.map((pod) => `${pod.object.name} (${pod.reason})`).join(', ');
  const deletion = `kubectl delete pod ${broken.map((pod) => pod.object.name).join(' ')} -n ${place}`;
  const message = `${nameOf(item)} cannot be rolled out by itself: ${names} ${broken.length === 1 ? 'is' : 'are'} broken already, and an ordered StatefulSet waits for a broken pod instead of replacing it. Mend it first, or delete it when the upgrade has begun: ${deletion}`;
  return [stuck(item, 'blocker', message)];
}

/** Strategies by which nothing restarts: a person must. */
function held(item: HopObject, { pods }: RolloutEvidence): readonly Finding[] {
  const { spec, kind } = item.object;
  const names = pods(item);
  const list = names.length === 0 ? 'its pods' : names.join(', ');
  const type = textAt(spec, 'updateStrategy', 'type');
  const partition = numberAt(spec, ['updateStrategy', 'rollingUpdate', 'partition']);
  let why: string | undefined;
  if (type === 'OnDelete')
    why = `its strategy is OnDelete. Once the upgrade is done, delete ${list}, one after the other.`;
  else if (kind === 'StatefulSet' && partition > 0)
    why = `its partition is ${partition}: pods with a lower number stay as they are until it is lowered.`;
  else if (kind === 'Deployment' && spec?.['paused'] === true)
    why = `it is paused: nothing happens until kubectl rollout resume deployment ${item.object.metadata.name}.`;
  if (why === undefined) return [];
  return [
    finding({
      code: 'ROLLOUT_HELD',
      severity: 'warning',
      component: item.component,
      object: { namespace: item.namespace, ...refOf(item.object) },
      message: `${nameOf(item)} would keep its old pods: ${why}`,
    }),
  ];
}
