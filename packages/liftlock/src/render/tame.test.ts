import { expect, test } from 'vitest';
import { LiveWindow } from './live-window.ts';
import { makeStyle } from './style.ts';
import { tame } from './tame.ts';

const escape = '\u001B';

test('X02: links, clipboards, titles and turned text are shown by their numbers; our own colours stay', () => {
  const link = `${escape}]8;;https://evil.example${escape}\\click`;
  expect(tame(link, true)).toBe(String.raw`\u001b]8;;https://evil.example\u001b\click`);
  expect(tame(`${escape}]52;c;ZXZpbA==\u0007`, true)).toBe(String.raw`\u001b]52;c;ZXZpbA==\u0007`);
  expect(tame('\u009B2J\u202Efdp.exe\r', true)).toBe(String.raw`\u009b2J\u202efdp.exe\u000d`);
  expect(tame(`${escape}[8mhidden${escape}[2J`, true)).toBe(String.raw`\u001b[8mhidden\u001b[2J`);
  const { bad, loud, heading, warn, dim, good, accent } = makeStyle(true);
  const own = [bad, loud, heading, warn, dim, good, accent].map((paint) => paint('x')).join(' ');
  expect(tame(own, true)).toBe(own);
  expect(tame(own, false)).not.toContain(escape);
});

test('JSON stays JSON of the same text, and line ends and tabs stay', () => {
  const value = { note: 'a\u009B31m\u202Eb\u0000', other: 'line\r\nline\ttab' };
  expect(JSON.parse(tame(JSON.stringify(value), false))).toEqual(value);
  expect(tame('a\r\nb\tc\n', false)).toBe('a\nb\tc\n');
});

test('X02: what others say cannot steer a live view', () => {
  const written: string[] = [];
  const window = new LiveWindow({ write: (text) => written.push(text), columns: () => 80 });
  window.print(`note ${escape}]52;c;ZXZpbA==\u0007`);
  window.draw([`pod ${escape}[2Jgone`]);
  window.close(['end \u009B1A']);
  const all = written.join('');
  expect(all).toContain(String.raw`note \u001b]52;c;ZXZpbA==\u0007`);
  expect(all).toContain(String.raw`pod \u001b[2Jgone`);
  expect(all).toContain(String.raw`end \u009b1A`);
});
