import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { connectCluster } from '../src/adapters/cluster/connect.ts';
import { makeReplicaReader } from '../src/adapters/cluster/replica-reader.ts';
import { openReplicaWriter } from '../src/adapters/cluster/replica-writer.ts';
import { openJournal } from '../src/adapters/journal/sqlite-journal.ts';
import { readSites } from '../src/main/doctor/journals.ts';
import { putBackPolicy } from '../src/main/doctor/put-back.ts';
import type { RetainedVolume } from '../src/model/doctor.ts';
import type { Entry } from '../src/model/journal.ts';
import { Redactor } from '../src/model/redaction.ts';
import {
  askDoctor,
  at,
  firstRun,
  notWell,
  planOf,
  secondRun,
  started,
  wholeRun,
  writeJournal,
} from './support/doctor-told.ts';
import { problemOf, type Config } from './support/kubeconfigs.ts';
import { makeOperator, type Operator } from './support/liftlock.ts';
import { openOneRelease, type OneRelease } from './support/one-release.ts';
import { sharedSandbox } from './support/stage.ts';
import { makeClaim, makeVolume, policies } from './support/volumes.ts';

const ends: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

test('without a cluster doctor names what is wrong with each journal, and leaves every one as it is', async () => {
  const operator = await makeOperator({ helm: sharedSandbox().bin.helm3 });
  ends.push(async () => operator.close());
  const good = writeJournal(operator, 'good', wholeRun('good', 0));
  const sites = dirname(dirname(good));
  cpSync(dirname(good), join(sites, 'copied'), { recursive: true });
  writeJournal(operator, 'open', [
    [started, at(0)],
    [planOf('open'), at(1)],
    [{ type: 'stopped', reason: 'a fault' }, at(2)],
  ]);
  writeJournal(operator, 'clock', [
    [started, at(30)],
    [planOf('clock'), at(31)],
    [{ type: 'note', text: '' }, at(5)],
    [{ type: 'run-finished' }, at(6)],
  ]);
  // A run that goes on when a later one has begun, and one that was adopted: no clock was set back. Two runs by such a clock.
  writeJournal(operator, 'resumed', wholeRun('resumed', 0).slice(0, 2));
  writeJournal(operator, 'resumed', wholeRun('resumed', 5), secondRun);
  writeJournal(operator, 'resumed', [
    [{ type: 'resumed', who: 'ben' }, at(20)],
    [{ type: 'run-finished' }, at(21)],
  ]);
  writeJournal(operator, 'adopted', wholeRun('adopted', 5), secondRun);
  writeJournal(operator, 'adopted', wholeRun('adopted', 0));
  mkdirSync(join(sites, 'adopted', 'runs', firstRun), { recursive: true });
  writeFileSync(join(sites, 'adopted', 'runs', firstRun, 'adopted.json'), '{}');
  writeJournal(operator, 'between', wholeRun('between', 5), secondRun);
  writeJournal(operator, 'between', wholeRun('between', 0));
  for (const name of ['cut', 'newer', 'emptied']) {
    mkdirSync(join(sites, name, 'runs', firstRun), { recursive: true });
    copyFileSync(good, join(sites, name, 'journal.sqlite'));
  }
  truncateSync(join(sites, 'cut', 'journal.sqlite'), 5000);
  truncateSync(join(sites, 'emptied', 'journal.sqlite'), 0);
  const newer = new DatabaseSync(join(sites, 'newer', 'journal.sqlite'));
  newer.exec('PRAGMA user_version = 99');
  newer.close();
  mkdirSync(join(sites, 'lost', 'runs', firstRun), { recursive: true });
  mkdirSync(join(sites, 'good', 'forecasts', 'forecast-999999999-x'), { recursive: true });
  const names = ['good', 'copied', 'open', 'clock', 'resumed', 'adopted', 'between', 'cut', 'newer', 'emptied'];
  const files = names.map((name) => join(sites, name, 'journal.sqlite'));
  const before = files.map((file) => readFileSync(file, 'latin1'));

  const told = await askDoctor(operator, '--kubeconfig', '/nowhere/config');
  const said = notWell(told);
  const saysOf = (site: string) =>
    said.filter((line) => / (\S+): site (\S+):/.exec(line)?.[2] === site).map((line) => line.replace(/:.*/, ''));
  expect(Object.fromEntries([...names, 'lost'].map((site) => [site, saysOf(site)]))).toEqual({
    good: [],
    copied: ['blocker journal'],
    open: ['warning run-left-open'],
    clock: ['warning clock-set-back'],
    resumed: [],
    adopted: [],
    between: ['warning clock-set-back'],
    cut: ['blocker journal'],
    newer: ['blocker journal'],
    emptied: ['blocker journal'],
    lost: ['blocker journal'],
  });
  expect(said.join('\n')).toContain('is that of site good');
  expect(said.join('\n')).toContain('set back by 1560 s');
  expect(said.join('\n')).toContain('the files of 1 run are still there');
  expect(said.filter((line) => line.startsWith('warning leftover')).join()).toContain('forecast-999999999-x');
  expect(
    told.looks.filter(({ state, advice }) => (state === 'blocker' || state === 'warning') && advice.length === 0),
  ).toEqual([]);
  expect(told.code).toBe(3);
  expect(files.map((file) => readFileSync(file, 'latin1'))).toEqual(before);

  // What is wrong with one site's journal keeps nobody from another's.
  const history = await operator.run('history');
  expect([history.code, history.stdout.includes(firstRun)]).toEqual([0, true]);
  expect(history.stderr).toContain('is a copy of another one');
  const named = await operator.run('resume', '--site', 'copied');
  expect([named.code, named.stderr.includes('JOURNAL_OF_ANOTHER_SITE')]).toEqual([3, true]);
});

