import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../model/json.ts';
import { isProblem, type Problem } from '../model/problem.ts';
import { conditionFault, evaluateFact, factsIn, holds, holdsFor, type ConditionScope } from './condition.ts';

const scope: ConditionScope = {
  facts: { oldClaims: [{ metadata: { name: 'pvc-a', labels: { 'a/b': 'c' } }, spec: { replicas: 3 } }], ratio: 0.5 },
  options: { delivery: 'airgapped' },
  inputs: { domain: 'runai.example.com' },
  installed: { 'control-plane': '2.9.4' },
  from: '2.9.4',
  to: '2.13.1',
};
const names = {
  facts: ['oldClaims', 'ratio'],
  options: ['delivery'],
  inputs: ['domain'],
  installed: ['control-plane'],
  from: undefined,
  to: undefined,
};

function refusal(run: () => unknown): Problem {
  try {
    run();
  } catch (error) {
    if (isProblem(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('holds', () => {
  it.each([
    ['size(facts.oldClaims) == 1', true],
    ['facts.oldClaims.all(c, c.spec.replicas == 3)', true],
    ['facts.oldClaims.exists(c, c.spec.replicas > 3)', false],
    ['facts.oldClaims[0].spec.replicas + 1 == 4', true],
    ['facts.ratio == 0.5', true],
    ['"metadata" in facts.oldClaims[0] && !("status" in facts.oldClaims[0])', true],
    ['facts.oldClaims[0].metadata == {"name": "pvc-a", "labels": {"a/b": "c"}}', true],
    ['!facts.oldClaims.exists(c, has(c.status)) && facts.oldClaims[0].metadata.labels.exists(k, k == "a/b")', true],
    ['facts.oldClaims[0].metadata.labels["a/b"] == "c"', true],
    ['options.delivery == "airgapped" && inputs.domain.endsWith(".com")', true],
    ['inRange(from, ">=2.9.0 <2.12.0") && !inRange(to, "<2.12.0")', true],
    ['inRange(installed["control-plane"], "2.9.x")', true],
    ['facts.oldClaims.filter(c, c.metadata.name.startsWith("x")).size() == 0', true],
  ])('answers %s', (condition, answer) => {
    expect(holds(condition, scope)).toBe(answer);
    expect(conditionFault(condition, names)).toBeUndefined();
  });

  it('never takes a fact without an answer for a no, and says which one and why', () => {
    const partly = { ...scope, facts: {}, unanswered: { oldClaims: 'claims may not be listed' } };
    const problem = refusal(() => holds('size(facts.oldClaims) > 0', partly));
    expect(problem).toMatchObject({ code: 'FACT_UNANSWERED', exitCode: 3, details: { fact: 'oldClaims' } });
    expect(problem.message).toContain('claims may not be listed');
    expect(refusal(() => holds('!(size(facts.oldClaims) > 0)', partly)).code).toBe('FACT_UNANSWERED');
    const mute = { ...scope, inputs: {} };
    expect(refusal(() => holds('inputs.domain != "x"', mute))).toMatchObject({ code: 'INPUT_MISSING', exitCode: 3 });
    expect(holds('!has(inputs.domain) && !("agent" in installed) && "control-plane" in installed', mute)).toBe(true);
    // What is decided without it needs no answer.
    expect(holds('options.delivery == "airgapped" || size(facts.oldClaims) > 0', partly)).toBe(true);
  });

  it('names the expression and what is wrong', () => {
    const problem = refusal(() => holds('facts.ratio > "x"', scope));
    expect(problem).toMatchObject({ code: 'BAD_CONDITION', exitCode: 2 });
    expect(problem.message).toContain('`facts.ratio > "x"`');
    expect(problem.message).toContain('no such overload');
    expect(refusal(() => holds('size(facts.oldClaims)', scope)).message).toContain('neither true nor false');
    expect(refusal(() => holds('inRange(from, "of all sorts")', scope)).message).toContain('no range of versions');
  });

  it('answers, or throws a Problem, whatever is written', () => {
    const word = fc.constantFrom(
      'facts',
      'options.',
      '.all(',
      'x',
      ')',
      '(',
      '"a',
      '"',
      '==',
      '1',
      '[',
      ']',
      '{',
      ' ',
      'has(',
      '+',
      '\\',
      '\n',
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 20 }), (words) => {
        const text = words.join('');
        try {
          expect(typeof holds(text, scope)).toBe('boolean');
        } catch (error) {
          expect(isProblem(error) ? error.code : error).toMatch(/^(BAD_CONDITION|FACT_UNANSWERED)$/);
        }
        expect(['string', 'undefined']).toContain(typeof conditionFault(text, names));
      }),
    );
  });
});

describe('holdsFor', () => {
  it('takes what is not there yet for: not yet', () => {
    const ready = 'objects.all(o, o.status.conditions.exists(c, c.type == "Ready" && c.status == "True"))';
    const object = { status: { conditions: [{ type: 'Ready', status: 'True' }] } };
    expect(holdsFor(ready, { objects: [object] })).toBe(true);
    expect(holdsFor(ready, { objects: [object, {}] })).toBe(false);
    expect(holdsFor('object.status.readyReplicas == object.spec.replicas', { object: { spec: { replicas: 1 } } })).toBe(
      false,
    );
    expect(refusal(() => holdsFor('object.spec == 1 && nix', { object: { spec: 1 } })).code).toBe('BAD_CONDITION');
  });
});

describe('evaluateFact', () => {
  it('gives back what JSON holds: no BigInt, whatever it holds', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const json = JSON.parse(JSON.stringify(value)) as Json;
        const given = evaluateFact('facts.any', { ...scope, facts: { any: json } });
        expect(given).toEqual(json);
        expect(JSON.stringify(given)).toBe(JSON.stringify(json));
      }),
    );
    expect(evaluateFact('size(facts.oldClaims) + 1', scope)).toBe(2);
    expect(refusal(() => evaluateFact('9007199254740993', scope)).message).toContain('2^53');
    expect(refusal(() => evaluateFact('timestamp("2026-01-01T00:00:00Z")', scope)).code).toBe('BAD_CONDITION');
    expect(evaluateFact('facts.any', { ...scope, facts: { any: { ['__proto__']: 1, constructor: 2 } } })).toEqual(
      JSON.parse('{"__proto__":1,"constructor":2}'),
    );
  });
});

