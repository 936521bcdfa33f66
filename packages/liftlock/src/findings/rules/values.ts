import type { Finding } from '../../model/finding.ts';
import { canonicalJson, jsonAt, type Json, type JsonObject } from '../../model/json.ts';
import { isSecretPath } from '../../model/secret-names.ts';
import type { ComponentSnapshot, ValueChange } from '../../model/snapshot.ts';
import type { CarryOver } from '../../model/step.ts';
import { applyCarryOver, traceRules } from '../../values/carry-over.ts';
import { changedPaths, joinPath, mergeValues, splitPath } from '../../values/compare.ts';
import { selectedComponents, type PreflightEvidence } from '../evidence.ts';
import { allowing, finding } from '../make-finding.ts';

/** Values of the live release against the values files: what would silently go back is named (O21). */
export function valueFindings(evidence: PreflightEvidence): readonly Finding[] {
  return selectedComponents(evidence).flatMap(({ component, read }) => {
    if (read?.release === undefined) return [];
    const wanted = read.valuesFiles.reduce<JsonObject>((merged, file) => mergeValues(merged, file.values), {});
    const files = read.valuesFiles.map((file) => file.path).join(', ');
    const carried = evidence.carried?.[component.name];
    const changes = changedPaths(read.release.values, wanted);
    return withoutCarried(changes, read.release.values, wanted, carried?.carryOver).map((change) =>
      change.before === undefined || isExplained(change, read, evidence.target)
        ? brought(component.name, change, files)
        : reverted(component.name, change, files),
    );
  });
}

/** Values that the files have already under the names, or left out, as the definition carries them over. */
function withoutCarried(
  changes: readonly ValueChange[],
  live: JsonObject,
  wanted: JsonObject,
  carryOver: CarryOver | undefined,
): readonly ValueChange[] {
  if (carryOver === undefined) return changes;
  const { leaves, dropped } = traceRules(live, carryOver.rules);
  const after = applyCarryOver(wanted, carryOver);
  const settled = [
    ...dropped.map((item) => item.path),
    ...leaves
      .filter((leaf) => leaf.isRuled && canonicalJson(jsonAt(after, leaf.path) ?? null) === canonicalJson(leaf.value))
      .flatMap(({ origins }) => origins),
  ].map(joinPath);
  return changes.filter(({ path, after: now }) => now !== undefined || !settled.includes(path));
}

/**
 * True when the new chart version explains the change: the outcome equals a default that is new with this chart, or the
 * value names the installed version and its follower names the target.
 */
function isExplained({ path, before, after }: ValueChange, read: ComponentSnapshot, target: string): boolean {
  const chartDefault = jsonAt(read.chart?.values, splitPath(path));
  if (after === undefined) return same(before, chartDefault);
  const formerDefault = jsonAt(read.release?.chartValues, splitPath(path));
  if (same(after, chartDefault) && !same(formerDefault, chartDefault)) return true;
  const installed = read.release?.installed?.version;
  return (
    installed !== undefined &&
    typeof before === 'string' &&
    typeof after === 'string' &&
    before.includes(installed) &&
    before.replaceAll(installed, target) === after
  );
}

/** A null deletes the chart's default, so it equals a default that is not there. */
function same(value: Json | undefined, chartDefault: Json | undefined): boolean {
  if (value === null || value === undefined) return chartDefault === undefined || chartDefault === null;
  return chartDefault !== undefined && canonicalJson(value) === canonicalJson(chartDefault);
}

function brought(component: string, change: ValueChange, files: string): Finding {
  return finding({
    code: 'VALUE_CHANGES',
    severity: 'info',
    component,
    field: change.path,
    message: `${change.path} becomes ${shown(change.path, change.after)} instead of ${shown(change.path, change.before)} (${files}).`,
  });
}

function reverted(component: string, change: ValueChange, files: string): Finding {
  const inFiles = change.after === undefined ? 'do not have it' : `say ${shown(change.path, change.after)}`;
  return finding({
    code: 'VALUE_WOULD_REVERT',
    severity: 'blocker',
    component,
    field: change.path,
    message: `${change.path} is ${shown(change.path, change.before)} in the live release; the files (${files}) ${inFiles}.`,
    remedies: [
      allowing(`keep:${component}:${change.path}`, 'Keep the live value'),
      allowing(`drop:${component}:${change.path}`, 'Let the files decide', { destructive: true }),
    ],
  });
}

/** A value as a message may show it: never a secret, never a whole tree. */
export function shown(path: string, value: Json | undefined): string {
  if (value === undefined) return 'not set';
  if (value === null) return 'null (which takes the chart default away)';
  if (isSecretPath(splitPath(path))) return 'a hidden value';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (typeof value === 'object') return 'a map';
  const text = JSON.stringify(value);
  // A URL with a user in it mostly has the password too.
  if (/:\/\/[^/\s]*@/.test(text)) return 'a hidden value';
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
