import { canonicalJson, isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import type { KubeObject } from '../model/kube.ts';
import { digestOf } from '../model/digest.ts';

/** helm leaves an object with this annotation in its stored manifest where it is. Source: helm pkg/action/resource_policy.go. */
export const resourcePolicy = 'helm.sh/resource-policy';

/** True where helm leaves the object alone when the release goes. */
export function isKeptByHelm(object: KubeObject): boolean {
  return object.metadata.annotations?.[resourcePolicy]?.trim().toLowerCase() === 'keep';
}

/** The data of a Secret or ConfigMap in base64, by key, whether a manifest has it or the API server. */
export function contentOf(object: KubeObject): Readonly<Record<string, string>> {
  const { data, stringData, binaryData } = object as unknown as JsonObject;
  const isSecret = object.kind === 'Secret';
  return {
    ...inBase64(data, isSecret ? 'base64' : 'utf8'),
    ...inBase64(binaryData, 'base64'),
    ...(isSecret ? inBase64(stringData, 'utf8') : {}),
  };
}

/** sha256 over data and type: equal for two objects that hold the same. */
export function contentDigest(object: KubeObject): string {
  return digestOf(canonicalJson({ content: contentOf(object), type: object.type ?? '' }));
}

function inBase64(map: Json | undefined, encoding: 'base64' | 'utf8'): Readonly<Record<string, string>> {
  const entries = Object.entries(isJsonObject(map) ? map : {});
  return Object.fromEntries(
    entries.flatMap(([key, value]) =>
      typeof value === 'string' ? [[key, Buffer.from(value, encoding).toString('base64')] as const] : [],
    ),
  );
}
