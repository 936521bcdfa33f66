import { expect, test } from 'vitest';
import { masked } from '../../model/redaction.ts';
import { runExecPlugin } from './exec-plugin.ts';
import type { KubeconfigContext } from './kubeconfig.ts';

const context = {
  server: 'https://cluster.example.com',
  user: { name: 'ada', folder: '/', fields: {} },
  cluster: { fields: {} },
} as unknown as KubeconfigContext;

const long = ['eyJhbGciOiJSUzI1NiJ9', 'p'.repeat(900), 's'.repeat(342)].join('.');

test.each([
  ['its whole answer', `{"status":{"token":"${long}"}}`],
  ['a token alone', long],
  ['the rest of one', long.slice(300)],
  ['a password', 'retrying with password=canary-plug-in'],
])('a plug-in that fails and prints %s is quoted without it', async (_, said) => {
  const exec = { command: '/bin/sh', args: ['-c', 'printf %s "$1" >&2; exit 3', 'sh', said] };
  const message = await runExecPlugin(context, exec, {}).then(
    () => expect.fail('it did not fail'),
    (error: unknown) => (error as Error).message,
  );
  expect(message).toContain('it ended with 3');
  expect(message).toContain(masked);
  expect(message).not.toMatch(/ppp|sss|canary/);
});

const answer = '{"status":{"token":"good"}}';

async function running(script: string, limitMs?: number): Promise<unknown> {
  return runExecPlugin(context, { command: '/bin/sh', args: ['-c', script] }, process.env, limitMs).catch(
    (error: unknown) => (error as Error).message.replace(/^.*"ada": /, ''),
  );
}

test.each([
  ['leaves a daemon that keeps its pipes open', `printf %s '${answer}'; sleep 20 &`, { token: 'good' }],
  ['is ended by somebody', 'kill -TERM $$', 'it was ended by SIGTERM.'],
  ['is not there', 'exec /nowhere/plug-in', expect.stringMatching(/^it ended with 12\d: /)],
])('a plug-in that %s', async (_, script, found) => {
  expect(await running(script)).toEqual(found);
});

test('a plug-in that does not end, and cannot be asked to, is ended', async () => {
  expect(await running('trap "" TERM; while true; do sleep 1; done', 300)).toBe('it did not end within 0.3 s.');
}, 60_000);

test('a Ctrl-C at the terminal does not reach a plug-in at work: it leads a process group of its own', async () => {
  expect(await running(`kill -0 -$$ || exit 7; printf %s '${answer}'`)).toEqual({ token: 'good' });
});
