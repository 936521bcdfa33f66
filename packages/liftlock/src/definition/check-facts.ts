import { conditionFault, expressionFault, factsIn } from '../facts/condition.ts';
import type { ConditionNames } from '../facts/names.ts';
import { namesOf } from '../facts/scope.ts';
import type { Platform } from '../model/platform.ts';
import type { Fault } from './fault.ts';
import { suggestion } from './nearest.ts';

/** What is wrong in the inputs of a definition that has the right shape. */
export function inputFaults({ inputs }: Platform, names: ConditionNames): readonly Fault[] {
  return Object.entries(inputs).flatMap(([name, { requiredWhen }]) => {
    const fault = requiredWhen === undefined ? undefined : conditionFault(requiredWhen, names);
    return fault === undefined ? [] : [{ path: ['inputs', name, 'requiredWhen'], message: fault }];
  });
}

/** What is wrong in the facts: components that do not exist, expressions that cannot be answered, facts that go in circles. */
export function factFaults(platform: Platform): readonly Fault[] {
  const { facts, components } = platform;
  const names = namesOf(platform, false);
  const known = components.map(({ name }) => name);
  return Object.entries(facts).flatMap(([name, fact]): Fault[] => {
    const path = ['facts', name];
    if ('value' in fact && !known.includes(fact.value.component)) {
      const message = `the platform has no component "${fact.value.component}"${suggestion(fact.value.component, known)}`;
      return [{ path: [...path, 'value', 'component'], message }];
    }
    if (!('cel' in fact)) return [];
    const fault = expressionFault(fact.cel, names) ?? circleFault(name, platform);
    return fault === undefined ? [] : [{ path: [...path, 'cel'], message: fault }];
  });
}

/** `a` over `b` over `a`: neither could ever be answered. */
function circleFault(name: string, { facts }: Platform): string | undefined {
  const follow = (current: string, way: readonly string[]): readonly string[] | undefined => {
    const fact = Object.hasOwn(facts, current) ? facts[current] : undefined;
    if (fact === undefined || !('cel' in fact)) return undefined;
    for (const next of factsIn(fact.cel)) {
      if (next === name) return [...way, next];
      const circle = way.includes(next) ? undefined : follow(next, [...way, next]);
      if (circle !== undefined) return circle;
    }
    return undefined;
  };
  const circle = follow(name, [name]);
  return circle === undefined ? undefined : `it follows from itself: ${circle.join(' from ')}`;
}