test('a state folder that cannot be written is named', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'liftlock-test-'));
  // Root may write everywhere; below a file nobody may.
  const state = join(folder, 'state');
  writeFileSync(state, 'a file where a folder should be');
  const operator = await makeOperator({ helm: sharedSandbox().bin.helm3, environment: { XDG_STATE_HOME: state } });
  ends.push(
    async () => operator.close(),
    () => rmSync(folder, { recursive: true }),
  );
  const { looks, code } = await askDoctor(operator, '--kubeconfig', '/nowhere/config');
  expect(looks.find(({ what }) => what === 'state-folder')).toMatchObject({ state: 'blocker' });
  expect(code).toBe(3);
});

const pod = { containers: [{ name: 'main', image: 'registry.example/web:1' }] };
const labels = { app: 'web' };
const web = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: { replicas: 0, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: pod } },
};

test(
  'O5: with a cluster doctor tells who holds the lease and which release hangs; a reclaim policy goes back only where that deletes nothing',
  { timeout: 300_000 },
  async () => {
    const sandbox = sharedSandbox();
    const one = await openOneRelease(sandbox, { name: 'doctor', helm: 'helm3', before: [web], after: [web] });
    ends.push(async () => one.close());
    const { operator, world } = one;
    const { namespace } = world;
    const well = await askDoctor(operator, '-f', 'site.yaml');
    expect(notWell(well)).toEqual([]);
    // Who may do nothing is told of each thing by itself, the permissions that are missing among them.
    const stranger = await askDoctor(operator, '-f', 'site.yaml', '--kubeconfig', asStranger(operator));
    expect(notWell(stranger).map((line) => line.replace(/:.*/, ''))).toEqual([
      'blocker lease',
      'blocker releases',
      'blocker permissions',
    ]);
    expect(well.looks.map(({ what }) => what)).toEqual(
      expect.arrayContaining([
        'api-server',
        'who',
        'clock',
        'lease',
        'releases',
        'permissions',
        'registry',
        'helm',
        'node',
      ]),
    );
    expect(well.code).toBe(0);

    const volumes = ['bound', 'other', 'released'].map((name) => `${namespace}-${name}`);
    const claims = await Promise.all(volumes.slice(0, 2).map(async (name) => makeClaim(namespace, name)));
    await makeVolume(namespace, volumes[2] ?? '', undefined);
    ends.push(async () => {
      for (const name of volumes)
        await sandbox.api.raw('DELETE', `/api/v1/persistentvolumes/${name}`).catch(() => undefined);
    });
    const uid = (await sandbox.api.get('/api/v1/namespaces/kube-system')).metadata.uid ?? '';
    const kept = volumes.map((volume, index) => ({
      namespace,
      name: volume,
      uid: index === 0 ? claims[0] : 'another-uid',
      volume,
      policy: 'Delete',
      isRebound: false,
    }));
    const step = {
      id: 'shop/retain',
      kind: 'retain-volumes',
      title: 'Retain',
      component: 'shop',
      release: 'shop',
      namespace,
      claims: kept,
    };
    const site = {
      site: { name: namespace, namespace, digest: '', options: {} },
      cluster: { server: '', context: '', uid },
      steps: [step],
    };
    const journalFile = writeJournal(operator, namespace, [
      [started, at(0)],
      [planOf(namespace, site), at(1)],
      [{ type: 'observed', step: step.id, observation: 'todo', note: '' }, at(2)],
      [{ type: 'act-started', step: step.id }, at(3)],
      [{ type: 'act-ended', step: step.id, outcome: 'done', touched: 'yes', writes: 3, seconds: 1 }, at(4)],
      [{ type: 'confirmed', step: step.id, note: '', seconds: 1 }, at(5)],
      [{ type: 'run-finished' }, at(6)],
    ]);
    const replica = await keepInCluster(one, journalFile);
    const lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'liftlock-one', namespace },
      spec: { holderIdentity: 'ben@elsewhere pid 7 run x', leaseDurationSeconds: 2, leaseTransitions: 4 },
    };
    await sandbox.api.create(`/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`, lease);

    const told = await askDoctor(operator, '-f', 'site.yaml');
    expect(notWell(told).map((line) => line.replace(/:.*/, ''))).toEqual([
      'warning lease',
      'warning volume-retained',
      'warning volume-retained',
      'warning volume-retained',
    ]);
    expect(notWell(told).join('\n')).toContain('ben@elsewhere pid 7 run x holds the lease');
    expect(told.retained.map(({ volume }) => volume)).toEqual([volumes[0]]);

    // Nobody is there to say yes: nothing is written.
    const silent = await operator.run('doctor', '-f', 'site.yaml', '--put-back');
    expect(silent.code).toBe(6);
    expect(await policies(volumes)).toEqual(['Retain', 'Retain', 'Retain']);
    await giveBackLease(one, told.retained);
    const done = await operator.run('doctor', '-f', 'site.yaml', '--put-back', '--yes');
    expect(done.stderr).toContain(`The reclaim policy of ${volumes[0]} is Delete again`);
    expect(await policies(volumes)).toEqual(['Delete', 'Retain', 'Retain']);
    // The journal tells of it, and what the cluster keeps of the run tells the same.
    const entries = readJournal(journalFile);
    expect(entries.slice(-2).flatMap((entry) => (entry.type === 'note' ? [entry.text] : []))).toEqual([
      expect.stringMatching(/^doctor \(.* puts the reclaim policy of \S+ back to Delete$/),
      expect.stringMatching(/^the reclaim policy of \S+ is Delete again$/),
    ]);
    expect(await replica.entries()).toEqual(entries);
  },
);

