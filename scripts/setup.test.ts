import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const scripts = import.meta.dirname;
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'liftlock-setup-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A process that takes the lock of `folder`, writes when it holds it, and lets it go after `milliseconds`. */
async function holdLock(name: string, milliseconds: number, then = 'lock.release()'): Promise<number | null> {
  const program = `
    import { appendFileSync } from 'node:fs';
    import { holdSetupLock } from ${JSON.stringify(join(scripts, 'setup-lock.mjs'))};
    const lock = await holdSetupLock(${JSON.stringify(folder)}, () => {});
    appendFileSync(${JSON.stringify(join(folder, 'log'))}, '${name} begins\\n');
    await new Promise((resolve) => setTimeout(resolve, ${milliseconds}));
    appendFileSync(${JSON.stringify(join(folder, 'log'))}, '${name} ends\\n');
    ${then};
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: 'inherit',
    env: { ...process.env, TMPDIR: folder },
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}

test('of several set-ups of one checkout one works at a time', async () => {
  await Promise.all(['a', 'b', 'c'].map((name) => holdLock(name, 100)));
  const lines = readFileSync(join(folder, 'log'), 'utf8').trim().split('\n');
  expect(lines).toHaveLength(6);
  for (let index = 0; index < lines.length; index += 2) {
    expect(lines[index + 1]).toBe(lines[index]?.replace('begins', 'ends'));
  }
});

test('the lock of a set-up that was killed is taken over', async () => {
  appendFileSync(join(folder, 'log'), '');
  expect(await holdLock('killed', 0, `process.kill(process.pid, 'SIGKILL')`)).toBe(null);
  expect(await holdLock('next', 0)).toBe(0);
});

test('a script gets its arguments, and its exit code comes through', () => {
  const script = join(folder, 'script.mjs');
  writeFileSync(script, 'console.log(JSON.stringify(process.argv.slice(2))); process.exit(7);');
  const result = spawnSync(process.execPath, [join(scripts, 'with-setup.mjs'), script, '--to', '1.10', 'a b'], {
    encoding: 'utf8',
  });
  expect(JSON.parse(result.stdout)).toEqual(['--to', '1.10', 'a b']);
  expect(result.status).toBe(7);
});
