// node scripts/record.ts OUT.cast [--width N] [--height N] -- CMD…: runs CMD in a terminal of its own and records what it
// shows (asciicast v2). Uses `script` of util-linux, which keeps bytes and times apart.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { formatCast } from './asciicast.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { width: { type: 'string', default: '110' }, height: { type: 'string', default: '32' } },
});
const [target, ...command] = positionals;
if (target === undefined || command.length === 0) {
  process.stderr.write('usage: node scripts/record.ts OUT.cast [--width N] [--height N] -- CMD…\n');
  process.exitCode = 2;
} else {
  process.exitCode = await record(target, command, Number(values.width), Number(values.height));
}

async function record(castFile: string, words: readonly string[], width: number, height: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'liftlock-record-'));
  try {
    const output = join(folder, 'output');
    const timing = join(folder, 'timing');
    const line = `stty cols ${width} rows ${height}; exec ${words.map(quote).join(' ')}`;
    const args = ['--quiet', '--return', '--flush', '--command', line];
    const child = spawn(
      'script',
      [...args, '--log-out', output, '--log-timing', timing, '--logging-format', 'classic'],
      {
        stdio: 'inherit',
        env: { ...process.env, TERM: 'xterm-256color', COLUMNS: String(width), LINES: String(height) },
      },
    );
    const code = await new Promise<number>((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', (exitCode) => resolve(exitCode ?? 1));
    });
    const cast = { width, height, events: readEvents(readFileSync(output), readFileSync(timing, 'utf8')) };
    writeFileSync(castFile, formatCast(cast));
    return code;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Lines of the timing file: seconds since the line before, and how many bytes followed. */
function readEvents(output: Buffer, timing: string): readonly { readonly seconds: number; readonly text: string }[] {
  const decoder = new TextDecoder();
  const events: { readonly seconds: number; readonly text: string }[] = [];
  // The first line of the output says when it began and is not counted.
  let offset = output.indexOf('\n') + 1;
  let seconds = 0;
  for (const line of timing.split('\n')) {
    const [delay, bytes] = line.split(' ').map(Number);
    if (delay === undefined || bytes === undefined) continue;
    seconds += delay;
    const text = decoder.decode(output.subarray(offset, offset + bytes), { stream: true });
    offset += bytes;
    if (text !== '') events.push({ seconds, text });
  }
  return events;
}

function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
