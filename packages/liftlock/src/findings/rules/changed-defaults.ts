import type { Decision, Finding } from '../../model/finding.ts';
import { canonicalJson, isJsonObject, jsonAt, type Json, type JsonObject } from '../../model/json.ts';
import type { ComponentSnapshot } from '../../model/snapshot.ts';
import type { CarryOver } from '../../model/step.ts';
import { allDefaults } from '../../values/all-defaults.ts';
import { changedPaths, joinPath, splitPath } from '../../values/compare.ts';
import { givenValues } from '../../values/given-values.ts';
import { selectedComponents, type PreflightEvidence } from '../evidence.ts';
import { allowing, finding } from '../make-finding.ts';
import { isVersion, kindOfValue } from './value-kinds.ts';
import { shown } from './values.ts';

/** Findings of their own at most; the rest is told in one. */
const mostFindings = 12;

interface Change {
  readonly path: readonly string[];
  readonly before: Json;
  readonly after: Json;
}

/** Defaults of the chart that are others now, of keys that the user does not set: the site changes without anyone's wish. */
export function changedDefaultFindings(evidence: PreflightEvidence): readonly Finding[] {
  return selectedComponents(evidence).flatMap(({ read }) => {
    if (read === undefined) return [];
    const changes = changesOf(read, evidence.decisions, evidence.carried?.[read.name]?.carryOver);
    const grave = changes.filter(({ path }) => kindOfValue(path) !== undefined);
    const told = grave.slice(0, mostFindings);
    const rest = changes.filter((change) => !told.includes(change));
    return [
      ...told.map((change) => graveFinding(read.name, change)),
      ...(rest.length === 0 ? [] : [otherDefaults(read.name, rest, grave.length > told.length)]),
    ];
  });
}

function changesOf(
  read: ComponentSnapshot,
  decisions: readonly Decision[],
  carryOver: CarryOver | undefined,
): readonly Change[] {
  const { release, chart } = read;
  if (release?.chartValues === undefined || chart === undefined) return [];
  const given = givenValues(read, decisions, carryOver);
  const defaults = chart.content === undefined ? chart.values : allDefaults(chart.content);
  const former = release.installed?.version;
  return changedPaths(release.chartValues, defaults).flatMap(({ path: joined, before, after }) => {
    const path = splitPath(joined);
    // What comes or goes is no default that changed: keys that are read no more are told of by VALUE_NOT_READ.
    if (before === undefined || after === undefined || before === null || after === null) return [];
    if (isVersion(path) || isSet(given, path) || isSet(release.values, path)) return [];
    if (isOtherTag(before, after)) return [];
    if (former !== undefined && replaced(before, former, chart.version) === canonicalJson(after)) return [];
    return [{ path, before, after }];
  });
}

/** Two images of one repository: a tag is a version, which changes with each chart as it should. */
function isOtherTag(before: Json, after: Json): boolean {
  const repositoryOf = (value: Json) =>
    typeof value === 'string' ? /^([\w.-]+(?::\d+)?(?:\/[\w.-]+)+)[:@][\w.:-]+$/.exec(value)?.[1] : undefined;
  const repository = repositoryOf(before);
  return repository !== undefined && repository === repositoryOf(after);
}

/** The value with the installed version's name replaced by the new one's. */
function replaced(before: Json, from: string, to: string): string {
  return canonicalJson(before).replaceAll(from, to);
}

/** The user sets the key, or something in whose place it stood. */
function isSet(values: JsonObject, path: readonly string[]): boolean {
  let here: Json | undefined = values;
  for (const key of path) {
    if (!isJsonObject(here)) return here !== undefined;
    here = here[key];
  }
  return jsonAt(values, path) !== undefined;
}

function graveFinding(component: string, { path, before, after }: Change): Finding {
  const field = joinPath(path);
  return finding({
    code: 'DEFAULT_CHANGED',
    severity: 'warning',
    component,
    field,
    message: `The chart's default of ${field} (${kindOfValue(path)}) becomes ${shown(field, after)} instead of ${shown(field, before)}; your values do not set it.`,
    remedies: [allowing(`default:${component}:${field}`, 'Take the new default')],
  });
}

function otherDefaults(component: string, changes: readonly Change[], withGrave: boolean): Finding {
  const names = changes.map(({ path }) => joinPath(path));
  const more = names.length > 10 ? ` and ${names.length - 10} more` : '';
  return finding({
    code: 'DEFAULT_CHANGED',
    severity: withGrave ? 'warning' : 'info',
    component,
    field: names.join(', '),
    message: `Other defaults of the chart that changed, and that your values do not set: ${names.slice(0, 10).join(', ')}${more}.`,
  });
}
