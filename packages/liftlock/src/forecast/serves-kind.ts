import { isJsonObject, type Json } from '../model/json.ts';
import type { ClusterReader } from '../model/ports.ts';

/** Whether the API server serves a kind in a version, by discovery. Throws Problems of the reader. */
export async function servesKind(
  reader: Pick<ClusterReader, 'find'>,
  apiVersion: string,
  kind: string,
): Promise<boolean> {
  const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const answer = (await reader.find(base)) as { readonly resources?: Json } | undefined;
  const list = Array.isArray(answer?.resources) ? (answer.resources as readonly Json[]) : [];
  return list.some((item) => isJsonObject(item) && item['kind'] === kind);
}
