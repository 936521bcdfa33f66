import type { Facts } from '../model/fact.ts';
import type { Json } from '../model/json.ts';
import { exitCodes, Problem } from '../model/problem.ts';
import { ExpressionFault, parseExpression, type Parsed } from './evaluate.ts';
import { mentionsIn, nameFault, type ConditionNames } from './names.ts';
import { fromCel } from './plain.ts';

/** What conditions of a definition are asked about. Each key is a variable of the expression. */
export interface ConditionScope {
  readonly facts: Facts;
  readonly options: Readonly<Record<string, string>>;
  readonly inputs: Readonly<Record<string, string>>;
  /** Installed versions by the name of the component; a component that is not installed is absent. */
  readonly installed: Readonly<Record<string, string>>;
  /** The versions of the hop; empty where no hop is meant. */
  readonly from: string;
  readonly to: string;
  /** No variable: why facts have no answer, by their names. */
  readonly unanswered?: Readonly<Record<string, string>> | undefined;
}

const variablesOfScope = ['facts', 'options', 'inputs', 'installed', 'from', 'to'];

/**
 * Whether a condition of a definition holds.
 * @throws BAD_CONDITION (exit 2) that names the expression and what is wrong
 * @throws FACT_UNANSWERED or INPUT_MISSING (exit 3) where it rests on what nobody has answered or given: that is no `false`
 */
export function holds(condition: string, scope: ConditionScope): boolean {
  const parsed = readCondition(condition, variablesOfScope);
  const { facts, options, inputs, installed, from, to } = scope;
  try {
    return asTruth(condition, parsed.evaluate({ facts, options, inputs, installed, from, to }));
  } catch (error) {
    if (!(error instanceof ExpressionFault)) throw error;
    throw unknownPart(condition, parsed, scope) ?? badCondition(condition, error.fault);
  }
}

/** The facts that a condition mentions; none where it cannot be read. */
export function factsIn(condition: string): readonly string[] {
  const parsed = tryReading(condition, variablesOfScope);
  if (!('ast' in parsed)) return [];
  return mentionsIn(parsed.ast).flatMap(({ variable, member }) =>
    variable === 'facts' && member !== undefined ? [member] : [],
  );
}

/**
 * Whether a condition over other variables holds: of waits and checks. What asks for a field that is not there (yet) does not
 * hold.
 * @throws BAD_CONDITION (exit 2)
 */
export function holdsFor(condition: string, variables: Readonly<Record<string, Json>>): boolean {
  const parsed = readCondition(condition, Object.keys(variables));
  try {
    return asTruth(condition, parsed.evaluate(variables));
  } catch (error) {
    if (!(error instanceof ExpressionFault)) throw error;
    if (error.kind === 'no_such_key') return false;
    throw badCondition(condition, error.fault);
  }
}

/**
 * What an expression gives, as JSON: for facts that follow from others.
 * @throws BAD_CONDITION (exit 2), FACT_UNANSWERED (exit 3)
 */
export function evaluateFact(expression: string, scope: ConditionScope): Json {
  const parsed = readCondition(expression, variablesOfScope);
  const { facts, options, inputs, installed, from, to } = scope;
  try {
    return fromCel(parsed.evaluate({ facts, options, inputs, installed, from, to }));
  } catch (error) {
    if (error instanceof ExpressionFault)
      throw unknownPart(expression, parsed, scope) ?? badCondition(expression, error.fault);
    if (error instanceof TypeError) throw badCondition(expression, `it gives ${error.message}`);
    throw error;
  }
}

/**
 * What is wrong with a condition, before anything is known of a site; undefined where nothing is.
 * @param names the variables it may use, and which members of them exist
 */
export function conditionFault(condition: string, names: ConditionNames): string | undefined {
  const fault = expressionFault(condition, names);
  if (fault !== undefined) return fault;
  const parsed = tryReading(condition, Object.keys(names));
  if (!('type' in parsed) || parsed.type === 'bool' || parsed.type === 'dyn') return undefined;
  return `it gives ${parsed.type}, not true or false`;
}

/** The same for an expression that may give anything. */
export function expressionFault(expression: string, names: ConditionNames): string | undefined {
  const parsed = tryReading(expression, Object.keys(names));
  if ('ast' in parsed) return nameFault(parsed.ast, names);
  // CEL knows no nearest right name: its own words for an unknown one are replaced.
  const named = parsed.kind === 'unknown_variable' ? unknownName(parsed.fault, names) : undefined;
  return named ?? parsed.fault;
}

function unknownName(fault: string, names: ConditionNames): string | undefined {
  const word = /: (\w+)$/.exec(fault)?.[1];
  return word === undefined ? undefined : nameFault({ op: 'id', args: word } as never, names);
}

function tryReading(text: string, variables: readonly string[]): Parsed | ExpressionFault {
  try {
    return parseExpression(text, variables);
  } catch (error) {
    if (error instanceof ExpressionFault) return error;
    throw error;
  }
}

function readCondition(text: string, variables: readonly string[]): Parsed {
  const parsed = tryReading(text, variables);
  if ('ast' in parsed) return parsed;
  throw badCondition(text, parsed.fault);
}

function asTruth(condition: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw badCondition(condition, 'it gives neither true nor false');
}

function badCondition(condition: string, fault: string): Problem {
  return new Problem('BAD_CONDITION', `The condition \`${shown(condition)}\` cannot be answered: ${fault}.`, {
    exitCode: exitCodes.usage,
    advice: ['It stands in the platform definition: correct it there.'],
    details: { condition, fault },
  });
}

function unknownPart(condition: string, parsed: Parsed, scope: ConditionScope): Problem | undefined {
  return factUnanswered(condition, parsed, scope) ?? inputMissing(condition, parsed, scope);
}

function inputMissing(condition: string, parsed: Parsed, { inputs }: ConditionScope): Problem | undefined {
  const missing = mentionsIn(parsed.ast).find(
    ({ variable, member }) => variable === 'inputs' && member !== undefined && !Object.hasOwn(inputs, member),
  )?.member;
  if (missing === undefined) return undefined;
  return new Problem(
    'INPUT_MISSING',
    `The condition \`${shown(condition)}\` rests on the input ${missing}, which the site does not give.`,
    {
      advice: [`--input ${missing}=VALUE, or under inputs: in the site file.`],
      details: { input: missing, condition },
    },
  );
}

function factUnanswered(
  condition: string,
  parsed: Parsed,
  { facts, unanswered = {} }: ConditionScope,
): Problem | undefined {
  const missing = mentionsIn(parsed.ast).flatMap(({ variable, member }) =>
    variable === 'facts' && member !== undefined && !Object.hasOwn(facts, member) ? [member] : [],
  );
  const [first] = missing;
  if (first === undefined) return undefined;
  const why = (Object.hasOwn(unanswered, first) ? unanswered[first] : undefined) ?? 'it was not read';
  return new Problem(
    'FACT_UNANSWERED',
    `The condition \`${shown(condition)}\` rests on the fact ${first}, which has no answer: ${why}.`,
    {
      advice: [
        `A question for a person: --answer ${first}=VALUE, or under answers: in the site file.`,
        'What could not be read: the right to read it is needed.',
      ],
      details: { fact: first, condition, why },
    },
  );
}

function shown(condition: string): string {
  const line = condition.replaceAll(/\s+/g, ' ').trim();
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}
