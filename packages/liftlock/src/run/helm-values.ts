import { parseValues } from '../definition/index.ts';
import { digestOf } from '../model/digest.ts';
import type { JsonObject } from '../model/json.ts';
import { Problem } from '../model/problem.ts';
import type { ValuesFile } from '../model/snapshot.ts';
import type { HelmUpgradeStep, PinnedValues } from '../model/step.ts';
import { keptValues } from '../plan/values-for.ts';
import { carriedValues, exportedText } from '../release/exported-values.ts';
import { applyCarryOver } from '../values/carry-over.ts';
import { mergeValues } from '../values/compare.ts';

export interface HelmValuesParts {
  /** A values file, or the values of the command that a vendor's console shows. */
  loadValues(path: string): Promise<ValuesFile>;
  readFile(file: string): Promise<string>;
  /** The live release's values: for the keys that are kept, and as a file where they are carried over. */
  liveValues(): Promise<JsonObject>;
  /** Values that were carried over, as this run has frozen them; undefined where no run has. */
  frozen(path: string): Promise<string | undefined>;
  /** Writes a file of mode 0600 and returns its path. */
  write(name: string, text: string): Promise<string>;
}

/**
 * Private copies of the values files of a step, in helm's order, with the kept keys on top; one file in full where they are
 * carried over to a chart that takes them otherwise. A file that is no longer what the plan was made from is refused:
 * VALUES_MOVED.
 */
export async function writeHelmValues(step: HelmUpgradeStep, parts: HelmValuesParts): Promise<readonly string[]> {
  const texts: NamedText[] = [];
  for (const pinned of step.values) {
    const text = await pinnedText(pinned, parts);
    if (digestOf(text.text) !== pinned.digest) {
      throw new Problem('VALUES_MOVED', `${text.name} is not what the plan was made from.`, {
        advice: ['Make the plan again: liftlock apply shows what the change does.'],
        at: { file: text.name },
      });
    }
    texts.push(text);
  }
  const kept = step.keep.length === 0 ? undefined : keptValues(await parts.liveValues(), step.keep);
  const folder = `values/${step.component}`;
  if (step.carryOver !== undefined) {
    const trees = texts.map(({ text, name }) => parseValues(text, name));
    const given = [...trees, kept ?? {}].reduce<JsonObject>(mergeValues, {});
    return [await parts.write(`${folder}/carried-values.yaml`, exportedText(applyCarryOver(given, step.carryOver)))];
  }
  const files: string[] = [];
  for (const [index, { text }] of texts.entries()) files.push(await parts.write(`${folder}/${index + 1}.yaml`, text));
  if (kept !== undefined) files.push(await parts.write(`${folder}/kept-values.yaml`, JSON.stringify(kept)));
  return files;
}

interface NamedText {
  readonly text: string;
  readonly name: string;
}

async function pinnedText({ path, isCarried, isCommand }: PinnedValues, parts: HelmValuesParts): Promise<NamedText> {
  if (isCarried === true) return carriedText(path, parts);
  if (isCommand === true) return { text: exportedText((await parts.loadValues(path)).values), name: path };
  const { file } = await parts.loadValues(path);
  return { text: await parts.readFile(file), name: file };
}

/** The file of the run's backup, which outlives the release; before a run what the live release holds. */
async function carriedText(path: string, parts: HelmValuesParts): Promise<NamedText> {
  const text = (await parts.frozen(path)) ?? exportedText(await parts.liveValues());
  return { text, name: path };
}

/** Where a run keeps values that were carried over, below its folder. */
export function frozenFile(path: string): string {
  return `backup/${path}`;
}

/** The values of a step as trees, in helm's order. */
export async function stepValues(
  step: Pick<HelmUpgradeStep, 'values'>,
  parts: Pick<HelmValuesParts, 'loadValues' | 'frozen' | 'liveValues'>,
): Promise<readonly ValuesFile[]> {
  return Promise.all(
    step.values.map(async (pinned) => {
      if (pinned.isCarried !== true) return parts.loadValues(pinned.path);
      const text = await parts.frozen(pinned.path);
      return carriedValues(pinned.path, text === undefined ? await parts.liveValues() : parseValues(text, pinned.path));
    }),
  );
}
