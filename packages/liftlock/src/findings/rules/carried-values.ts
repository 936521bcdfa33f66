import { counted } from '../../model/counted.ts';
import type { Finding, Remedy } from '../../model/finding.ts';
import { isJsonObject, jsonAt, type JsonObject } from '../../model/json.ts';
import type { CarriedValue } from '../../model/plan.ts';
import type { ComponentSnapshot } from '../../model/snapshot.ts';
import { chartKeys, type ChartKeys } from '../../values/chart-keys.ts';
import { givenValues } from '../../values/given-values.ts';
import { nearestKey } from '../../values/nearest-key.ts';
import { carryRemedies } from '../../values/settle-values.ts';
import { patternOf, readPattern, startsWith } from '../../values/value-path.ts';
import { selectedComponents, type PreflightEvidence } from '../evidence.ts';
import { allowing, finding } from '../make-finding.ts';
import { shown } from './values.ts';

type Path = readonly string[];

/** Values shown in one line; the rest is counted. */
const mostShown = 6;

/** What becomes of the user's values on their way to the new chart: what nobody has decided blocks. */
export function carriedValueFindings(evidence: PreflightEvidence): readonly Finding[] {
  return selectedComponents(evidence).flatMap(({ component: { name }, read }) => {
    const values = evidence.carried?.[name]?.values;
    if (values === undefined || read === undefined) return [];
    const given = givenValues(read, evidence.decisions);
    const content = read.chart?.content;
    const keys = content === undefined ? undefined : chartKeys(content, given);
    const open = questions(values).map((question) => notCarried(question, read, given, keys));
    return [...open, ...told(name, values, read)];
  });
}

/** True for a value that is asked about, or was: another finding about it would ask again. */
export function isAskedAbout(path: Path, values: readonly CarriedValue[]): boolean {
  const pattern = patternOf(path);
  return values.some((value) => value.path === pattern && isAsked(value));
}

interface Question {
  readonly path: Path;
  readonly values: readonly CarriedValue[];
}

function isAsked({ becomes, decision }: CarriedValue): boolean {
  return becomes === 'undecided' || decision !== undefined;
}

/** One for each decision that was made, and one for each outermost key of which everything is undecided. */
function questions(values: readonly CarriedValue[]): readonly Question[] {
  const decided = Map.groupBy(
    values.filter(({ decision }) => decision !== undefined),
    ({ decision }) => decision ?? '',
  );
  const answered = [...decided].map(([remedy, of]): Question => {
    const path = remedy.split(':').slice(2).join(':');
    return { path: readPattern(path).keys, values: of };
  });
  const open = values.filter(({ becomes, decision }) => becomes === 'undecided' && decision === undefined);
  const paths = values.map((value) => ({ value, keys: readPattern(value.path).keys }));
  const grouped = new Map<string, Question>();
  for (const value of open) {
    const keys = readPattern(value.path).keys;
    // What stands in the way of another value, or has no place of its own, is a question of its own.
    const length = value.other === undefined ? outermostLength(keys, paths) : keys.length;
    const path = keys.slice(0, length);
    const id = JSON.stringify(path);
    grouped.set(id, { path, values: [...(grouped.get(id)?.values ?? []), value] });
  }
  return [...answered, ...grouped.values()];
}

function outermostLength(keys: Path, paths: readonly { readonly value: CarriedValue; readonly keys: Path }[]): number {
  for (let length = 1; length < keys.length; length += 1) {
    const below = paths.filter((item) => startsWith(item.keys, keys.slice(0, length)));
    if (below.every(({ value }) => value.becomes === 'undecided' && value.decision === undefined)) return length;
  }
  return keys.length;
}

function notCarried(
  { path, values }: Question,
  { name, chart, release }: ComponentSnapshot,
  given: JsonObject,
  keys: ChartKeys | undefined,
): Finding {
  const field = patternOf(path);
  const { keep, drop } = carryRemedies(name, field);
  const [first] = values;
  const other = values.find((value) => value.other !== undefined)?.other;
  const what = isJsonObject(jsonAt(given, path)) ? listed(values, given) : `is ${shown(field, jsonAt(given, path))}`;
  const former =
    release?.installed === undefined
      ? 'the installed chart'
      : `${release.installed.chart} ${release.installed.version}`;
  const now = chart === undefined ? 'the new chart' : `${chart.name} ${chart.version}`;
  const near = keys === undefined || other !== undefined ? undefined : nearestKey(path, keys.paths, () => true);
  const hint =
    near === undefined || keys === undefined
      ? ''
      : keys.reads(path) === 'yes'
        ? ` ${now} reads a key of that name.`
        : ` The nearest key that ${now} reads: ${patternOf(near)}.`;
  return finding({
    code: 'VALUE_NOT_CARRIED',
    severity: 'blocker',
    component: name,
    field,
    message: `${field} ${what} in your values for ${former}, and ${first?.why ?? 'nobody says what becomes of it'}.${hint}`,
    remedies: [
      allowing(keep, `Give ${field} to ${now} as it is`),
      allowing(drop, `Leave ${field} out`, { destructive: true }),
      ...(other === undefined ? [] : [dropOther(name, other, field)]),
    ],
  });
}

function dropOther(component: string, other: string, field: string): Remedy {
  return allowing(carryRemedies(component, other).drop, `Leave ${other} out, so that ${field} takes its place`, {
    destructive: true,
  });
}

function listed(values: readonly CarriedValue[], given: JsonObject): string {
  const shownValues = values
    .slice(0, mostShown)
    .map(({ path }) => `${path}: ${shown(path, jsonAt(given, readPattern(path).keys))}`);
  const rest = values.length > shownValues.length ? ` and ${values.length - shownValues.length} more` : '';
  return `holds ${counted(values.length, 'value')} (${shownValues.join(', ')}${rest})`;
}

/** Everything that is not simply kept, in one finding. */
function told(component: string, values: readonly CarriedValue[], { chart }: ComponentSnapshot): readonly Finding[] {
  const of = (...kinds: readonly CarriedValue['becomes'][]) => values.filter(({ becomes }) => kinds.includes(becomes));
  const lines = [
    ...of('moved').map(({ path, to = '' }) => `${path} becomes ${to}`),
    ...of('retyped').map(({ path }) => `${path} gets another type`),
    ...of('set').map(
      ({ path, to }) => `${path} gives way to what the upgrade sets${to === undefined ? '' : ` at ${to}`}`,
    ),
    ...of('dropped').map(({ path, why }) => `${path} is left out${why === undefined ? '' : ` (${why})`}`),
    ...of('default').map(({ path }) => `${path} is left out (it says what the former chart says by itself)`),
  ];
  if (lines.length === 0) return [];
  const kept = of('kept').length;
  return [
    finding({
      code: 'VALUES_CARRIED',
      severity: 'info',
      component,
      message: `On the way to ${chart?.name ?? ''} ${chart?.version ?? ''}, of your values ${kept} stay as they are; ${lines.join('; ')}.`,
    }),
  ];
}
