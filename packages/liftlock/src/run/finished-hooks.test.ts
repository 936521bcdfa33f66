import { expect, it } from 'vitest';
import type { JsonObject } from '../model/json.ts';
import type { KubeObject } from '../model/kube.ts';
import { finishedHooks } from './finished-hooks.ts';
import { readerOf, recordOf, uiUpgrade as step } from './fixtures.ts';

const tried = { wasTried: true, triedFrom: 4, tries: [4] };
const began = '2026-11-21T10:00:00Z';
const hook = (name: string, events: readonly string[] = ['pre-upgrade'], kind = 'Job'): JsonObject => ({
  name,
  kind,
  events,
  manifest: '',
});
const job = (name: string, condition = 'Complete', creationTimestamp = began): KubeObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name, namespace: 'codemie', creationTimestamp },
  status: { conditions: [{ type: condition, status: 'True' }] },
});

interface Case {
  readonly hooks?: readonly JsonObject[];
  readonly jobs?: readonly KubeObject[];
  readonly version?: string;
  readonly tries?: readonly number[];
  readonly isSame?: boolean;
}

async function finished({
  hooks = [hook('migrate')],
  jobs = [job('migrate')],
  ...rest
}: Case): Promise<readonly string[]> {
  const { version = '2.2.5', tries = [4], isSame = true } = rest;
  const records = [
    recordOf('ui', 4, 'deployed', '2.2.4'),
    recordOf('ui', 5, 'failed', version, { hooks, createdAt: began }),
  ];
  const reader = readerOf([...records, ...jobs]);
  return finishedHooks(step, { reader }, { ...tried, tries }, async () => isSame);
}

it('O2: a hook Job of our own try that came to a good end is not run again', async () => {
  expect(await finished({})).toEqual(['migrate']);
  const both = [hook('migrate'), hook('index')];
  expect(await finished({ hooks: both, jobs: [job('migrate'), job('index')] })).toEqual(['migrate', 'index']);
});

it('O2: the end of a Job counts for every later try of the same upgrade', async () => {
  const reader = readerOf([
    recordOf('ui', 5, 'failed', '2.2.5', { hooks: [hook('migrate')], createdAt: began }),
    recordOf('ui', 6, 'failed', '2.2.5', { hooks: [hook('migrate')], createdAt: '2026-11-21T10:09:00Z' }),
    job('migrate', 'Complete', '2026-11-21T10:00:01Z'),
  ]);
  const again = { wasTried: true, triedFrom: 5, tries: [4, 5] };
  expect(await finishedHooks(step, { reader }, again, async () => true)).toEqual(['migrate']);
});

it.each<[why: string, what: Case]>([
  ['it has failed', { jobs: [job('migrate', 'Failed')] }],
  ['it is gone', { jobs: [] }],
  ['it is older than the try', { jobs: [job('migrate', 'Complete', '2026-11-21T09:59:59Z')] }],
  ['another has not ended', { hooks: [hook('migrate'), hook('index')] }],
  ['one comes after the upgrade', { hooks: [hook('migrate'), hook('tell', ['post-upgrade'])] }],
  ['one is no Job', { hooks: [hook('migrate'), hook('settings', ['pre-upgrade'], 'ConfigMap')] }],
  ['the revision is of another version', { version: '2.2.6' }],
  ['the revision is of somebody else', { tries: [] }],
  ['the values are others', { isSame: false }],
])('O2: helm runs its hooks again where %s', async (_why, what) => {
  expect(await finished(what)).toEqual([]);
});

it('hooks that no upgrade runs say nothing', async () => {
  const hooks = [hook('migrate'), hook('check', ['test'], 'Pod'), hook('clean', ['pre-delete'])];
  expect(await finished({ hooks })).toEqual(['migrate']);
});
