import { expect, test } from 'vitest';
import { Redactor } from '../../model/redaction.ts';
import type { World } from '../world.ts';
import { logs } from './logs.ts';

async function look(unlearned: string | undefined) {
  const pod = {
    metadata: { name: 'web-1', namespace: 'prod', labels: { 'app.kubernetes.io/instance': 'web' } },
    spec: { containers: [{ name: 'main' }] },
  };
  const world = {
    plan: { site: { namespace: 'prod' }, components: [{ name: 'web', release: 'web' }] },
    reader: { list: async () => [pod], text: async () => 'ERROR cannot log in with canary-password' },
    redactor: new Redactor(),
    startedAt: '2026-01-01T00:00:00Z',
    unlearned,
  } as unknown as World;
  const check = { id: 'logs', kind: 'logs', patterns: { error: ['ERROR'], warning: ['WARN'] } };
  const step = { settings: { components: ['web'] } } as unknown as Parameters<typeof logs>[1];
  return logs(check as unknown as Parameters<typeof logs>[0], step, world);
}

test('C30: lines are counted and not shown where the redactor could not be taught', async () => {
  const hidden = await look('secrets is forbidden');
  expect(hidden.note).toContain('1 error and 0 warnings');
  expect(hidden.note).toContain('lines are not shown');
  expect(JSON.stringify(hidden)).not.toContain('canary');
  expect((await look(undefined)).note).toContain('ERROR cannot log in');
});
