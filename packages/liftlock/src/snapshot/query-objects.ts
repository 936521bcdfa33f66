import { isJsonObject } from '../model/json.ts';
import type { ObjectQuery } from '../model/fact.ts';
import type { KubeObject } from '../model/kube.ts';
import type { ClusterReader } from '../model/ports.ts';
import { isProblem } from '../model/problem.ts';
import { masked } from '../model/redaction.ts';
import { objectPath } from './object-path.ts';

/** A whole object as somebody applied it, as text: it would show what a Secret holds. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * The objects that a definition asks for, as conditions see them: by name in the order of the names, those that do not exist
 * left out; undefined where the cluster does not serve the kind, so that nobody takes "all of none" for true. Of a Secret only the names of its keys are given.
 * @param namespace where the query names none
 * @throws Problem where they may not be read
 */
export async function queryObjects(
  reader: Pick<ClusterReader, 'find' | 'list'>,
  query: ObjectQuery,
  namespace: string,
): Promise<readonly KubeObject[] | undefined> {
  const { apiVersion, kind, names, labelSelector } = query;
  const place = query.namespace ?? namespace;
  try {
    const path = await objectPath(reader, { apiVersion, kind, namespace: place, name: '' });
    const collection = path.replace(/\/$/, '');
    const found =
      names === undefined
        ? await reader.list(collection, labelSelector === undefined ? {} : { labelSelector })
        : await Promise.all(names.map((name) => reader.find(`${collection}/${name}`)));
    return found.flatMap((object) => (object === undefined ? [] : [shown({ ...object, apiVersion, kind })]));
  } catch (error) {
    if (isProblem(error) && error.code === 'KIND_UNKNOWN') return undefined;
    throw error;
  }
}

/** An object without what nobody may see or what no condition is about. */
function shown(object: KubeObject): KubeObject {
  const {
    managedFields: _managed,
    annotations = {},
    ...metadata
  } = object.metadata as KubeObject['metadata'] & {
    readonly managedFields?: unknown;
  };
  const kept = Object.entries(annotations).filter(([key]) => key !== lastApplied);
  const named = { ...object, metadata: { ...metadata, annotations: Object.fromEntries(kept) } };
  if (object.kind !== 'Secret') return named;
  const { stringData: _plain, ...secret } = named as KubeObject & { readonly stringData?: unknown };
  return { ...secret, data: keysOnly(object.data) };
}

function keysOnly(data: unknown): Record<string, string> {
  return Object.fromEntries(Object.keys(isJsonObject(data) ? data : {}).map((key) => [key, masked]));
}
