import type { GitOpsKind, GitOpsOwner } from '../model/gitops.ts';
import { isJsonObject, jsonAt, type Json, type JsonObject } from '../model/json.ts';
import { formatRef, refOf, type KubeObject } from '../model/kube.ts';
import { gitOpsMarks, type GitOpsMark } from './gitops-marks.ts';

/** A release that somebody asks about. */
export interface AskedRelease {
  readonly release: string;
  readonly namespace: string;
  /** What its records say that it holds; none where helm has no record of it. */
  readonly objects: readonly KubeObject[];
  /** Some of them as they are in the cluster. */
  readonly live: readonly KubeObject[];
}

/** Objects of GitOps controllers in this cluster; undefined for a kind that may not be read. */
export interface GitOpsObjects {
  readonly Application: readonly KubeObject[] | undefined;
  readonly HelmRelease: readonly KubeObject[] | undefined;
  readonly Kustomization: readonly KubeObject[] | undefined;
}

const kinds = ['Application', 'HelmRelease', 'Kustomization'] as const;

/** Which GitOps controllers write a release or objects of it: by their own objects, and by the marks that they leave. */
export function gitOpsOwners(asked: AskedRelease, known: GitOpsObjects): readonly GitOpsOwner[] {
  const about = { release: asked.release, releaseNamespace: asked.namespace };
  const byObject = kinds.flatMap((kind) =>
    (known[kind] ?? []).flatMap((object) => {
      const evidence = claimOf(kind, object, asked);
      return evidence === undefined ? [] : [{ ...about, ...describe(kind, object), evidence }];
    }),
  );
  const byMark = asked.live.flatMap(gitOpsMarks).map((mark) => ({ ...about, ...ofMark(mark, known) }));
  // A bare trace says nothing that a named owner of that kind does not say better.
  const named = new Set([...byObject, ...byMark].flatMap(({ kind, name }) => (name === undefined ? [] : [kind])));
  const all = [...byObject, ...byMark].filter(({ kind, name }) => name !== undefined || !named.has(kind));
  const keyOf = ({ kind, name, namespace }: GitOpsOwner) => [kind, name, namespace].join('/');
  const first = new Map<string, GitOpsOwner>();
  for (const owner of all) if (!first.has(keyOf(owner))) first.set(keyOf(owner), owner);
  return [...first.values()];
}

function toolOf(kind: GitOpsKind): GitOpsOwner['tool'] {
  return kind === 'Application' ? 'Argo CD' : 'Flux';
}

function describe(kind: GitOpsKind, { metadata, spec }: KubeObject) {
  const set = metadata.ownerReferences?.find((owner) => owner.kind === 'ApplicationSet');
  return {
    tool: toolOf(kind),
    kind,
    name: metadata.name,
    namespace: metadata.namespace,
    isPaused: kind === 'Application' ? isManual(spec) : spec?.['suspend'] === true,
    ...(set === undefined ? {} : { madeBy: `ApplicationSet ${set.name}` }),
  };
}

/** Source: https://argo-cd.readthedocs.io/en/stable/user-guide/auto_sync/ (`automated`, and `automated.enabled` of 3.1 and later). */
function isManual(spec: JsonObject | undefined): boolean {
  const automated = jsonAt(spec, ['syncPolicy', 'automated']);
  return !isJsonObject(automated) || automated['enabled'] === false;
}

function ofMark({ kind, name, namespace, evidence }: GitOpsMark, known: GitOpsObjects) {
  const object = known[kind]?.find(
    ({ metadata }) => metadata.name === name && (namespace === undefined || metadata.namespace === namespace),
  );
  return object === undefined
    ? { tool: toolOf(kind), kind, name, namespace, evidence }
    : { ...describe(kind, object), evidence };
}

/** How an object of a controller claims the release, in words; undefined where it does not. */
function claimOf(kind: GitOpsKind, object: KubeObject, asked: AskedRelease): string | undefined {
  if (kind === 'HelmRelease') return claimOfHelmRelease(object, asked);
  if (kind === 'Kustomization') {
    const held = heldBy(object, asked, ['inventory', 'entries'], inventoryKey);
    return held === undefined ? undefined : `its inventory holds ${held}`;
  }
  return claimOfApplication(object, asked);
}

