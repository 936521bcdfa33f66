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
