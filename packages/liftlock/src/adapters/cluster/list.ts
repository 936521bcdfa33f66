import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import type { KubeObject } from '../../model/kube.ts';
import type { ListOptions } from '../../model/ports.ts';
import { isProblem } from '../../model/problem.ts';

/** Objects a page of a list: what kubectl asks for. */
const pageSize = 500;

/** A list with the version that a watch goes on from. */
export interface ListedPage {
  readonly objects: readonly KubeObject[];
  readonly resourceVersion: string;
}

/** Reads every page. `read` gets the query of one page. */
export async function listPages(
  read: (query: string) => Promise<JsonObject>,
  options: ListOptions,
): Promise<ListedPage> {
  for (let isSecondTry = false; ; isSecondTry = true) {
    try {
      return await pagesOnce(read, options);
    } catch (error) {
      // 410: the list's snapshot was compacted between two pages. It is begun again.
      if (isSecondTry || !isProblem(error) || error.details['status'] !== 410) throw error;
    }
  }
}

async function pagesOnce(read: (query: string) => Promise<JsonObject>, options: ListOptions): Promise<ListedPage> {
  const objects: KubeObject[] = [];
  let next = '';
  for (;;) {
    const query = listQuery({ ...options, limit: String(pageSize), continue: next });
    const page = await read(query);
    objects.push(...itemsOf(page));
    const metadata = isJsonObject(page['metadata']) ? page['metadata'] : {};
    next = typeof metadata['continue'] === 'string' ? metadata['continue'] : '';
    const version = metadata['resourceVersion'];
    if (next === '') return { objects, resourceVersion: typeof version === 'string' ? version : '' };
  }
}

/** Items of a list come without apiVersion and kind: the list's own say them. */
function itemsOf(page: JsonObject): readonly KubeObject[] {
  const kind = typeof page['kind'] === 'string' ? page['kind'].replace(/List$/, '') : '';
  const items = Array.isArray(page['items']) ? (page['items'] as readonly Json[]) : [];
  return items.filter(isJsonObject).map((item) => {
    return { apiVersion: page['apiVersion'], kind, ...item } as unknown as KubeObject;
  });
}

/** `?a=b&c=d` of what is given, or nothing. */
export function listQuery(parameters: Readonly<Record<string, string | undefined>>): string {
  const pairs = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== '');
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs as [string, string][]).toString()}`;
}
