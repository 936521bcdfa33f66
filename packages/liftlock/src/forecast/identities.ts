import { digestOfJson } from '../model/digest.ts';
import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import type { KubeObject } from '../model/kube.ts';
import type { ClusterReader } from '../model/ports.ts';
import { isProblem } from '../model/problem.ts';

/** What is behind a path, in one word that differs when it has changed; undefined where it may not be read. */
export type Identity = string | undefined;

/** How many reads are under way at once. */
const atOnce = 8;
/** From so many objects of one collection on, the collection is listed instead of each being asked for. */
const fewestForList = 4;
export const absent = 'absent';

/** The identity of everything behind these paths, which may carry a query. */
export async function readIdentities(
  paths: readonly string[],
  reader: Pick<ClusterReader, 'find' | 'list'>,
): Promise<ReadonlyMap<string, Identity>> {
  const found = new Map<string, Identity>();
  const work: (() => Promise<void>)[] = [];
  for (const [collection, names] of byCollection([...new Set(paths)])) {
    if (collection !== undefined && names.length >= fewestForList) {
      work.push(() => readFromList(collection, names, reader, found));
    } else {
      for (const { path } of names)
        work.push(async () => void found.set(path, await identityOrNone(() => reader.find(path))));
    }
  }
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let next = work.shift(); next !== undefined; next = work.shift()) await next();
    }),
  );
  return found;
}

interface Named {
  readonly path: string;
  readonly name: string;
}

const objectPattern = /^((?:\/api\/v1|\/apis\/[^/?]+\/[^/?]+)(?:\/namespaces\/[^/?]+)?\/[^/?]+)\/([^/?]+)$/;

function byCollection(paths: readonly string[]): ReadonlyMap<string | undefined, readonly Named[]> {
  const groups = new Map<string | undefined, Named[]>();
  for (const path of paths) {
    const [, collection, name = ''] = objectPattern.exec(path) ?? [];
    groups.set(collection, [...(groups.get(collection) ?? []), { path, name }]);
  }
  return groups;
}

async function readFromList(
  collection: string,
  names: readonly Named[],
  reader: Pick<ClusterReader, 'find' | 'list'>,
  found: Map<string, Identity>,
): Promise<void> {
  let objects: readonly KubeObject[] | undefined;
  try {
    objects = await reader.list(collection);
  } catch (error) {
    if (!isProblem(error)) throw error;
  }
  for (const { path, name } of names) {
    // Who may read each object may not be allowed to list them.
    if (objects === undefined) found.set(path, await identityOrNone(() => reader.find(path)));
    else {
      const object = objects.find(({ metadata }) => metadata.name === name);
      found.set(path, object === undefined ? absent : identityOf(object));
    }
  }
}

async function identityOrNone(read: () => Promise<KubeObject | undefined>): Promise<Identity> {
  try {
    const answer = await read();
    return answer === undefined ? absent : identityOf(answer);
  } catch (error) {
    if (isProblem(error)) return undefined;
    throw error;
  }
}

/** Kinds whose status changes all the time, without meaning anything to an upgrade: their content counts. */
const restless = new Set(['Node', 'Pod', 'HorizontalPodAutoscaler']);

/**
 * One object, a list, or a document of discovery. Where there is a resource version, or several, the second word is the
 * greatest of them.
 */
export function identityOf(answer: KubeObject, kind = answer.kind): string {
  const items = (answer as unknown as JsonObject)['items'];
  if (Array.isArray(items)) {
    const objects = (items as readonly Json[]).filter(isJsonObject) as unknown as readonly KubeObject[];
    // Items of a list say neither their kind nor their version.
    const identities = objects.map((item) => identityOf(item, kind.replace(/List$/, '')));
    const versions = identities.map((identity) => versionOf(identity) ?? 0n);
    const newest = versions.reduce((greatest, version) => (version > greatest ? version : greatest), 0n);
    return `list ${newest} ${digestOfJson(identities.toSorted())}`;
  }
  const { metadata } = answer as { readonly metadata?: KubeObject['metadata'] };
  if (metadata?.uid === undefined) return digestOfJson(answer);
  if (restless.has(kind)) {
    const { spec, status } = answer;
    const { allocatable, phase } = status ?? {};
    return `${metadata.uid} content ${digestOfJson({ spec, labels: metadata.labels ?? {}, allocatable, phase })}`;
  }
  return `${metadata.uid} ${metadata.resourceVersion ?? ''}`;
}

/** The resource version that an identity tells; resource versions are whole numbers that grow. */
export function versionOf(identity: string): bigint | undefined {
  const version = /^\S+ (\d+)( |$)/.exec(identity)?.[1];
  return version === undefined ? undefined : BigInt(version);
}