describe('conditionFault', () => {
  it.each([
    ['facts.oldClaim == 1', 'there is no facts.oldClaim; did you mean "oldClaims"?'],
    ['fact.oldClaims == 1', 'there is no fact; did you mean "facts"?'],
    ['option.delivery == "x"', 'there is no option; did you mean "options"?'],
    ['facts.oldClaims.all(c, d.x == 1)', 'there is no d'],
    ['installed["controlplane"] == ""', 'did you mean "control-plane"?'],
    ['has(facts.oldClaims)', 'without has()'],
    ['"oldClaims" in facts', 'without has() or in'],
    ['"agent" in installed', 'there is no installed.agent'],
    ['facts[inputs.domain] == 1', 'name what is meant of facts'],
    ['size(facts) == 1', 'name what is meant of facts'],
    ['inputs.domain.matches("(a+)+$")', 'matches() is not allowed: its regular expressions'],
    ['siz(facts.oldClaims) == 1', 'there is no function siz(); did you mean "size"?'],
    ['size(facts.oldClaims)', 'it gives int, not true or false'],
    ['1 +', 'unexpected token: EOF'],
    ['"', 'string'],
  ])('%s: %s', (condition, fault) => {
    expect(conditionFault(condition, names)).toContain(fault);
  });

  it('refuses what might take time or memory without end', () => {
    const nested = (depth: number): string =>
      depth === 0 ? 'true' : `facts.oldClaims.all(c${depth}, ${nested(depth - 1)})`;
    expect(conditionFault(nested(3), names)).toBeUndefined();
    expect(conditionFault(nested(4), names)).toContain('at most 3');
    expect(conditionFault('('.repeat(200) + 'true' + ')'.repeat(200), names)).toMatch(/depth|nest/i);
    expect(conditionFault(`[${Array(101).fill('1').join(',')}].size() == 1`, names)).toMatch(/limit|exceed/i);
    expect(conditionFault(`"${'x'.repeat(2000)}" == ""`, names)).toContain('at most 2000');
    expect(conditionFault('facts.oldClaims.map(c, c + c).size() == 1', names)).toContain('added or joined');
    expect(conditionFault('facts.oldClaims.map(c, [c, c]).size() == 1', names)).toContain('constants only');
    expect(conditionFault('cel.bind(x, facts.oldClaims, x == x)', names)).toContain('bind() is not allowed');
  });

  it('stops an evaluation that goes on too long', () => {
    const many = Array.from({ length: 3000 }, (_, index) => index);
    const slow = 'objects.all(a, objects.all(b, objects.all(c, c >= 0)))';
    expect(refusal(() => holdsFor(slow, { objects: many })).message).toContain('it takes longer than 2 s');
  });
});

describe('factsIn', () => {
  it('lists the facts that a condition mentions', () => {
    expect(factsIn('facts.a == 1 || size(facts.b) > 0 && options.facts == "facts.c"')).toEqual(['a', 'b']);
    expect(factsIn('1 +')).toEqual([]);
  });
});
