import { diagnose } from '../../src/findings/faults/diagnose.ts';
import {
  deployment,
  image,
  isReady,
  kubeEvent,
  pod,
  replicaSet,
  running,
  scope,
  waiting,
} from '../../src/findings/faults/fixtures.ts';
import { faultGraces } from '../../src/findings/faults/graces.ts';
import { emptyMemory, remember } from '../../src/findings/faults/memory.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { KubeObject } from '../../src/model/kube.ts';
import type { HelmRollbackStep, HelmUpgradeStep } from '../../src/model/step.ts';
import { refusalOf } from '../../src/run/helm-refusal.ts';
import type { DiagnosisCase, Seen, SeenPod } from './case.ts';

/** What the product says of a case. */
export interface Answer {
  readonly class: string;
  readonly object: string;
  readonly field: string;
  readonly remedies: readonly { readonly id: string; readonly destructive: boolean }[];
}

/** Asks the same functions that a run asks. */
export function ask(item: DiagnosisCase): Answer {
  return item.words === undefined ? askWatch(item.see ?? []) : askWords(item, item.words);
}

function askWords({ force, rollback }: DiagnosisCase, words: string): Answer {
  const kind = rollback === true ? 'helm-rollback' : 'helm-upgrade';
  const step = { kind, component: 'web', release: 'shop', namespace: 'prod', force };
  const refusal = refusalOf(step as unknown as HelmUpgradeStep | HelmRollbackStep, words);
  if (refusal === undefined) return { class: 'UNKNOWN', object: '', field: '', remedies: [] };
  const { object } = refusal;
  return {
    class: refusal.code,
    object: object?.kind === undefined ? '' : `${object.kind} ${object.name ?? ''}`.trim(),
    field: refusal.field ?? '',
    remedies: refusal.remedies,
  };
}

function askWatch(seen: readonly Seen[]): Answer {
  const memory = emptyMemory();
  let now = Date.parse('2026-11-21T10:00:00Z');
  const known = new Map<string, KubeObject>();
  const see = (object: KubeObject) => {
    known.set(`${object.kind}/${object.metadata.name}`, object);
    remember(memory, { type: 'MODIFIED', object }, new Date(now));
  };
  for (const object of [deployment(), replicaSet(1), replicaSet(2)]) see(object);
  for (const item of seen) {
    if (item.after !== undefined) now += item.after * 1000;
    if (item.pod !== undefined) see(podOf(item.pod));
    if (item.object !== undefined) see(objectOf(item.object));
    if (item.refused !== undefined) see(refusing(item.refused));
    if (item.event !== undefined) {
      const about = known.get(item.event.on ?? 'Pod/web-1');
      if (about === undefined) throw new Error(`an event about what was not seen: ${item.event.on ?? ''}`);
      see(kubeEvent(about, item.event.reason, item.event.message, item.event.count));
    }
  }
  const [first] = diagnose({ memory, scope, graces: faultGraces(), now: new Date(now), baselineUids: new Set() });
  if (first === undefined) return { class: 'NONE', object: '', field: '', remedies: [] };
  const { fault } = first;
  if (fault.code === 'FAULT_UNKNOWN')
    return { class: 'UNKNOWN', object: '', field: '', remedies: fault.remedies ?? [] };
  return {
    class: fault.code,
    object: `${fault.object.kind} ${fault.object.name}`,
    field: fault.field ?? '',
    remedies: fault.remedies ?? [],
  };
}

function podOf(seen: SeenPod): KubeObject {
  const state: JsonObject = {
    ...(seen.running === true ? running : {}),
    ...(seen.waiting === undefined ? {} : waiting(seen.waiting, seen.message ?? '')),
    ...(seen.notReady === true ? { ready: false } : {}),
    ...seen.status,
  };
  const unscheduled: JsonObject =
    seen.unschedulable === undefined
      ? {}
      : {
          containerStatuses: [],
          conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: seen.unschedulable }],
        };
  const made = pod(state, {
    ...(seen.name === undefined ? {} : { name: seen.name }),
    ...(seen.revision === undefined ? {} : { revision: seen.revision }),
    ...(seen.container === undefined ? {} : { container: seen.container }),
    spec: seen.spec ?? {},
    status: {
      ...unscheduled,
      ...(seen.running === true && seen.notReady !== true ? isReady : {}),
      ...seen.podStatus,
    },
  });
  if (seen.init !== true) return made;
  const { containers = [], ...spec } = made.spec ?? {};
  const { containerStatuses = [], ...status } = made.status ?? {};
  return {
    ...made,
    spec: { ...spec, initContainers: containers, containers: [{ name: 'app', image }] },
    status: { ...status, initContainerStatuses: containerStatuses },
  };
}

function objectOf({ apiVersion, kind, name, spec, status }: NonNullable<Seen['object']>): KubeObject {
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      namespace: 'prod',
      uid: `${kind}-${name}`,
      generation: 1,
      annotations: { 'meta.helm.sh/release-name': 'shop', 'meta.helm.sh/release-namespace': 'prod' },
    },
    ...(spec === undefined ? {} : { spec }),
    ...(status === undefined ? {} : { status }),
  };
}

function refusing(message: string): KubeObject {
  return replicaSet(2, {
    replicas: 0,
    conditions: [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message }],
  });
}
