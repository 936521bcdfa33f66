import type { JsonObject } from './json.ts';

/** Names one Kubernetes object. */
export interface ObjectRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name: string;
}

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
}

export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly OwnerReference[];
  readonly finalizers?: readonly string[];
}

/** Any object of the Kubernetes API, as JSON. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec?: JsonObject;
  readonly status?: JsonObject;
  readonly data?: JsonObject;
  readonly type?: string;
}

export function refOf(object: KubeObject): ObjectRef {
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    name: object.metadata.name,
    ...(object.metadata.namespace === undefined ? {} : { namespace: object.metadata.namespace }),
  };
}

/** True when a manifest's object is this live one; where the manifest names no namespace, the release's counts. */
export function isSameObject(object: KubeObject, live: KubeObject, namespace: string): boolean {
  return (
    object.kind === live.kind &&
    groupOf(object) === groupOf(live) &&
    object.metadata.name === live.metadata.name &&
    (live.metadata.namespace === undefined || (object.metadata.namespace ?? namespace) === live.metadata.namespace)
  );
}

function groupOf(object: KubeObject): string {
  return object.apiVersion.includes('/') ? (object.apiVersion.split('/')[0] ?? '') : '';
}

/** The name of an object as remedies name it: with its namespace only where that is not the release's. */
export function nameWithin({ namespace, name }: Pick<ObjectRef, 'namespace' | 'name'>, home: string): string {
  return namespace === undefined || namespace === home ? name : `${namespace}/${name}`;
}

/** `Deployment codemie/codemie-ui`, as people name objects. */
export function formatRef(ref: ObjectRef): string {
  return ref.namespace === undefined ? `${ref.kind} ${ref.name}` : `${ref.kind} ${ref.namespace}/${ref.name}`;
}
