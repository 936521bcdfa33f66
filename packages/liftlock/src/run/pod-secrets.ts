import type { JsonObject } from '../model/json.ts';
import { isProblem } from '../model/problem.ts';
import { secretsOfPod } from '../release/references.ts';
import type { World } from './world.ts';

/**
 * Teaches the redactor the Secrets that a pod reads, before anything is shown that it has printed: a chart may have made them up,
 * and they then stand in no values.
 * @returns why one of them could not be read: then no line of the pod may be shown
 */
export async function learnPodSecrets(
  spec: JsonObject | undefined,
  namespace: string,
  { reader, redactor }: Pick<World, 'redactor'> & { readonly reader: Pick<World['reader'], 'find'> },
): Promise<string | undefined> {
  try {
    for (const name of secretsOfPod(spec))
      redactor.learnSecretData((await reader.find(`/api/v1/namespaces/${namespace}/secrets/${name}`))?.data);
    return undefined;
  } catch (error) {
    if (!isProblem(error)) throw error;
    return error.message;
  }
}
