import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Redactor } from '../model/redaction.ts';
import { answer, isCi, screen } from './output.ts';

const terminal = { isTTY: true, columns: 100 };

describe('what a stream can show', () => {
  it.each([
    ['a terminal', terminal, {}, { width: 100, color: true, isTerminal: true }],
    ['a pipe', {}, {}, { width: 80, color: false, isTerminal: false }],
    ['a pipe that is told its width', {}, { COLUMNS: '60' }, { width: 60, color: false, isTerminal: false }],
    ['a very wide terminal', { isTTY: true, columns: 300 }, {}, { width: 120, color: true, isTerminal: true }],
    ['NO_COLOR', terminal, { NO_COLOR: '1' }, { width: 100, color: false, isTerminal: true }],
    ['an empty NO_COLOR', terminal, { NO_COLOR: '' }, { width: 100, color: true, isTerminal: true }],
    [
      'FORCE_COLOR over NO_COLOR',
      {},
      { FORCE_COLOR: '1', NO_COLOR: '1' },
      { width: 80, color: true, isTerminal: false },
    ],
    ['FORCE_COLOR=0', terminal, { FORCE_COLOR: '0' }, { width: 100, color: false, isTerminal: true }],
    ['a CI job', terminal, { CI: 'true' }, { width: 100, color: true, isTerminal: false }],
    ['a dumb terminal', terminal, { TERM: 'dumb' }, { width: 100, color: false, isTerminal: false }],
  ])('%s', (_name, stream, environment, expected) => {
    const { width, color, isTerminal } = screen(stream, environment);
    expect({ width, color, isTerminal }).toEqual(expected);
  });

  it('follows a resize', () => {
    const stream = { isTTY: true, columns: 100 };
    const seen = screen(stream, {});
    stream.columns = 60;
    expect(seen.width).toBe(60);
  });

  it('knows a CI job from CI=false', () => {
    expect(isCi({ CI: '1' })).toBe(true);
    expect(isCi({ CI: 'false' })).toBe(false);
    expect(isCi({})).toBe(false);
  });
});

describe('an answer in a file', () => {
  it('is masked, whole, and readable by its owner only', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'liftlock-output-'));
    try {
      const redactor = new Redactor();
      redactor.learn('correct-horse-battery');
      const file = join(folder, 'plan.txt');
      await answer('the password is correct-horse-battery', { file, redactor });
      expect(await readFile(file, 'utf8')).toBe('the password is ********\n');
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      expect(await readdir(folder)).toEqual(['plan.txt']);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('that cannot be written is a mistake in the command, and leaves nothing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'liftlock-output-'));
    try {
      for (const file of [folder, join(folder, 'no', 'such', 'file.yaml')])
        await expect(answer('text', { file, redactor: new Redactor() })).rejects.toMatchObject({
          code: 'FILE_NOT_WRITTEN',
          exitCode: 2,
          message: expect.stringContaining(`${file} cannot be written: `),
        });
      expect(await readdir(folder)).toEqual([]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
