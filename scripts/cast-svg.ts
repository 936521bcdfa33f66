import type { Cast } from './asciicast.ts';
import { type Cell, type Look, TerminalScreen } from './terminal-screen.ts';

const cellWidth = 8.4;
const lineHeight = 19;
const padding = 16;
const titleBar = 30;

export interface SvgOptions {
  /** Pauses are cut to this many seconds. */
  readonly longestPause: number;
  /** Changes closer together than this become one frame. */
  readonly shortestFrame: number;
  /** How long the last frame stays before it begins again. */
  readonly finalPause: number;
  /** How many times faster than it was. */
  readonly speed: number;
}

export const defaultSvgOptions: SvgOptions = { longestPause: 1.5, shortestFrame: 0.15, finalPause: 5, speed: 1 };

interface Frame {
  readonly seconds: number;
  readonly lines: readonly (readonly Cell[])[];
}

/** A recording as one SVG without scripts: animated, or still where it has one frame only. */
export function renderSvg(cast: Cast, options: SvgOptions = defaultSvgOptions): string {
  const frames = makeFrames(cast, options);
  const width = Math.ceil(cast.width * cellWidth + 2 * padding);
  const height = Math.ceil(cast.height * lineHeight + 2 * padding + titleBar);
  const lineIds = new Map<string, string>();
  const groups = frames.map((frame, index) => {
    const uses = frame.lines.flatMap((line, row) => {
      const markup = renderLine(line);
      if (markup === '') return [];
      const id = lineIds.get(markup) ?? `l${lineIds.size}`;
      lineIds.set(markup, id);
      return [`<use href="#${id}" y="${row * lineHeight}"/>`];
    });
    return `<g transform="translate(${index * width} 0)">${uses.join('')}</g>`;
  });
  const definitions = [...lineIds].map(([markup, id]) => `<g id="${id}">${markup}</g>`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<style>${styles(frames, width, options)}</style>`,
    `<defs>${definitions.join('')}</defs>`,
    `<rect width="${width}" height="${height}" rx="8" fill="#16191f"/>`,
    ...['#e06c75', '#d9b35c', '#7fbf6a'].map(
      (color, dot) => `<circle cx="${20 + dot * 18}" cy="17" r="5.5" fill="${color}"/>`,
    ),
    `<svg x="${padding}" y="${titleBar + padding}" width="${width - 2 * padding}" height="${height - titleBar - padding}">`,
    `<g class="play">${groups.join('')}</g></svg></svg>`,
    '',
  ].join('\n');
}

function makeFrames(cast: Cast, options: SvgOptions): readonly Frame[] {
  const screen = new TerminalScreen(cast.width, cast.height);
  const frames: Frame[] = [];
  let shown = 0;
  let before = 0;
  for (const [index, { seconds, text }] of cast.events.entries()) {
    shown += Math.min((seconds - before) / options.speed, options.longestPause);
    before = seconds;
    screen.write(text);
    const next = cast.events[index + 1];
    if (next !== undefined && (next.seconds - seconds) / options.speed < options.shortestFrame) {
      const last = frames.at(-1);
      if (last !== undefined && shown - last.seconds < options.shortestFrame) continue;
    }
    frames.push({ seconds: shown, lines: screen.lines().map((line) => [...line]) });
  }
  return frames.filter((frame, index) => JSON.stringify(frame.lines) !== JSON.stringify(frames[index - 1]?.lines));
}

function styles(frames: readonly Frame[], width: number, options: SvgOptions): string {
  const text = `text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:#d0d4da;white-space:pre}.b{font-weight:700}.d{opacity:.65}.u{text-decoration:underline}`;
  const first = frames[0];
  const last = frames.at(-1);
  if (first === undefined || last === undefined || frames.length === 1) return text;
  const total = last.seconds - first.seconds + options.finalPause;
  const stops = frames.map((frame, index) => {
    const percent = (((frame.seconds - first.seconds) / total) * 100).toFixed(3);
    return `${percent}%{transform:translateX(${-index * width}px)}`;
  });
  const end = -(frames.length - 1) * width;
  return [
    text,
    `@keyframes play{${stops.join('')}100%{transform:translateX(${end}px)}}`,
    `.play{animation:play ${total.toFixed(2)}s steps(1,end) infinite}`,
    // Who asked for less motion sees the end, which has the result.
    `@media (prefers-reduced-motion:reduce){.play{animation:none;transform:translateX(${end}px)}}`,
  ].join('');
}

function renderLine(line: readonly Cell[]): string {
  const runs: { readonly start: number; text: string; readonly look: Look }[] = [];
  for (const [column, cell] of line.entries()) {
    const run = runs.at(-1);
    if (run !== undefined && JSON.stringify(run.look) === JSON.stringify(cell.look)) run.text += cell.character;
    else runs.push({ start: column, text: cell.character, look: cell.look });
  }
  return runs.map(renderRun).join('');
}

function renderRun(run: { readonly start: number; readonly text: string; readonly look: Look }): string {
  const { look } = run;
  const x = (run.start * cellWidth).toFixed(1);
  const length = (Array.from(run.text).length * cellWidth).toFixed(1);
  const classes = [look.isBold && 'b', look.isDim && 'd', look.isUnderlined && 'u'].filter(Boolean).join(' ');
  const background =
    look.background === undefined
      ? ''
      : `<rect x="${x}" y="0" width="${length}" height="${lineHeight}" fill="${look.background}"/>`;
  if (run.text.trim() === '') return background;
  const attributes = [
    `x="${x}" y="14" textLength="${length}" xml:space="preserve"`,
    classes === '' ? '' : ` class="${classes}"`,
    look.color === undefined ? '' : ` style="fill:${look.color}"`,
  ].join('');
  return `${background}<text ${attributes}>${escapeXml(run.text)}</text>`;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
