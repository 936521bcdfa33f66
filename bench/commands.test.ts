import { expect, test } from 'vitest';
import { endCommands, runCommand } from './commands.ts';

const environment = { PATH: process.env['PATH'] };

test('a command answers with its exit code, both streams and each line as it came', async () => {
  const lines: string[] = [];
  const ended = await runCommand('/bin/sh', ['-c', 'echo one; echo two >&2; exit 7'], {
    environment,
    limitSeconds: 20,
    onLine: (line) => lines.push(line),
  });
  expect(ended).toMatchObject({ code: 7, stdout: 'one\n', stderr: 'two\n' });
  expect(lines.toSorted()).toEqual(['one', 'two']);
});

test('a command that takes longer than its limit is ended and fails', async () => {
  const late = runCommand('/bin/sh', ['-c', 'sleep 600'], { environment, limitSeconds: 0.2 });
  await expect(late).rejects.toThrow('took longer than 0.2 s');
});

test('what still runs is ended with its children, also when it does not heed Ctrl-C', async () => {
  const { promise: started, resolve } = Promise.withResolvers<void>();
  // The child of the shell inherits that Ctrl-C is ignored, and holds the shell's output open while it lives.
  const running = runCommand('/bin/sh', ['-c', "trap '' INT; sleep 600 & echo $!; wait"], {
    environment,
    limitSeconds: 60,
    onLine: () => resolve(),
  });
  await started;
  await endCommands();
  expect((await running).code).toBe(null);
});
