import { formatRef, refOf, type KubeObject } from '../model/kube.ts';
import type { ForeseenWorld, ShadowAnswer } from '../model/ports.ts';

/** What helm would leave behind: the world in which the next hop begins. Holds secrets, and stays in memory. */
export function worldAfter(answers: readonly ShadowAnswer[]): ForeseenWorld {
  const objects = new Map<string, KubeObject>();
  const absent = new Map<string, KubeObject>();
  for (const { method, status, before, after } of answers) {
    if (method === 'DELETE' && before !== undefined && status < 300) {
      const key = formatRef(refOf(before));
      objects.delete(key);
      absent.set(key, before);
    } else if (after !== undefined && status < 300) {
      const key = formatRef(refOf(after));
      absent.delete(key);
      objects.set(key, after);
    }
  }
  const left = [...objects.values()];
  const isRecord = ({ type }: KubeObject) => type === 'helm.sh/release.v1';
  return {
    records: left.filter(isRecord),
    objects: left.filter((object) => !isRecord(object)),
    absent: [...absent.values()].map(refOf),
  };
}

/** Several releases' worlds as one, the later over the earlier. */
export function joinWorlds(worlds: readonly ForeseenWorld[]): ForeseenWorld {
  let joined: Required<Pick<ForeseenWorld, 'records' | 'objects' | 'absent'>> = {
    records: [],
    objects: [],
    absent: [],
  };
  for (const { records = [], objects = [], absent = [] } of worlds) {
    const gone = new Set(absent.map(formatRef));
    const made = new Set([...records, ...objects].map((object) => formatRef(refOf(object))));
    const stays = (object: KubeObject) => {
      const key = formatRef(refOf(object));
      return !gone.has(key) && !made.has(key);
    };
    joined = {
      records: [...(joined.records ?? []).filter(stays), ...records],
      objects: [...(joined.objects ?? []).filter(stays), ...objects],
      absent: [...(joined.absent ?? []).filter((ref) => !made.has(formatRef(ref))), ...absent],
    };
  }
  return joined;
}
