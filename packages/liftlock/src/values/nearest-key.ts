import { nearestWord } from '../model/nearest.ts';
import type { ValuePath } from './template-values.ts';

/** Last keys that charts have at many places: alone they say nothing of where a key has gone. */
const common = new Set(
  'enabled name size annotations labels host port type image tag repository create existingsecret replicas resources'.split(
    ' ',
  ),
);

/**
 * The key that someone who set `path` probably means now: the same last key at another place first, then a name that is
 * spelt nearly so at the same place. Undefined where none is close.
 * @param known keys that are read now
 * @param isNew true for a key that was not read before: what moved, moved to such a one
 */
export function nearestKey(
  path: ValuePath,
  known: readonly ValuePath[],
  isNew: (path: ValuePath) => boolean,
): ValuePath | undefined {
  const last = bare(path.at(-1) ?? '');
  const words = new Set(path.slice(0, -1).map(bare));
  const moved = known
    .filter((item) => bare(item.at(-1) ?? '') === last)
    .map((item) => ({ item, shared: item.slice(0, -1).filter((word) => words.has(bare(word))).length }))
    .filter(({ item, shared }) => shared > 0 || (isNew(item) && !common.has(last)))
    .filter(({ shared }) => !common.has(last) || shared > 0)
    .toSorted(
      (a, b) => Number(isNew(b.item)) - Number(isNew(a.item)) || b.shared - a.shared || a.item.length - b.item.length,
    );
  if (moved[0] !== undefined) return moved[0].item;
  return respelt(path, known);
}

/** The same path with one key spelt otherwise. */
function respelt(path: ValuePath, known: readonly ValuePath[]): ValuePath | undefined {
  const nearly = known
    .filter((item) => item.length >= path.length)
    .map((item) => item.slice(0, path.length))
    .map((item) => ({ item, wrong: path.flatMap((word, index) => (word === item[index] ? [] : [index])) }));
  for (const place of path.keys()) {
    const others = nearly.filter(({ wrong }) => wrong.length === 1 && wrong[0] === place);
    const near = nearestWord(path[place] ?? '', [...new Set(others.map(({ item }) => item[place] ?? ''))]);
    if (near !== undefined) return path.with(place, near);
  }
  return undefined;
}

function bare(word: string): string {
  return word.toLowerCase().replaceAll(/[-_]/g, '');
}
