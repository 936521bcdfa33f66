import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readSiteMemory } from '../adapters/files/site-memory.ts';
import { siteFolder } from '../adapters/files/state-folder.ts';
import { foldJournal } from '../journal/fold.ts';
import { digestOf } from '../model/digest.ts';
import type { Entry } from '../model/journal.ts';
import type { Plan } from '../model/plan.ts';
import type { ReplicaFile, ReplicaFileKind, ReplicaReader } from '../model/replica.ts';
import { adoptRun } from './adopt-run.ts';
import { describeRun } from './describe-run.ts';

const run = '20261121-000000-aaaa';
const at = '2026-11-21T00:00:00.000Z';
const plan = {
  steps: [],
  decisions: [],
  components: [],
  hop: 0,
  route: [],
  platform: { name: 'codemie' },
  site: { name: 'prod', namespace: 'codemie', digest: 'sha256:0', options: { cloud: 'aws' } },
  inputs: {},
  cluster: { uid: 'uid-here' },
} as unknown as Plan;
let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'liftlock-site-'));
});
afterEach(async () => rm(home, { recursive: true, force: true }));

const texts: readonly (readonly [ReplicaFileKind, string, string])[] = [
  [
    'site',
    '/home/ada/site.yaml',
    JSON.stringify({
      apiVersion: 'liftlock.dev/v1alpha1',
      kind: 'Site',
      metadata: { name: 'prod' },
      platform: 'codemie',
      options: { cloud: 'aws' },
      verifyCharts: { keyring: './vendor.gpg' },
      credentials: { registry: { username: 'ada', tokenHosts: ['elsewhere.example'] } },
    }),
  ],
  ['file', '/home/ada/vendor.gpg', 'public keys'],
  ['memory', 'site.json', JSON.stringify({ affirmations: { backup: { by: 'ada', at, version: '2.2.5' } } })],
];

function readerOf(): ReplicaReader {
  const bytesOf = (text: string) => Buffer.from(text);
  const files = texts.map(([kind, name, text]): ReplicaFile => {
    const bytes = bytesOf(text);
    return { kind, name, digest: digestOf(bytes), size: bytes.length };
  });
  return {
    runs: async () => [],
    inputs: async () => ({ flags: {}, files, leftBehind: [] }),
    contents: async () => new Map(texts.map(([, , text]) => [digestOf(text), bytesOf(text)])),
  };
}

test('O9: an adopted site shows secrets to nobody on its own word, has its keyring, and what was affirmed for this run alone', async () => {
  const environment = { XDG_STATE_HOME: join(home, 'state') };
  const entries: readonly Entry[] = [
    { type: 'run-started', purpose: 'upgrade', who: 'ada', decisions: [], run, sequence: 1, at },
    { type: 'hop-planned', plan, run, sequence: 2, at },
  ];
  const key = { namespace: 'codemie', platform: 'codemie', site: 'prod', run, keptSince: at };
  await adoptRun({ ...key, entries, state: foldJournal(entries) }, readerOf(), {}, environment);

  const { described } = await describeRun(run, plan, {}, environment);
  const { registry } = described.site.credentials;
  expect([registry?.username, registry?.tokenHosts]).toEqual(['ada', undefined]);
  expect(await readFile(described.site.verifyCharts?.keyring ?? '', 'utf8')).toBe('public keys');
  expect(described.adopted?.affirmations).toMatchObject({ backup: { by: 'ada' } });
  const memory = await readSiteMemory(siteFolder(environment, 'prod'));
  expect([memory.clusterUid, memory.affirmations]).toEqual(['uid-here', undefined]);
});
