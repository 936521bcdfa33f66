import { expect, test } from 'vitest';
import { formatCast, parseCast } from './asciicast.ts';
import { defaultSvgOptions, renderSvg } from './cast-svg.ts';
import { TerminalScreen } from './terminal-screen.ts';

function textOf(screen: TerminalScreen): readonly string[] {
  return screen.lines().map((line) => line.map((cell) => cell.character).join(''));
}

test.for([
  ['text and lines', 'one\r\ntwo', ['one', 'two', '']],
  ['a line that is written anew', 'waiting\rdone\u001B[K', ['done', '', '']],
  ['going up to redraw', 'a\r\nb\r\n\u001B[2A\u001B[Jc', ['c', '', '']],
  ['scrolling', '1\r\n2\r\n3\r\n4', ['2', '3', '4']],
  ['wrapping', 'abcdefghijkl', ['abcdefghij', 'kl', '']],
  ['a place by number', '\u001B[2;3Hx', ['', '  x', '']],
  ['titles and modes, which do not show', '\u001B]0;title\u0007\u001B[?25l\u001B[?2026hx', ['x', '', '']],
] as const)('a terminal shows %s', ([, written, expected]) => {
  const screen = new TerminalScreen(10, 3);
  screen.write(written);
  expect(textOf(screen)).toEqual(expected);
});

test('colours are kept until they are reset', () => {
  const screen = new TerminalScreen(10, 1);
  screen.write('\u001B[1;31ma\u001B[38;5;196mb\u001B[0mc');
  expect(screen.lines()[0]?.map((cell) => cell.look)).toEqual([
    { color: '#e06c75', isBold: true },
    { color: 'rgb(255,0,0)', isBold: true },
    {},
  ]);
});

test('a recording becomes an animation that ends on its last frame', () => {
  const events = [
    { seconds: 0, text: 'one <&>\r\n' },
    { seconds: 1, text: 'two\r\n' },
    { seconds: 90, text: 'three' },
  ];
  const svg = renderSvg(parseCast(formatCast({ width: 20, height: 4, events })));
  expect(svg).toContain('one &lt;&amp;&gt;');
  expect(svg).toContain(
    `${(1 + defaultSvgOptions.longestPause + defaultSvgOptions.finalPause).toFixed(2)}s steps(1,end)`,
  );
  // The line that all three frames show is drawn once.
  expect(svg.match(/one &lt;/g)).toHaveLength(1);
});

test('plain terminal text becomes a still picture', () => {
  const svg = renderSvg(parseCast('\u001B[32mgreen\u001B[0m\nline\n'));
  expect(svg).toContain('>green</text>');
  expect(svg).not.toContain('@keyframes');
});
