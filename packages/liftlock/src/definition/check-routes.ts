import type { ConditionNames } from '../facts/names.ts';
import type { Platform } from '../model/platform.ts';
import { whenFaults } from './check-migrations.ts';
import { repeated, type Fault } from './fault.ts';

/** What is wrong in the route rules of a definition; ranges of versions are judged with their shape. */
export function routeFaults({ routes }: Platform, names: ConditionNames): readonly Fault[] {
  const silent = routes.map((rule, index) => (rule.kind === 'silent' ? rule.id : `#${index}`));
  const faults = routes.flatMap((rule, index): readonly Fault[] => {
    const path = ['routes', index];
    if (rule.kind === 'stop') return whenFaults(rule.when, [...path, 'when'], names);
    const isEmpty =
      rule.kind === 'gap' && rule.minors === undefined && rule.majors === undefined && rule.count === undefined;
    return isEmpty ? [{ path, message: 'says no limit: minors, majors or count' }] : [];
  });
  return [...faults, ...repeated('id', silent, (index) => ['routes', index, 'id'])];
}
