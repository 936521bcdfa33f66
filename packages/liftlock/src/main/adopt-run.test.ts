import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeReplicaReader } from '../adapters/cluster/replica-reader.ts';
import { replicaSecret } from '../adapters/cluster/replica-secrets.ts';
import { siteFolder } from '../adapters/files/state-folder.ts';
import { openJournal } from '../adapters/journal/sqlite-journal.ts';
import { digestOf } from '../model/digest.ts';
import type { Entry, EntryBody } from '../model/journal.ts';
import type { Plan } from '../model/plan.ts';
import { Redactor } from '../model/redaction.ts';
import type { ReplicaInputs, ReplicaReader, ReplicaRun } from '../model/replica.ts';
import { adoptRun } from './adopt-run.ts';
import { isUnseen, markSeen, readAdopted, writeAdopted } from './adopted.ts';
import { describeRun } from './describe-run.ts';
import { judgeRuns } from './found-runs.ts';
import { runHere } from './known-runs.ts';
import { journalFile } from './past-runs.ts';

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

function replicaOf(plan: Plan, ...more: readonly EntryBody[]): ReplicaRun {
  const bodies: readonly EntryBody[] = [
    { type: 'run-started', purpose: 'upgrade', who: 'Ada', decisions: [] },
    { type: 'hop-planned', plan },
    ...more,
  ];
  const at = '2026-11-21T00:00:00.000Z';
  const entries = bodies.map((body, index): Entry => ({ ...body, run, sequence: index + 1, at }));
  return { namespace: 'codemie', platform: 'codemie', site: 'prod', run, keptSince: at, entries };
}

function readerOf(inputs: ReplicaInputs | undefined): ReplicaReader {
  return {
    runs: async () => [],
    inputs: async () => inputs,
    contents: async () => new Map([[digestOf(evil), evil]]),
  };
}

/** What became of it, or the code of the Problem. */
async function adopt(replica: ReplicaRun, reader: ReplicaReader, kubeconfig: string | undefined = '/mine') {
  const { runs, refused } = judgeRuns([replica], 'uid-here');
  const [found] = runs;
  if (found === undefined) return refused[0]?.problem.code;
  return adoptRun(found, reader, { kubeconfig }, environment).then(
    (adopted) => adopted,
    (error: unknown) => (error as { code?: string }).code,
  );
}

test('O9: a run that lies beside another platform, under another site or in another cluster than its own is refused', async () => {
  const plan = plannedIn('codemie');
  const { site } = plan;
  for (const wrong of [
    plannedIn('elsewhere'),
    { ...plan, site: { ...site, name: 'other' } },
    { ...plan, cluster: { ...plan.cluster, uid: 'uid-there' } },
    { ...plan, platform: { ...plan.platform, name: '../shop.yaml' } },
  ]) {
    expect(await adopt(replicaOf(wrong), readerOf(undefined))).toBe('REPLICA_MISPLACED');
    // Also where it begins as what it is not.
    expect(await adopt(replicaOf(plan, { type: 'hop-planned', plan: wrong }), readerOf(undefined))).toBe(
      'REPLICA_MISPLACED',
    );
  }
  expect(existsSync(environment.XDG_STATE_HOME)).toBe(false);
  expect(await adopt(replicaOf(plan), readerOf(undefined))).toEqual({ hasInputs: false });
});

test('O9: what a plan names of another machine is not believed here, with its inputs or without', async () => {
  const plan = plannedIn('codemie');
  const files = [{ kind: 'run' as const, name: 'adopted.json', digest: digestOf(evil), size: evil.length }];
  for (const inputs of [undefined, { flags: {}, files, leftBehind: [] }]) {
    await adopt(replicaOf(plan), readerOf(inputs));
    const { flags } = await describeRun(run, plan, {}, environment);
    expect([flags.helm, flags.keyFile, flags.kubeconfig]).toEqual([undefined, undefined, '/mine']);
    expect(flags.file).toBe(join(runFolder(), 'adopted', 'site.yaml'));
    await rm(environment.XDG_STATE_HOME, { recursive: true });
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
    expect(await adopt(replicaOf(plannedIn('codemie')), reader)).toBe('REPLICA_DAMAGED');
    const written = await readdir(home, { recursive: true });
    expect(written.filter((file) => basename(file) === 'outside')).toEqual([]);
  }
});

const runFolder = () => join(environment.XDG_STATE_HOME, 'liftlock', 'sites', 'prod', 'runs', run);

