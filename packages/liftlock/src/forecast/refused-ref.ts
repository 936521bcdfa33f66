import type { RefusedObject } from '../findings/foreseen/refusal.ts';
import { refOf, type KubeObject, type ObjectRef } from '../model/kube.ts';
import type { ShadowAnswer } from '../model/ports.ts';
import type { ForeseenRelease } from './foreseen-release.ts';

/** The object that an answer is about: as it is, or as helm asked for it. Its kind may be open where helm sent a patch. */
export function aboutOf(answer: ShadowAnswer): KubeObject | undefined {
  const about = answer.before ?? answer.after ?? answer.asked;
  return about?.metadata === undefined ? undefined : about;
}

/** The whole name of a refused object: by the answer, or else by what the words say and the new manifest has. */
export function refusedRef(
  named: RefusedObject | undefined,
  answer: ShadowAnswer | undefined,
  { objects, step }: Pick<ForeseenRelease, 'objects' | 'step'>,
): ObjectRef | undefined {
  const about = answer === undefined ? undefined : aboutOf(answer);
  const inPath = /\/namespaces\/([^/]+)\/./.exec(answer?.path ?? '')?.[1];
  if (about !== undefined) {
    const ref = refOf(about);
    return { ...ref, ...(ref.namespace === undefined && inPath !== undefined ? { namespace: inPath } : {}) };
  }
  if (named?.kind === undefined || named.name === undefined) return undefined;
  const { kind, name } = named;
  const young = objects.find((object) => object.kind === kind && object.metadata.name === name);
  const apiVersion = named.apiVersion ?? young?.apiVersion;
  if (apiVersion === undefined) return undefined;
  const namespace = named.namespace ?? young?.metadata.namespace ?? inPath ?? step.namespace;
  return { apiVersion, kind, name, namespace };
}
