import { isProtectedKind } from '../findings/foreseen/protected-objects.ts';
import { isJsonObject } from '../model/json.ts';
import type { KubeObject } from '../model/kube.ts';
import { changedPaths } from './object-changes.ts';

/** What becomes of an object's content once it is the release's own. */
export interface Adoption {
  /** Nothing but its marks changes: a plan may adopt it by itself. */
  readonly isHarmless: boolean;
  /** Content that is there gives way to the chart's. */
  readonly overwrites: boolean;
  /** A sentence that says so, with a space before it; empty where it is harmless. */
  readonly words: string;
}

/** What of an object is more than its content. */
const mark = /^metadata\.(?:labels|annotations)(?:$|[.[])/;

/** Kinds whose keys are content that a chart need not know. */
const holders = new Set(['ConfigMap', 'Secret']);

/**
 * What helm would do to an object after it is adopted. Without the answer of the API server nobody knows.
 * @param after the object as it would be; undefined where helm does not come to it
 * @param wanted the object as the new manifest has it
 */
export function adoptionOf(live: KubeObject, after: KubeObject | undefined, wanted: KubeObject | undefined): Adoption {
  if (after === undefined) {
    const words = ' What the upgrade would then change of it cannot be foreseen.';
    return { isHarmless: false, overwrites: true, words };
  }
  const changed = changedPaths(live, after).filter(({ path }) => !mark.test(path));
  const overwritten = changed.filter((field) => field.overwrites).map(({ path }) => path);
  const added = changed.filter((field) => !field.overwrites).map(({ path }) => path);
  const unknown = holders.has(live.kind) ? unknownKeys(live, wanted) : [];
  const words = [
    overwritten.length === 0 ? '' : ` The upgrade would then overwrite ${overwritten.join(', ')}.`,
    added.length === 0 ? '' : ` The upgrade would then add ${added.join(', ')}.`,
    unknown.length === 0 ? '' : ` It holds what the chart does not have: ${unknown.join(', ')}.`,
    isProtectedKind(live) ? ' Once it is of the release, it goes with the release, and what depends on it.' : '',
  ].join('');
  return { isHarmless: words === '', overwrites: overwritten.length > 0, words };
}

/** Keys of data that a chart's object does not have: they would go with the release. */
function unknownKeys(live: KubeObject, wanted: KubeObject | undefined): readonly string[] {
  const keysOf = (object: KubeObject | undefined, maps: readonly string[]) =>
    maps.flatMap((map) => {
      const value = (object as unknown as Readonly<Record<string, unknown>> | undefined)?.[map];
      return isJsonObject(value) ? Object.keys(value) : [];
    });
  const known = new Set(keysOf(wanted, ['data', 'stringData', 'binaryData']));
  return keysOf(live, ['data', 'binaryData'])
    .filter((key) => !known.has(key))
    .map((key) => `data.${key}`);
}
