import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeStyle } from './style.ts';
import { oneLine, padEnd, plainText, truncate, visibleWidth, wrapText } from './wrap.ts';

const style = makeStyle(true);

describe('wrapText', () => {
  it('breaks at blanks and keeps the indentation', () => {
    expect(wrapText('one two three four five', { width: 14, first: '- ' })).toEqual([
      '- one two',
      '  three four',
      '  five',
    ]);
  });

  it('carries a colour into the next line, never into the indentation', () => {
    const lines = wrapText(style.bad('alpha beta gamma delta'), { width: 16, first: '  ' });
    expect(lines.map(stripVTControlCharacters)).toEqual(['  alpha beta', '  gamma delta']);
    for (const line of lines) {
      expect(line).toMatch(/^ {2}\u001B/);
      expect(line.endsWith('m')).toBe(true);
    }
  });

  it('cuts words that no line can hold behind a separator', () => {
    expect(wrapText('https://registry.example.com/v2/some/long/path', { width: 24 })).toEqual([
      'https://',
      'registry.example.com/v2/',
      'some/long/path',
    ]);
  });

  it('keeps every word, in order, within the width, coloured or not', () => {
    const word = fc.string({
      minLength: 1,
      maxLength: 30,
      unit: fc.constantFrom('a', 'b', 'c', 'd', '-', '/', '日', '本', 'é'),
    });
    fc.assert(
      fc.property(fc.array(word, { minLength: 1 }), fc.integer({ min: 20, max: 90 }), (words, width) => {
        const text = words.join(' ');
        for (const shown of [
          text,
          style.warn(text),
          words.map((part, index) => (index % 2 === 0 ? style.good(part) : part)).join(' '),
        ]) {
          const lines = wrapText(shown, { width, first: '  * ' });
          for (const line of lines) expect(visibleWidth(line)).toBeLessThanOrEqual(width);
          const joined = lines.map((line) => stripVTControlCharacters(line).slice(4)).join('');
          expect(joined.replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
        }
      }),
    );
  });
});

describe('widths', () => {
  it('counts what a terminal shows', () => {
    expect(visibleWidth(style.bad('abc'))).toBe(3);
    expect(visibleWidth('日本')).toBe(4);
    expect(visibleWidth('é')).toBe(1);
    expect(visibleWidth('✓ → · █ ░')).toBe(9);
    expect(padEnd(style.good('ok'), 5)).toBe(`${style.good('ok')}   `);
  });

  it('cuts with an ellipsis and closes what was open', () => {
    expect(truncate('abcdef', 4)).toBe('abc…');
    expect(truncate('abc', 3)).toBe('abc');
    expect(stripVTControlCharacters(truncate(style.bad('abcdef'), 4))).toBe('abc…');
    expect(truncate(style.bad('abcdef'), 4).endsWith('\u001B[0m')).toBe(true);
  });
});

describe('plainText', () => {
  it('lets nothing from a cluster steer the terminal', () => {
    expect(plainText('\u001B[2J\u001B]0;owned\u0007red \u001B[31malert\u001B[0m\r\nnext\u0008')).toBe(
      'red alert\nnext',
    );
    expect(oneLine('a\n  b\u202E c')).toBe('a b c');
  });
});
