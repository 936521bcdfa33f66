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
  /** What was written for helm in this run, by its name; undefined where nothing was. */
  copy?(name: string): Promise<string | undefined>;
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
    const digest = digestOf(text.text);
    if (digest !== pinned.digest) throw valuesMoved(text.name, pinned, digest);
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
  for (const [index, { text }] of texts.entries()) files.push(await parts.write(copyName(step.component, index), text));
  if (kept !== undefined) files.push(await parts.write(`${folder}/kept-values.yaml`, JSON.stringify(kept)));
  return files;
}

function valuesMoved(file: string, pinned: PinnedValues, digest: string): Problem {
  return new Problem(
    'VALUES_MOVED',
    `${file} is not what the plan was made from: it was ${pinned.digest} and is ${digest}.`,
    {
      touched: 'no',
      advice: [
        'To go on as planned, put the file back as it was: liftlock resume',
        'To take the change, plan again: liftlock apply shows what it does.',
      ],
      at: { file },
      details: { planned: pinned.digest, found: digest },
    },
  );
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

/** Where a run keeps what helm was given, below its folder. */
function copyName(component: string, index: number): string {
  return `values/${component}/${index + 1}.yaml`;
}

/**
 * The values of a step as trees, in helm's order. A file that has changed since helm read it is taken as helm was given it; else it
 * is refused: VALUES_MOVED.
 */
export async function stepValues(
  step: Pick<HelmUpgradeStep, 'values' | 'component'>,
  parts: Pick<HelmValuesParts, 'loadValues' | 'frozen' | 'liveValues' | 'copy'>,
): Promise<readonly ValuesFile[]> {
  return Promise.all(
    step.values.map(async (pinned, index) => {
      if (pinned.isCarried !== true) {
        const file = await parts.loadValues(pinned.path);
        if (file.digest === pinned.digest) return file;
        const text = await parts.copy?.(copyName(step.component, index));
        if (text === undefined || digestOf(text) !== pinned.digest) throw valuesMoved(file.path, pinned, file.digest);
        return { ...file, digest: pinned.digest, values: parseValues(text, file.path) };
      }
      const text = await parts.frozen(pinned.path);
      return carriedValues(pinned.path, text === undefined ? await parts.liveValues() : parseValues(text, pinned.path));
    }),
  );
}