/** This machine has begun the run. */
function begin(plan: Plan): void {
  const journal = openJournal(journalFile(siteFolder(environment, 'prod')), new Redactor());
  journal.adopt(replicaOf(plan).entries);
  journal.close();
}

test('O9: what comes from the cluster for a run that was begun here says nothing of paths, programs and yes', async () => {
  const file = join(home, 'site.yaml');
  const site = { apiVersion: 'liftlock.dev/v1alpha1', kind: 'Site', metadata: { name: 'prod' }, platform: 'codemie' };
  await writeFile(file, JSON.stringify(site));
  const mine = { ...plannedIn('codemie'), inputs: { file, options: {}, kubeconfig: '/mine' } };
  begin(mine);
  const names = ['adopted.json', './adopted.json', 'backup/../adopted.json', 'adopted.unseen', 'Adopted.json'];
  const files = names.map((name) => ({ kind: 'run' as const, name, digest: digestOf(evil), size: evil.length }));
  const again: EntryBody = { type: 'hop-planned', plan: plannedIn('codemie') };
  const reader = readerOf({ flags: {}, files, leftBehind: [] });
  expect(await adopt(replicaOf(mine, again, { type: 'resumed', who: 'Eve' }), reader)).toEqual({ hasInputs: true });
  const plan = runHere(siteFolder(environment, 'prod'), run, new Redactor())?.plan;
  const { flags } = await describeRun(run, plan ?? mine, {}, environment);
  expect([flags.helm, flags.file, flags.keyFile, flags.kubeconfig]).toEqual([undefined, file, undefined, '/mine']);
  expect(await readdir(runFolder())).toEqual(['adopted.unseen']);
});

test('O9: a plan of another machine waits for a yes, which counts for that plan alone', async () => {
  const plan = plannedIn('codemie');
  const reader = readerOf({ flags: {}, files: [], leftBehind: [] });
  await adopt(replicaOf(plan), reader);
  expect(isUnseen(runFolder())).toBe(true);
  await markSeen(runFolder());
  const resumed: EntryBody = { type: 'resumed', who: 'Ben' };
  await adopt(replicaOf(plan, resumed), reader);
  expect(isUnseen(runFolder())).toBe(false);
  await adopt(replicaOf(plan, resumed, { type: 'hop-planned', plan }), reader);
  expect(isUnseen(runFolder())).toBe(true);
});

test('O9: what was given anew here holds for what comes later, and what was put back elsewhere is not put back again', async () => {
  const plan = plannedIn('codemie');
  const formers = ['backup/former/web_scale.txt', 'backup/hop-2/former/web_scale.txt', 'backup/ingress.json'];
  const files = formers.map((name) => ({ kind: 'run' as const, name, digest: digestOf(evil), size: evil.length }));
  await adopt(replicaOf(plan), readerOf({ flags: { namespace: 'other' }, files, leftBehind: [] }));
  const adopted = await readAdopted(runFolder());
  if (adopted === undefined) throw new Error('nothing was adopted');
  expect(adopted.flags.namespace).toBe('codemie');
  await writeAdopted(runFolder(), {
    ...adopted,
    flags: { ...adopted.flags, keyFile: '/mine/key.json', context: 'prod' },
    placed: { '/home/ada/licence': '/mine/licence' },
  });
  const more = replicaOf(plan, { type: 'resumed', who: 'Ada' });
  await adopt(more, readerOf({ flags: {}, files: [], leftBehind: [] }), undefined);
  const later = await readAdopted(runFolder());
  expect(later?.flags).toMatchObject({ kubeconfig: '/mine', context: 'prod', keyFile: '/mine/key.json' });
  expect(later?.placed).toEqual({ '/home/ada/licence': '/mine/licence' });
  // A backup that the cluster has lost is not lost here.
  expect(formers.map((name) => existsSync(join(runFolder(), name)))).toEqual([false, false, true]);
});

test("O9: entries become this machine's to the letter, whatever a newer liftlock would mask", async () => {
  const text = 'Authorization: Bearer abcdefghijklmnopqrstuvwxyz0123456789';
  const replica = replicaOf(plannedIn('codemie'), { type: 'note', text });
  await adopt(replica, readerOf(undefined));
  const journal = openJournal(journalFile(siteFolder(environment, 'prod')), new Redactor());
  expect(journal.entries(run)).toEqual(replica.entries);
  journal.close();
});
