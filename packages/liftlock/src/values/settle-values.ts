import type { Decision } from '../model/finding.ts';
import { canonicalJson, isJsonObject, jsonAt, type Json, type JsonObject } from '../model/json.ts';
import type { ValueRule } from '../model/migration.ts';
import type { CarriedValue } from '../model/plan.ts';
import type { CarryOver } from '../model/step.ts';
import { traceRules, type Carried } from './carry-over.ts';
import type { ChartKeys } from './chart-keys.ts';
import type { ValuePath } from './template-values.ts';
import { fitsPattern, patternOf, readPattern, startsWith } from './value-path.ts';

/** What the migrations of one hop, and the site, do to the values of one component: in order, the site's rules first. */
export interface ValueWork extends CarryOver {
  /** Paths, `a.*` for all below, that mean the same in both charts. */
  readonly keeps: readonly string[];
}

/** What is known of a component's values before they are carried over. */
export interface ValuesToCarry {
  readonly component: string;
  readonly work: ValueWork;
  /** What the files say, with the live keys that are kept on top. */
  readonly given: JsonObject;
  /** The live release's own values. */
  readonly live: JsonObject;
  /** Defaults of the installed chart, as helm's record has them. */
  readonly defaults: JsonObject | undefined;
  /** Which keys the former and the new chart read: only where the chart has kept its name. */
  readonly keys?: { readonly before: ChartKeys['reads']; readonly now: ChartKeys['reads'] } | undefined;
  readonly decisions: readonly Decision[];
  /** All of it was written for the new chart: the command of a vendor's console. */
  readonly isForNew?: boolean | undefined;
}

/** How values are carried over once everything is decided, and what becomes of each. */
export interface SettledValues {
  readonly carryOver: CarryOver;
  readonly values: readonly CarriedValue[];
}

/** Ids of the decisions about one value. */
export function carryRemedies(component: string, path: string): { readonly keep: string; readonly drop: string } {
  return { keep: `keep-value:${component}:${path}`, drop: `drop-value:${component}:${path}` };
}

/**
 * Decides about every one of the user's values. A customization is what differs from the defaults of the chart that is
 * installed: one that the definition neither keeps nor translates is undecided, and blocks, until someone says so.
 */
export function settleValues(parts: ValuesToCarry): SettledValues {
  const { work } = parts;
  const fixed = rulesForNew(parts);
  const alone = fatesBy(fixed, parts);
  const undecided = alone.values.filter(({ becomes }) => becomes === 'undecided');
  const decided = decisionRules(undecided, parts);
  const traced = decided.length === 0 ? alone : fatesBy([...decided, ...fixed], parts);
  const asked = new Map(undecided.map((value) => [value.path, value]));
  const values = traced.values.map((value): CarriedValue => {
    const question = asked.get(value.path);
    const decision = question === undefined ? undefined : decisionOn(value.path, parts);
    // What the question was stays on record: a decision must tell what it decides.
    return decision === undefined ? value : { ...value, why: question?.why, other: question?.other, decision };
  });
  return { carryOver: { rules: [...decided, ...fixed, ...traced.defaults, ...work.rules], set: work.set }, values };
}

/** What becomes of the values. What says nothing beside the chart's defaults goes first: it must be in nobody's way. */
function fatesBy(decided: readonly ValueRule[], parts: ValuesToCarry) {
  const { given, work } = parts;
  const first = judgeAll(traceRules(given, [...decided, ...work.rules]), parts);
  const silent = new Set(first.flatMap(({ path, becomes }) => (becomes === 'default' ? [path] : [])));
  const defaults = [...silent].map((from): ValueRule => ({ from, drop: true }));
  if (defaults.length === 0) return { defaults, values: first };
  const values = judgeAll(traceRules(given, [...decided, ...defaults, ...work.rules]), parts);
  return {
    defaults,
    values: values.map((value): CarriedValue =>
      silent.has(value.path) ? { path: value.path, becomes: 'default' } : value,
    ),
  };
}

/** Paths of live values that helm must forget: its reuse flags would bring them back (O11). */
export function forgottenPaths(values: readonly CarriedValue[]): readonly string[] {
  return values.flatMap(({ path, becomes }) =>
    becomes === 'moved' || becomes === 'dropped' || becomes === 'default' ? [path] : [],
  );
}

/** The remedy that decides about a path: of the path itself, or of the nearest key around it. */
function decisionOn(path: string, { component, decisions }: ValuesToCarry): string | undefined {
  const { keys } = readPattern(path);
  const fitting = decisions.flatMap(({ remedy }) => {
    const rule = ruleOf(remedy, component);
    const pattern = rule === undefined ? undefined : readPattern(rule.from);
    return pattern !== undefined && fitsPattern(keys, pattern) ? [{ remedy, depth: pattern.keys.length }] : [];
  });
  return fitting.toSorted((a, b) => b.depth - a.depth)[0]?.remedy;
}

