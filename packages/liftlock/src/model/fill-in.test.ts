import { describe, expect, it } from 'vitest';
import { fillIn, fillInCondition, fillInFault, fillInTree, inputsIn } from './fill-in.ts';

const values = {
  inputs: { domain: 'shop.example' },
  options: { delivery: 'connected' },
  namespace: 'shop',
  release: 'web',
  version: '2.13.1',
};
const names = { inputs: ['domain'], options: ['delivery'] };

describe('fillIn', () => {
  it('replaces what it knows and nothing else', () => {
    expect(fillIn('https://{inputs.domain}/{namespace}-{release}-{version}-{options.delivery}', values)).toBe(
      'https://shop.example/shop-web-2.13.1-connected',
    );
    for (const other of ['${HOME}', '${domain}', '{{ release }}', '{"a": {"b": 1}}', '{}', 'a {b c} d'])
      expect(fillIn(other, values)).toBe(other);
    expect(fillInTree({ a: ['{version}', 1, null, { b: '{release}' }] }, values)).toEqual({
      a: ['2.13.1', 1, null, { b: 'web' }],
    });
  });

  it('shows an input that is not given', () => {
    expect(fillIn('{inputs.domain}', { ...values, inputs: {} })).toBe('<domain>');
  });

  it('keeps an input between the quotes of a condition', () => {
    const inputs = { domain: String.raw`x" || true || '\ ` };
    expect(fillInCondition('object.host == "{inputs.domain}"', { ...values, inputs })).toBe(
      String.raw`object.host == "x\" || true || \'\\ "`,
    );
  });
});

describe('fillInFault', () => {
  it.each([
    ['{inputs.domian}', 'the platform declares no input "domian"; did you mean "domain"?'],
    ['{options.cloud}', 'the platform declares no option "cloud"; known: delivery'],
    ['{chart}', '{chart} is not understood; known: {namespace}'],
    ['{inputs.toString}', 'declares no input'],
  ])('%s: %s', (text, fault) => {
    expect(fillInFault(text, names)).toContain(fault);
  });

  it('says nothing of what is right', () => {
    expect(fillInFault('{inputs.domain}{version}${x}{"a":1}', names)).toBeUndefined();
    expect(inputsIn('{inputs.domain} {inputs.other} {version}')).toEqual(['domain', 'other']);
  });
});
