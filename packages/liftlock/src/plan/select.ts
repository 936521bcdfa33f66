import { exitCodes, Problem } from '../model/problem.ts';

export interface Selection {
  readonly only?: readonly string[] | undefined;
  readonly from?: string | undefined;
  readonly until?: string | undefined;
}

/** The components that --only, --from and --until leave, in the platform's order; unknown names are refused. */
export function selectComponents(
  names: readonly string[],
  selection: Selection,
  nearest: (word: string, words: readonly string[]) => string | undefined,
): readonly string[] {
  for (const name of [...(selection.only ?? []), selection.from, selection.until]) {
    if (name === undefined || names.includes(name)) continue;
    const near = nearest(name, names);
    throw new Problem('UNKNOWN_COMPONENT', `There is no component "${name}".`, {
      exitCode: exitCodes.usage,
      advice: [near === undefined ? `The components are: ${names.join(', ')}.` : `Did you mean ${near}?`],
    });
  }
  const first = selection.from === undefined ? 0 : names.indexOf(selection.from);
  const last = selection.until === undefined ? names.length - 1 : names.indexOf(selection.until);
  if (first > last) {
    throw new Problem('BAD_SELECTION', `--from ${selection.from} comes after --until ${selection.until}.`, {
      exitCode: exitCodes.usage,
      advice: [`The order is: ${names.join(', ')}.`],
    });
  }
  return names.filter(
    (name, index) => index >= first && index <= last && (selection.only === undefined || selection.only.includes(name)),
  );
}
