import type { CaseWorld, LiveObject } from './case.ts';

/** A look that tells whether an object has gone: deletion under way counts, and so does a kind that nobody knows now. */
export function gone(apiVersion: string, kind: string, name: string) {
  return async (world: CaseWorld): Promise<string | undefined> => {
    const live = await world.find(apiVersion, kind, name);
    return live === undefined || live.metadata['deletionTimestamp'] !== undefined
      ? `${kind} ${name.replaceAll('__NS__', world.namespace)} was deleted`
      : undefined;
  };
}

/** A field of a live object, as the case knows it to be. */
export function fieldOf<T>(live: LiveObject | undefined, field: 'spec' | 'data'): T {
  if (live === undefined) throw new Error('the object is not there');
  return live[field] as T;
}
