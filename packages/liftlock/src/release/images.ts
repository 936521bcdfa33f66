import { isJsonObject, jsonAt, type Json, type JsonObject } from '../model/json.ts';
import { refOf, type KubeObject, type ObjectRef } from '../model/kube.ts';

/** One image that an object's pods run, and what they pull it with. */
export interface ImageUse {
  readonly image: string;
  readonly object: ObjectRef;
  readonly namespace: string;
  /** Names of Secrets in that namespace. */
  readonly pullSecrets: readonly string[];
  /** Undefined where the pods are not known: of custom resources. */
  readonly serviceAccount?: string | undefined;
  readonly nodeSelector?: JsonObject | undefined;
  readonly tolerations?: readonly Json[] | undefined;
}

/** Kinds that describe pods without running them, or hold arbitrary text. */
const silentKinds = new Set(['CustomResourceDefinition', 'ConfigMap', 'Secret']);

/** Every image of a manifest: of all pod specs, init containers too, and of custom resources where a field is plainly one. */
export function imagesOf(objects: readonly KubeObject[], namespace: string): readonly ImageUse[] {
  return objects.flatMap((object) => {
    if (silentKinds.has(object.kind)) return [];
    const uses: ImageUse[] = [];
    const of = { object: refOf(object), namespace: object.metadata.namespace ?? namespace };
    collect(object as unknown as JsonObject, of, isCustom(object), uses);
    return [...new Map(uses.map((use) => [use.image, use])).values()];
  });
}

function isCustom({ apiVersion }: KubeObject): boolean {
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
  return group.includes('.') && !group.endsWith('.k8s.io');
}

function collect(
  value: Json | undefined,
  of: Pick<ImageUse, 'object' | 'namespace'>,
  isOwn: boolean,
  uses: ImageUse[],
): void {
  if (Array.isArray(value)) {
    for (const item of value as readonly Json[]) collect(item, of, isOwn, uses);
    return;
  }
  if (!isJsonObject(value)) return;
  const containers = ['initContainers', 'containers', 'ephemeralContainers'].flatMap((key) => items(value[key]));
  const images = containers.map((container) => jsonAt(container, ['image'])).filter(isImage);
  if (images.length > 0) uses.push(...images.map((image) => ({ image, ...of, ...pullOf(value) })));
  // Image volumes are pulled as containers are.
  for (const volume of items(value['volumes'])) {
    const image = jsonAt(volume, ['image', 'reference']);
    if (isImage(image)) uses.push({ image, ...of, ...pullOf(value) });
  }
  for (const [key, inner] of Object.entries(value)) {
    if (isOwn && images.length === 0 && /^(.*I|i)mage$/.test(key)) {
      const image = fieldImage(inner);
      if (image !== undefined) uses.push({ image, ...of, pullSecrets: [] });
    }
    collect(inner, of, isOwn, uses);
  }
}

function pullOf(podSpec: JsonObject): Omit<ImageUse, 'image' | 'object' | 'namespace'> {
  const { serviceAccountName, nodeSelector, tolerations } = podSpec;
  return {
    pullSecrets: items(podSpec['imagePullSecrets'])
      .map((item) => jsonAt(item, ['name']))
      .filter((name) => typeof name === 'string'),
    serviceAccount:
      typeof serviceAccountName === 'string' && serviceAccountName !== '' ? serviceAccountName : 'default',
    ...(isJsonObject(nodeSelector) ? { nodeSelector } : {}),
    ...(items(tolerations).length === 0 ? {} : { tolerations: items(tolerations) }),
  };
}

/** `image: a/b:1`, or a map of repository and tag; a name without a tag may be anything. */
function fieldImage(value: Json | undefined): string | undefined {
  if (typeof value === 'string') return /[:@]/.test(value) && isImage(value) ? value : undefined;
  const [registry, repository, tag] = ['registry', 'repository', 'tag'].map((key) => jsonAt(value, [key]));
  if (typeof repository !== 'string' || (typeof tag !== 'string' && typeof tag !== 'number')) return undefined;
  const image = `${typeof registry === 'string' && registry !== '' ? `${registry}/` : ''}${repository}:${tag}`;
  return isImage(image) ? image : undefined;
}

/** As https://pkg.go.dev/github.com/distribution/reference has it, host and port included. */
function isImage(value: Json | undefined): value is string {
  return (
    typeof value === 'string' &&
    /^([a-zA-Z0-9.-]+(:\d+)?\/)?[a-z0-9]+([._/-]+[a-z0-9]+)*(:[\w][\w.-]{0,127})?(@[a-z0-9]+:[0-9a-f]{32,})?$/.test(
      value,
    )
  );
}

function items(list: Json | undefined): readonly Json[] {
  return Array.isArray(list) ? (list as readonly Json[]) : [];
}

/** The registry of an image: one without a host is Docker Hub's. */
export function registryOfImage(image: string): string {
  const [first = '', ...rest] = image.split('/');
  const host = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost') ? first : 'docker.io';
  return host === 'index.docker.io' ? 'docker.io' : host;
}

/**
 * True where the login of a `.dockerconfigjson` is for the image, as the kubelet decides: the host equal, labels of it by
 * `*`, and the path of the login the beginning of the image's.
 * Source: https://kubernetes.io/docs/concepts/containers/images/#config-json
 */
export function isLoginFor(server: string, image: string): boolean {
  const [host = '', ...path] = server
    .replace(/^https?:\/\//, '')
    .replace(/\/(v[12]\/?)?$/, '')
    .split('/');
  const registry = registryOfImage(image);
  const wanted = (host === 'index.docker.io' || host === 'registry-1.docker.io' ? 'docker.io' : host).split('.');
  const labels = registry.split('.');
  const fits = wanted.length === labels.length && wanted.every((label, index) => isLabel(label, labels[index] ?? ''));
  const name = image.startsWith(`${registry}/`) ? image.slice(registry.length + 1) : image;
  return (
    fits &&
    (path.length === 0 ||
      name === path.join('/') ||
      name.startsWith(`${path.join('/')}/`) ||
      name.startsWith(`${path.join('/')}:`))
  );
}

function isLabel(pattern: string, label: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.+?^$()[\]{}|\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('.*')}$`).test(label);
}
