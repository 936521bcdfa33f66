import { isJsonObject, type Json } from '../model/json.ts';
import { formatRef, type ObjectRef } from '../model/kube.ts';
import type { ClusterReader } from '../model/ports.ts';
import { Problem } from '../model/problem.ts';

/** The API server's path of an object: plural and scope of its kind are what discovery says. Throws KIND_UNKNOWN. */
export async function objectPath(reader: Pick<ClusterReader, 'find'>, object: ObjectRef): Promise<string> {
  const base = object.apiVersion.includes('/') ? `/apis/${object.apiVersion}` : `/api/${object.apiVersion}`;
  // Discovery answers with a list of resources, which is no object like others.
  const answer = (await reader.find(base)) as { readonly resources?: Json } | undefined;
  const resources = Array.isArray(answer?.resources) ? (answer.resources as readonly Json[]).filter(isJsonObject) : [];
  // A name with a slash is a subresource, such as deployments/scale.
  const resource = resources.find(
    ({ kind, name }) => kind === object.kind && typeof name === 'string' && !name.includes('/'),
  );
  const plural = resource?.['name'];
  if (resource === undefined || typeof plural !== 'string') {
    throw new Problem(
      'KIND_UNKNOWN',
      `The API server does not serve ${object.apiVersion} ${object.kind}, of ${formatRef(object)}.`,
      {
        advice: ['Look at it: kubectl api-resources'],
      },
    );
  }
  const scope = resource['namespaced'] === true ? `/namespaces/${object.namespace ?? 'default'}` : '';
  return `${base}${scope}/${plural}/${object.name}`;
}
