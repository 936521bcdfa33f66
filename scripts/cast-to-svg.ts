// node scripts/cast-to-svg.ts IN OUT.svg [--speed N] [--longest-pause SECONDS]: makes a picture for a page of a terminal
// recording (asciicast v2), or of a file that holds what a terminal showed.
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parseCast } from './asciicast.ts';
import { defaultSvgOptions, renderSvg } from './cast-svg.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { speed: { type: 'string', default: '1' }, 'longest-pause': { type: 'string', default: '1.5' } },
});
const [source, target] = positionals;
if (source === undefined || target === undefined) {
  process.stderr.write('usage: node scripts/cast-to-svg.ts IN OUT.svg [--speed N] [--longest-pause SECONDS]\n');
  process.exitCode = 2;
} else {
  const options = { ...defaultSvgOptions, speed: Number(values.speed), longestPause: Number(values['longest-pause']) };
  const svg = renderSvg(parseCast(readFileSync(source, 'utf8')), options);
  writeFileSync(target, svg);
  process.stdout.write(`${target}: ${Math.ceil(svg.length / 1024)} KiB\n`);
}