/** A kubeconfig that speaks for somebody to whom nothing is granted. */
function asStranger(operator: Operator): string {
  const config = parse(readFileSync(sharedSandbox().kubeconfig, 'utf8')) as Config;
  config.users[0].user['as'] = 'stranger';
  const file = join(operator.home, 'stranger.yaml');
  writeFileSync(file, stringify(config));
  return file;
}

function readJournal(file: string): readonly Entry[] {
  const journal = openJournal(file, new Redactor());
  try {
    return journal.entries(firstRun);
  } finally {
    journal.close();
  }
}

/** What the cluster keeps of the run, begun with the journal as it is. */
async function keepInCluster(one: OneRelease, file: string): Promise<{ entries(): Promise<readonly Entry[]> }> {
  const { namespace } = one.world;
  const connection = await connectCluster({ kubeconfig: sharedSandbox().kubeconfig, env: {} });
  ends.push(() => connection.close());
  const { reader } = connection;
  const key = { namespace, platform: 'one', site: namespace, run: firstRun };
  const writer = await openReplicaWriter({ reader, writer: connection.fencedWriter(async () => true), key });
  await writer.writeEntries(readJournal(file));
  return {
    entries: async () => (await makeReplicaReader(reader).runs({ namespace, run: firstRun }))[0]?.entries ?? [],
  };
}

/** A journal that cannot be opened any more ends a putting back that has begun, and the lease is given back. */
async function giveBackLease({ operator, world }: OneRelease, retained: readonly RetainedVolume[]): Promise<void> {
  const { api, kubeconfig } = sharedSandbox();
  const connection = await connectCluster({ kubeconfig, env: {} });
  const sites = await readSites(operator.environment);
  const file = join(sites.find(({ name }) => name === world.namespace)?.folder ?? '', 'journal.sqlite');
  const whole = readFileSync(file);
  truncateSync(file, 5000);
  try {
    const [volume] = retained;
    if (volume === undefined) throw new Error('no volume to put back');
    const by = { connection, who: 'ana', redactor: new Redactor(), say: () => undefined };
    const { code } = await problemOf(putBackPolicy(volume, sites, by));
    expect(code).toBe('JOURNAL_DAMAGED');
    const lease = `/apis/coordination.k8s.io/v1/namespaces/${world.namespace}/leases/liftlock-one`;
    expect((await api.get(lease)).spec).toMatchObject({ holderIdentity: '' });
  } finally {
    writeFileSync(file, whole);
    connection.close();
  }
}
