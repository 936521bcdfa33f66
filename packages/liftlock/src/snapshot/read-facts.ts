import { evaluateFact, factsIn } from '../facts/condition.ts';
import { originsOf } from '../facts/origins.ts';
import { factName } from '../facts/scope.ts';
import type { Fact, Facts } from '../model/fact.ts';
import { jsonAt, type Json } from '../model/json.ts';
import type { Platform } from '../model/platform.ts';
import type { ClusterReader } from '../model/ports.ts';
import { isProblem } from '../model/problem.ts';
import type { Site } from '../model/site.ts';
import type { ComponentSnapshot, Unread } from '../model/snapshot.ts';
import { splitPath } from '../values/compare.ts';
import { queryObjects } from './query-objects.ts';

export interface FactParts {
  readonly platform: Platform;
  readonly site: Pick<Site, 'answers' | 'inputs' | 'options'>;
  readonly namespace: string;
  readonly reader: Pick<ClusterReader, 'find' | 'list'>;
  readonly components: readonly ComponentSnapshot[];
}

/** Answers, and what could not be read. */
export interface ReadFacts {
  readonly facts: Facts;
  readonly unread: readonly Unread[];
}

/**
 * Answers the definition's questions. One that nobody may answer, or that rests on such a one, is absent and stands among
 * what was not read; what only a person knows and the site does not say is absent as well.
 */
export async function readFacts(parts: FactParts): Promise<ReadFacts> {
  const unread: Unread[] = [];
  const answers = new Map<string, Json>();
  const entries = Object.entries(parts.platform.facts);
  await Promise.all(
    entries.map(async ([name, fact]) => {
      try {
        const answer = await readFact(name, fact, parts);
        if (answer !== undefined) answers.set(name, answer);
      } catch (error) {
        if (!isProblem(error)) throw error;
        unread.push({ what: factName(name), why: error.message });
      }
    }),
  );
  const deduced = entries.flatMap(([name, fact]) => ('cel' in fact ? [{ name, expression: fact.cel }] : []));
  for (const { name, expression } of inOrder(deduced)) deduce(name, expression, { parts, answers, unread });
  // In the order of the definition, so that equal answers make an equal snapshot.
  const facts = entries.flatMap(([name]) => (answers.has(name) ? [[name, answers.get(name) ?? null]] : []));
  return { facts: Object.fromEntries(facts) as Facts, unread };
}

async function readFact(name: string, fact: Fact, parts: FactParts): Promise<Json | undefined> {
  if ('objects' in fact)
    return ((await queryObjects(parts.reader, fact.objects, parts.namespace)) ?? []) as unknown as readonly Json[];
  if ('value' in fact) {
    const values = parts.components.find((component) => component.name === fact.value.component)?.release?.values;
    return jsonAt(values ?? {}, splitPath(fact.value.path)) ?? null;
  }
  if ('ask' in fact) return Object.hasOwn(parts.site.answers, name) ? parts.site.answers[name] : undefined;
  return undefined;
}

interface Deduced {
  readonly name: string;
  readonly expression: string;
}

/** Those first that others follow from. Circles are refused where the definition is read; here each is taken once. */
function inOrder(deduced: readonly Deduced[]): readonly Deduced[] {
  const ordered: Deduced[] = [];
  const begun = new Set<string>();
  const visit = (item: Deduced): void => {
    if (begun.has(item.name)) return;
    begun.add(item.name);
    for (const name of factsIn(item.expression)) {
      const below = deduced.find((other) => other.name === name);
      if (below !== undefined) visit(below);
    }
    ordered.push(item);
  };
  for (const item of deduced) visit(item);
  return ordered;
}

function deduce(
  name: string,
  expression: string,
  { parts, answers, unread }: { parts: FactParts; answers: Map<string, Json>; unread: Unread[] },
): void {
  const { site, components, platform } = parts;
  const known = Object.fromEntries(answers);
  const absent = Object.entries(platform.facts).flatMap(([other, fact]) =>
    answers.has(other)
      ? []
      : [[other, 'ask' in fact ? `only a person knows: ${fact.ask}` : whyUnread(other, unread)] as const],
  );
  try {
    const scope = {
      facts: known,
      options: site.options,
      inputs: site.inputs,
      installed: originsOf(components, []),
      from: '',
      to: '',
      unanswered: Object.fromEntries(absent),
    };
    answers.set(name, evaluateFact(expression, scope));
  } catch (error) {
    if (!isProblem(error)) throw error;
    unread.push({ what: factName(name), why: error.message });
  }
}

function whyUnread(name: string, unread: readonly Unread[]): string {
  return unread.find(({ what }) => what === factName(name))?.why ?? 'it was not read';
}
