import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CanaryFigures } from './reliability.ts';

const root = join(import.meta.dirname, '../../../..');

/** The tests that search; each adds a line of figures to the file that LIFTLOCK_CANARY_FIGURES names. */
const tests = ['canaries', 'secrets'].map((name) => `packages/liftlock/test/${name}.test.ts`);

const none: CanaryFigures = { secrets: 0, texts: 0, files: 0, found: 0 };

/** Runs the tests that put a canary into every secret and search for them, and adds up what they searched. */
export async function searchForCanaries(): Promise<{
  readonly figures: CanaryFigures;
  readonly wrong: readonly string[];
}> {
  const folder = await mkdtemp(join(tmpdir(), 'liftlock-canary-figures-'));
  const file = join(folder, 'figures');
  try {
    const { code, said } = await vitest(['run', '--project', 'sandbox', ...tests], file);
    const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
    const figures = lines
      .map((line) => JSON.parse(line) as CanaryFigures)
      .reduce(
        (sum, one) => ({
          secrets: sum.secrets + one.secrets,
          texts: sum.texts + one.texts,
          files: sum.files + one.files,
          found: sum.found + one.found,
        }),
        none,
      );
    return { figures, wrong: code === 0 ? [] : [`the tests failed: ${said.slice(-2000)}`] };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function vitest(words: readonly string[], file: string) {
  const { promise, resolve } = Promise.withResolvers<{ readonly code: number; readonly said: string }>();
  const program = join(root, 'node_modules/vitest/vitest.mjs');
  const env = { ...process.env, LIFTLOCK_CANARY_FIGURES: file };
  execFile(
    process.execPath,
    [program, ...words],
    { cwd: root, env, maxBuffer: 64 * 1024 * 1024 },
    (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code ?? 1), said: stdout + stderr }),
  );
  return promise;
}