/** Values that whoever wrote them into a file of their own wrote for the new chart: no table is asked about them. */
function rulesForNew({ given, live, isForNew = false }: ValuesToCarry): readonly ValueRule[] {
  return traceRules(given, []).leaves.flatMap(({ path }) =>
    isForNew || jsonAt(live, path) === undefined ? [{ from: patternOf(path) }] : [],
  );
}

/**
 * Decisions as rules that come before all others: one for each value that waits for a decision, and for no other. Who drops a key
 * does not drop what the definition keeps below it. Of two values for one place the other may be named as well, by its own path.
 */
function decisionRules(undecided: readonly CarriedValue[], parts: ValuesToCarry): readonly ValueRule[] {
  const waiting = new Set(undecided.map(({ path }) => path));
  const others = new Set(undecided.flatMap(({ other }) => (other === undefined || waiting.has(other) ? [] : [other])));
  return [...waiting, ...others].flatMap((path) => {
    const remedy = decisionOn(path, parts);
    const rule = remedy === undefined ? undefined : ruleOf(remedy, parts.component);
    if (rule === undefined || (others.has(path) && rule.from !== path)) return [];
    return [{ ...rule, from: path }];
  });
}

function ruleOf(remedy: string, component: string): ValueRule | undefined {
  const { keep, drop } = carryRemedies(component, '');
  if (remedy.startsWith(keep)) return { from: remedy.slice(keep.length) };
  return remedy.startsWith(drop) ? { from: remedy.slice(drop.length), drop: true } : undefined;
}

/** What becomes of each value, by its former path. */
function judgeAll({ leaves, dropped, faults }: Carried, parts: ValuesToCarry): readonly CarriedValue[] {
  const ruled = leaves.flatMap((leaf) =>
    leaf.origins.map((origin): CarriedValue => {
      const path = patternOf(origin);
      const fault = faults.find((item) => startsWith(origin, item.path) || startsWith(item.path, origin));
      if (fault !== undefined) {
        const { why, other } = fault;
        return { path, becomes: 'undecided', why, ...(other === undefined ? {} : { other: patternOf(other) }) };
      }
      if (isSet(leaf.path, parts.work.set)) return { path, becomes: 'set', ...toOther(origin, leaf.path) };
      if (!leaf.isRuled) return { path, ...judgeUnruled(origin, leaf.value, parts) };
      const isMoved = leaf.path.length !== origin.length || !startsWith(leaf.path, origin);
      if (isMoved) return { path, becomes: 'moved', to: patternOf(leaf.path) };
      const isSame = canonicalJson(leaf.value) === canonicalJson(jsonAt(parts.given, origin) ?? null);
      return { path, becomes: isSame ? 'kept' : 'retyped' };
    }),
  );
  const gone = dropped.map(({ path, rule }): CarriedValue => ({
    path: patternOf(path),
    becomes: 'dropped',
    ...(rule.source === undefined ? {} : { why: rule.source }),
  }));
  const byPath = new Map([...ruled, ...gone].map((value) => [value.path, value]));
  return [...byPath.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

function toOther(origin: ValuePath, path: ValuePath): Pick<CarriedValue, 'to'> {
  return patternOf(origin) === patternOf(path) ? {} : { to: patternOf(path) };
}

/** A value that no rule names. */
function judgeUnruled(path: ValuePath, value: Json, parts: ValuesToCarry): Pick<CarriedValue, 'becomes' | 'why'> {
  const { work, defaults, keys } = parts;
  if (work.keeps.some((keep) => fitsPattern(path, readPattern(keep)))) return { becomes: 'kept' };
  if (defaults !== undefined && isDefault(value, jsonAt(defaults, path))) return { becomes: 'default' };
  if (keys === undefined)
    return { becomes: 'undecided', why: 'the definition does not say what the new chart calls it' };
  // As useless as before: another finding tells it.
  if (keys.now(path) !== 'no' || keys.before(path) === 'no') return { becomes: 'kept' };
  return { becomes: 'undecided', why: 'the new chart does not read it' };
}

/** It says what the chart says by itself. A null takes a default away: where there is none it says nothing. */
function isDefault(value: Json, chartDefault: Json | undefined): boolean {
  if (value === null) return chartDefault === undefined || chartDefault === null;
  if (isJsonObject(value)) return true;
  return chartDefault !== undefined && canonicalJson(value) === canonicalJson(chartDefault);
}

/** True where what the definition sets takes the place of a value. */
function isSet(path: ValuePath, set: JsonObject): boolean {
  return jsonAt(set, path) !== undefined || path.some((_key, index) => isLeafAt(set, path.slice(0, index)));
}

function isLeafAt(set: JsonObject, path: ValuePath): boolean {
  const value = jsonAt(set, path);
  return value !== undefined && !isJsonObject(value);
}
