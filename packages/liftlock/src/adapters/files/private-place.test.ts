import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openPrivatePlace } from './private-place.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'place-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A process that has a secret in its place, and waits. */
async function holder(): Promise<ChildProcess> {
  const module = JSON.stringify(new URL('private-place.ts', import.meta.url).href);
  const script = `
    import { writeFileSync } from 'node:fs';
    const { openPrivatePlace } = await import(${module});
    writeFileSync(openPrivatePlace(process.argv[1], 'forecast').path + '/values.yaml', 'canary');
    console.log('there');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  expect(readdirSync(folder)).toEqual([expect.stringMatching(`^forecast-${child.pid}-`)]);
  return child;
}

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('O9: %s leaves nothing, and ends the process', async (signal) => {
  const child = await holder();
  child.kill(signal);
  expect(await once(child, 'exit')).toEqual([null, signal]);
  expect(readdirSync(folder)).toEqual([]);
});

test('O9: what a process that was killed hard has left goes with the next start; what is in use stays', async () => {
  const killed = await holder();
  killed.kill('SIGKILL');
  await once(killed, 'exit');
  expect(readdirSync(folder)).toHaveLength(1);
  // One that had this process's own id, as in a container; one that lives; one that is no place at all.
  mkdirSync(join(folder, `forecast-${process.pid}-before`));
  mkdirSync(join(folder, `forecast-${process.ppid}-other`));
  writeFileSync(join(folder, 'notes'), '');
  const first = openPrivatePlace(folder, 'forecast');
  const second = openPrivatePlace(folder, 'forecast');
  expect(existsSync(first.path)).toBe(true);
  second.close();
  first.close();
  expect(readdirSync(folder).toSorted()).toEqual([`forecast-${process.ppid}-other`, 'notes']);
});

test('whoever listens for the end closes the place himself', () => {
  const listener = () => undefined;
  process.on('SIGHUP', listener);
  const place = openPrivatePlace(folder, 'forecast');
  expect(process.listeners('SIGHUP')).toEqual([listener]);
  place.close();
  process.off('SIGHUP', listener);
});
