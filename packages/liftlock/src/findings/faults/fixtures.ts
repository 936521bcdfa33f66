import type { JsonObject } from '../../model/json.ts';
import type { KubeObject } from '../../model/kube.ts';
import type { WatchEvent } from '../../model/ports.ts';
import { diagnose } from './diagnose.ts';
import { faultGraces, type FaultGraces } from './graces.ts';
import { emptyMemory, remember } from './memory.ts';
import type { NamedFault } from './named-fault.ts';

/** Objects in the shape in which the API server sends them, for tests. */
export const scope = { release: 'shop', namespace: 'prod' };
export const helms = { 'meta.helm.sh/release-name': 'shop', 'meta.helm.sh/release-namespace': 'prod' };
export const image = 'registry.example/team/web:2';

export function deployment(
  fields: { readonly status?: JsonObject; readonly spec?: JsonObject; readonly release?: string } = {},
): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'web',
      namespace: 'prod',
      uid: 'deployment-web',
      generation: 2,
      annotations: { ...helms, 'meta.helm.sh/release-name': fields.release ?? 'shop' },
    },
    spec: { replicas: 1, ...fields.spec },
    status: {
      observedGeneration: 2,
      replicas: 1,
      updatedReplicas: 1,
      readyReplicas: 1,
      availableReplicas: 1,
      ...fields.status,
    },
  };
}

export function replicaSet(revision: number, status: JsonObject = {}): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `web-r${revision}`,
      namespace: 'prod',
      uid: `replicaset-${revision}`,
      annotations: { ...helms, 'deployment.kubernetes.io/revision': String(revision) },
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'deployment-web', controller: true },
      ],
    },
    status,
  };
}

export interface PodFields {
  readonly name?: string;
  readonly revision?: number;
  readonly owner?: { readonly kind: string; readonly name: string; readonly uid: string };
  readonly labels?: Readonly<Record<string, string>>;
  readonly container?: JsonObject;
  readonly spec?: JsonObject;
  readonly status?: JsonObject;
}

/** A pod whose one container has this status. */
export function pod(containerStatus: JsonObject, fields: PodFields = {}): KubeObject {
  const name = fields.name ?? 'web-1';
  const revision = fields.revision ?? 2;
  const owner = fields.owner ?? { kind: 'ReplicaSet', name: `web-r${revision}`, uid: `replicaset-${revision}` };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'prod',
      uid: `pod-${name}`,
      labels: { ...fields.labels },
      ownerReferences: [{ apiVersion: 'apps/v1', controller: true, ...owner }],
    },
    spec: { containers: [{ name: 'main', image, ...fields.container }], ...fields.spec },
    status: {
      phase: 'Pending',
      containerStatuses: [{ name: 'main', image, ready: false, restartCount: 0, ...containerStatus }],
      ...fields.status,
    },
  };
}

export function waiting(reason: string, message = ''): JsonObject {
  return { state: { waiting: { reason, message } } };
}

export const running: JsonObject = { ready: true, started: true, state: { running: {} } };
export const isReady: JsonObject = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };

export function kubeEvent(
  about: KubeObject,
  reason: string,
  message: string,
  count = 1,
  id = `${about.metadata.uid}-${reason}`,
): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: id, namespace: 'prod', uid: `event-${id}` },
    involvedObject: {
      kind: about.kind,
      name: about.metadata.name,
      uid: about.metadata.uid,
      fieldPath: about.kind === 'Pod' ? 'spec.containers{main}' : '',
    },
    reason,
    message,
    count,
    firstTimestamp: '2026-11-21T10:00:00Z',
  } as unknown as KubeObject;
}

/** Feeds events into a memory at given seconds, and asks what is wrong. */
export class Story {
  readonly memory = emptyMemory();
  #now = Date.parse('2026-11-21T10:00:00Z');
  readonly #graces: FaultGraces;
  readonly #baseline: readonly string[];

  constructor(baseline: readonly string[] = [], graces: FaultGraces = faultGraces()) {
    this.#baseline = baseline;
    this.#graces = graces;
    for (const object of [deployment(), replicaSet(1), replicaSet(2)]) this.sees(object);
  }

  after(seconds: number): this {
    this.#now += seconds * 1000;
    return this;
  }

  sees(...objects: readonly KubeObject[]): this {
    for (const object of objects) this.happens({ type: 'MODIFIED', object });
    return this;
  }

  happens(event: WatchEvent): this {
    remember(this.memory, event, new Date(this.#now));
    return this;
  }

  named(): readonly NamedFault[] {
    return diagnose({
      memory: this.memory,
      scope,
      graces: this.#graces,
      now: new Date(this.#now),
      baselineUids: new Set(this.#baseline),
    });
  }

  /** Code, certain or not, and the seconds left, of everything that looks wrong. */
  faults(): readonly string[] {
    return this.named().map(({ fault }) => `${fault.code} ${fault.isCertain ? 'certain' : fault.graceSeconds}`);
  }
}
