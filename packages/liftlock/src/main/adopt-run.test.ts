import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeReplicaReader } from '../adapters/cluster/replica-reader.ts';
import { replicaSecret } from '../adapters/cluster/replica-secrets.ts';
import { digestOf } from '../model/digest.ts';
import type { Entry, EntryBody } from '../model/journal.ts';
import type { Plan } from '../model/plan.ts';
import type { ReplicaInputs, ReplicaReader, ReplicaRun } from '../model/replica.ts';
import { adoptRun } from './adopt-run.ts';
import { describeRun } from './describe-run.ts';

const run = '20261121-000000-aaaa';
const evil = Buffer.from('not yours');
let home: string;
let environment: { readonly XDG_STATE_HOME: string };
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'liftlock-adopt-'));
  environment = { XDG_STATE_HOME: join(home, 'state') };
});
afterEach(async () => rm(home, { recursive: true, force: true }));

/** A plan whose maker wants programs and files of whoever adopts it. */
function plannedIn(namespace: string): Plan {
  const inputs = { helm: '/tmp/not-helm', kubeconfig: '/tmp/not-yours', file: '/tmp/site.yaml', keyFile: '/tmp/key' };
  const site = { name: 'prod', namespace, digest: 'sha256:0', options: { cloud: 'aws' } };
  const empty = { steps: [], decisions: [], components: [], hop: 0, route: [] };
  return { ...empty, platform: { name: 'codemie' }, site, inputs, cluster: { uid: '' } } as unknown as Plan;
}

function replicaOf(plan: Plan): ReplicaRun {
  const bodies: readonly EntryBody[] = [
    { type: 'run-started', purpose: 'upgrade', who: 'Ada', decisions: [] },
    { type: 'hop-planned', plan },
  ];
  const at = '2026-11-21T00:00:00.000Z';
  const entries = bodies.map((body, index): Entry => ({ ...body, run, sequence: index + 1, at }));
  return { namespace: 'codemie', platform: 'codemie', site: 'prod', run, entries };
}

function readerOf(inputs: ReplicaInputs | undefined): ReplicaReader {
  return {
    runs: async () => [],
    inputs: async () => inputs,
    contents: async () => new Map([[digestOf(evil), evil]]),
  };
}

async function adopt(plan: Plan, reader: ReplicaReader): Promise<unknown> {
  return adoptRun(replicaOf(plan), reader, { kubeconfig: '/mine' }, environment).then(
    (adopted) => adopted,
    (error: unknown) => (error as { code?: string }).code,
  );
}

test('O9: a run that lies beside another platform than its own is refused', async () => {
  expect(await adopt(plannedIn('elsewhere'), readerOf(undefined))).toBe('REPLICA_MISPLACED');
  expect(await adopt(plannedIn('codemie'), readerOf(undefined))).toEqual({ hasInputs: false });
});

test('O9: what a plan names of another machine is not believed here, with its inputs or without', async () => {
  const plan = plannedIn('codemie');
  const files = [{ kind: 'run' as const, name: 'adopted.json', digest: digestOf(evil), size: evil.length }];
  for (const inputs of [undefined, { flags: {}, files, leftBehind: [] }]) {
    await adopt(plan, readerOf(inputs));
    const { flags } = await describeRun(run, plan, {}, environment);
    expect([flags.helm, flags.file, flags.keyFile]).toEqual([undefined, undefined, undefined]);
    expect(flags.kubeconfig).toBe('/mine');
    await rm(environment.XDG_STATE_HOME, { recursive: true, force: true });
  }
});

test('O9: no file of a run lands outside its folder', async () => {
  for (const [kind, name] of [
    ['../../../../..', 'outside'],
    ['values', '../../../../../../outside'],
    ['run', '../../../../../outside'],
    ['unheard', 'outside'],
  ] as const) {
    const inputs = { flags: {}, files: [{ kind, name, digest: digestOf(evil), size: evil.length }], leftBehind: [] };
    const key = { namespace: 'codemie', platform: 'codemie', site: 'prod', run };
    const secret = replicaSecret(key, 'inputs', { data: { 0: Buffer.from(JSON.stringify(inputs)) } });
    const { contents } = readerOf(undefined);
    const reader = { ...makeReplicaReader({ list: async () => [secret] }), contents };
    expect(await adopt(plannedIn('codemie'), reader)).toBe('REPLICA_DAMAGED');
    const written = await readdir(home, { recursive: true });
    expect(written.filter((file) => basename(file) === 'outside')).toEqual([]);
  }
});