/** Source: https://fluxcd.io/flux/components/helm/helmreleases/ (release name, target namespace, kubeConfig). */
function claimOfHelmRelease({ metadata, spec = {} }: KubeObject, asked: AskedRelease): string | undefined {
  // It writes into another cluster.
  if (spec['kubeConfig'] !== undefined) return undefined;
  const target = spec['targetNamespace'];
  const own = typeof target === 'string' && target !== '' ? `${target}-${metadata.name}` : metadata.name;
  const name = spec['releaseName'] ?? own;
  const where = target ?? metadata.namespace;
  return name === asked.release && where === asked.namespace ? 'it names the release' : undefined;
}

const inCluster = new Set<Json | undefined>([undefined, '', 'https://kubernetes.default.svc', 'in-cluster']);

/**
 * Argo CD renders charts and keeps no records of helm's: an Application may name the release, list its objects among its own, or
 * be named by the label that it tracks by, which charts set as well. The last counts only for an Application of that
 * namespace that does not say otherwise.
 */
function claimOfApplication(application: KubeObject, asked: AskedRelease): string | undefined {
  const { metadata, spec = {} } = application;
  const held = heldBy(application, asked, ['resources'], resourceKey);
  const destination = jsonAt(spec, ['destination']);
  const { server, name, namespace } = isJsonObject(destination) ? destination : {};
  // Another cluster's objects may have the same names as those here.
  if (!inCluster.has(server) || !inCluster.has(name)) return undefined;
  if (held !== undefined) return `it lists ${held} as its own`;
  if (namespace !== asked.namespace) return undefined;
  const sources = [spec['source'], ...(Array.isArray(spec['sources']) ? (spec['sources'] as readonly Json[]) : [])];
  const names = sources
    .filter((source) => isJsonObject(source))
    .filter((source) => source['chart'] !== undefined || source['helm'] !== undefined)
    .map((source) => jsonAt(source, ['helm', 'releaseName']) ?? metadata.name);
  if (names.includes(asked.release)) return 'it names the release';
  const resources = jsonAt(application.status, ['resources']);
  const labelled = asked.live.find(
    (object) => object.metadata.labels?.['app.kubernetes.io/instance'] === metadata.name,
  );
  // An Application that lists its objects, and not this one, does not own it.
  if (labelled === undefined || (Array.isArray(resources) && resources.length > 0)) return undefined;
  return `label app.kubernetes.io/instance of ${formatRef(refOf(labelled))}`;
}

/** The first object of the release that a controller's status lists. */
function heldBy(
  controller: KubeObject,
  { objects, namespace }: AskedRelease,
  path: readonly string[],
  keyOf: (entry: JsonObject) => string,
): string | undefined {
  const list = jsonAt(controller.status, path);
  if (!Array.isArray(list)) return undefined;
  const keys = new Set((list as readonly Json[]).filter(isJsonObject).map(keyOf));
  const held = objects.find((object) => keys.has(objectKey(object, namespace)) || keys.has(objectKey(object, '')));
  return held === undefined
    ? undefined
    : formatRef({ ...refOf(held), namespace: held.metadata.namespace ?? namespace });
}

function objectKey({ apiVersion, kind, metadata }: KubeObject, namespace: string): string {
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
  return [namespace === '' ? '' : (metadata.namespace ?? namespace), metadata.name, group, kind].join('_');
}

function resourceKey(resource: JsonObject): string {
  const words = ['namespace', 'name', 'group', 'kind'].map((key) => resource[key]);
  return words.map((word) => (typeof word === 'string' ? word : '')).join('_');
}

/** `NAMESPACE_NAME_GROUP_KIND`. Source: fluxcd/cli-utils pkg/object/objmetadata.go */
function inventoryKey({ id }: JsonObject): string {
  return typeof id === 'string' ? id : '';
}
