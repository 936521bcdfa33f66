import type { RefusedObject } from '../findings/foreseen/refusal.ts';
import { isJsonObject, type Json } from '../model/json.ts';
import type { KubeObject } from '../model/kube.ts';
import { isProblem } from '../model/problem.ts';
import type { LookParts } from './foreseen-release.ts';

/**
 * The live object that helm names by kind, namespace and name alone: its API version is looked up in discovery, Kubernetes' own
 * first. Undefined where it cannot be found for certain.
 */
export async function findLive(
  named: RefusedObject | undefined,
  reader: LookParts['reader'],
): Promise<KubeObject | undefined> {
  const { kind, name, namespace } = named ?? {};
  if (kind === undefined || name === undefined) return undefined;
  try {
    for (const [base, apiVersion] of await bases(reader)) {
      const resource = await resourceOf(base, kind, reader);
      if (resource === undefined) continue;
      const scope = resource.namespaced && namespace !== undefined ? `/namespaces/${namespace}` : '';
      const live = await reader.find(`${base}${scope}/${resource.plural}/${name}`);
      if (live !== undefined) return { ...live, apiVersion, kind };
    }
  } catch (error) {
    if (!isProblem(error)) throw error;
  }
  return undefined;
}

async function bases(reader: LookParts['reader']): Promise<readonly (readonly [base: string, apiVersion: string])[]> {
  const answer = (await reader.find('/apis')) as { readonly groups?: Json } | undefined;
  const groups = Array.isArray(answer?.groups) ? (answer.groups as readonly Json[]).filter(isJsonObject) : [];
  const versions = groups.flatMap(({ preferredVersion }) => {
    const version = isJsonObject(preferredVersion) ? preferredVersion['groupVersion'] : undefined;
    return typeof version === 'string' ? [version] : [];
  });
  return [['/api/v1', 'v1'], ...versions.map((version) => [`/apis/${version}`, version] as const)];
}

async function resourceOf(base: string, kind: string, reader: LookParts['reader']) {
  const answer = (await reader.find(base)) as { readonly resources?: Json } | undefined;
  const list = Array.isArray(answer?.resources) ? (answer.resources as readonly Json[]).filter(isJsonObject) : [];
  for (const { kind: served, name: plural, namespaced } of list) {
    // A name with a slash is a subresource.
    if (served === kind && typeof plural === 'string' && !plural.includes('/'))
      return { plural, namespaced: namespaced === true };
  }
  return undefined;
}
