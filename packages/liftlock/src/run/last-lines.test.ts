import { expect, test } from 'vitest';
import type { Fault } from '../model/journal.ts';
import type { Clock, ClusterReader } from '../model/ports.ts';
import { Problem } from '../model/problem.ts';
import { masked, Redactor } from '../model/redaction.ts';
import { lastLines } from './last-lines.ts';

const env = [{ name: 'LOGIN', valueFrom: { secretKeyRef: { name: 'made-by-the-chart', key: 'login' } } }];
const pod = { metadata: { name: 'web-1' }, spec: { containers: [{ name: 'main', env }] } };
const fault = { code: 'CRASH_LOOP', object: { kind: 'Pod', name: 'web-1' }, container: 'main' } as Fault;

/** The last lines of a pod that prints what the chart has made up, of a cluster in which its Secret answers so. */
async function linesWhere(secret: () => unknown) {
  const redactor = new Redactor();
  const reader = {
    list: async () => [pod],
    find: async (path: string) => (path.endsWith('/secrets/made-by-the-chart') ? secret() : undefined),
    text: async () => 'starting\nlogging in with canary-login\n',
  } as unknown as ClusterReader;
  const clock = { sleep: async () => new Promise(() => {}) } as unknown as Clock;
  const signal = new AbortController().signal;
  const found = await lastLines({ reader, clock, namespace: 'prod', redactor, signal }, fault);
  return found?.lines.map((line) => redactor.text(line));
}

test('what the Secrets of a pod hold is known before its lines are', async () => {
  const data = { login: Buffer.from('canary-login').toString('base64') };
  expect(await linesWhere(() => ({ data }))).toEqual(['starting', `logging in with ${masked}`]);
});

test('no line is shown where a Secret that the pod reads may not be read', async () => {
  const refuse = () => {
    throw new Problem('CLUSTER_REFUSED', 'secrets is forbidden');
  };
  expect(await linesWhere(refuse)).toBeUndefined();
});
