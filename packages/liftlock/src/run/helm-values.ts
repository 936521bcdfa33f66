import { digestOf } from '../model/digest.ts';
import type { JsonObject } from '../model/json.ts';
import { Problem } from '../model/problem.ts';
import type { ValuesFile } from '../model/snapshot.ts';
import type { HelmUpgradeStep } from '../model/step.ts';
import { keptValues } from '../plan/make-plan.ts';

export interface HelmValuesParts {
  loadValues(path: string): Promise<ValuesFile>;
  readFile(file: string): Promise<string>;
  /** The live release's values, for the keys that are kept. */
  liveValues(): Promise<JsonObject>;
  /** Writes a file of mode 0600 and returns its path. */
  write(name: string, text: string): Promise<string>;
}

/**
 * Private copies of the values files of a step, in helm's order, with the kept keys on top. A file that is no longer what
 * the plan was made from is refused: VALUES_MOVED.
 */
export async function writeHelmValues(step: HelmUpgradeStep, parts: HelmValuesParts): Promise<readonly string[]> {
  const files: string[] = [];
  for (const [index, pinned] of step.values.entries()) {
    const loaded = await parts.loadValues(pinned.path);
    const text = await parts.readFile(loaded.file);
    if (digestOf(text) !== pinned.digest) {
      throw new Problem('VALUES_MOVED', `${loaded.file} is not what the plan was made from.`, {
        advice: ['Make the plan again: liftlock apply shows what the change does.'],
        at: { file: loaded.file },
      });
    }
    files.push(await parts.write(`values/${step.component}/${index + 1}.yaml`, text));
  }
  if (step.keep.length > 0) {
    const kept = keptValues(await parts.liveValues(), step.keep);
    files.push(await parts.write(`values/${step.component}/kept-values.yaml`, JSON.stringify(kept)));
  }
  return files;
}
