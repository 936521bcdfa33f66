import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);
const here = (file: string) => new URL(file, import.meta.url).href;

test.each([
  ['thrown where nobody catches it', "setImmediate(() => { throw new Error('it is canary-of-a-crash'); })"],
  ['rejected and forgotten', "void Promise.reject(new Error('it is canary-of-a-crash'))"],
  ['no error at all', "void Promise.reject('it is canary-of-a-crash')"],
])('an error that is %s is told masked, and ends the process with 1', async (_, fails) => {
  const script = `
    import { maskCrashes } from '${here('crash.ts')}';
    import { theRedactor } from '${here('redactor.ts')}';
    theRedactor.learn('canary-of-a-crash');
    maskCrashes();
    ${fails};
    setTimeout(() => console.log('it went on'), 60_000);`;
  const failed = await run(process.execPath, ['--input-type=module', '-e', script], { env: { NO_COLOR: '1' } }).then(
    () => expect.fail('it did not fail'),
    (error: unknown) => error as { readonly code: number; readonly stdout: string; readonly stderr: string },
  );
  expect(failed.code).toBe(1);
  expect(failed.stderr).toContain('This is a bug in liftlock');
  expect(failed.stderr).toContain('it is ********');
  expect(failed.stdout + failed.stderr).not.toContain('canary');
});

test('an error that cannot even be told ends the process with 1, and nothing of it is printed', async () => {
  const script = `
    import { maskCrashes } from '${here('crash.ts')}';
    maskCrashes();
    setImmediate(() => {
      throw { get name() { throw new Error('it is canary-of-a-crash'); }, toString() { throw new Error('it is canary-of-a-crash'); } };
    });`;
  const failed = await run(process.execPath, ['--input-type=module', '-e', script], { env: { NO_COLOR: '1' } }).then(
    () => expect.fail('it did not fail'),
    (error: unknown) => error as { readonly code: number; readonly stdout: string; readonly stderr: string },
  );
  expect(failed.code).toBe(1);
  expect(failed.stderr).toContain('This is a bug in liftlock, and what it was about cannot be told.');
  expect(failed.stdout + failed.stderr).not.toContain('canary');
});
