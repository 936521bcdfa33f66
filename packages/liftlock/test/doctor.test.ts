import {
  copyFileSync,
  cpSync,
  existsSync,
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
import { openJournal } from '../src/adapters/journal/sqlite-journal.ts';
import type { Look, RetainedVolume } from '../src/model/doctor.ts';
import type { EntryBody } from '../src/model/journal.ts';
import { Redactor } from '../src/model/redaction.ts';
import { makeOperator, type Operator } from './support/liftlock.ts';
import { openOneRelease } from './support/one-release.ts';
import { sharedSandbox } from './support/stage.ts';

const ends: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

interface Told {
  readonly code: number | null;
  readonly looks: readonly Look[];
  readonly retained: readonly RetainedVolume[];
}

async function askDoctor(operator: Operator, ...words: readonly string[]): Promise<Told> {
  const { code, stdout, stderr } = await operator.run('doctor', '-o', 'json', ...words);
  if (!stdout.startsWith('{')) throw new Error(`doctor said nothing: ${stderr}`);
  return { code, ...(JSON.parse(stdout) as Omit<Told, 'code'>) };
}

/** What is not well, by site or object in the message. */
function notWell({ looks }: Told): readonly string[] {
  return looks
    .filter(({ state }) => state !== 'ok' && state !== 'unknown')
    .map(({ what, state, message }) => `${state} ${what}: ${message}`);
}

const at = (minute: number) => new Date(Date.UTC(2026, 10, 21, 10, minute));

/** A journal of one run, as a run writes it. */
function writeJournal(operator: Operator, site: string, bodies: readonly (readonly [EntryBody, Date])[]): string {
  const file = join(operator.home, 'state', 'liftlock', 'sites', site, 'journal.sqlite');
  const journal = openJournal(file, new Redactor());
  for (const [body, when] of bodies) journal.append('20261121-100000-ab12', body, when);
  journal.close();
  return file;
}

function planOf(site: string, more: object = {}): EntryBody {
  const plan = {
    purpose: 'upgrade',
    platform: { name: 'one', title: 'One' },
    site: { name: site, namespace: 'none', options: {} },
    cluster: { server: 'https://127.0.0.1:1', context: 'none', uid: 'none' },
    components: [],
    steps: [],
    decisions: [],
    hop: 0,
    route: [],
    ahead: [],
    ...more,
  };
  return { type: 'hop-planned', plan } as unknown as EntryBody;
}

const started: EntryBody = { type: 'run-started', purpose: 'upgrade', who: 'ana', decisions: [] };

test('without a cluster doctor names what is wrong with each journal, and leaves every one as it is', async () => {
  const operator = await makeOperator({ helm: sharedSandbox().bin.helm3 });
  ends.push(() => rmSync(operator.home, { recursive: true, force: true }));
  const good = writeJournal(operator, 'good', [
    [started, at(0)],
    [planOf('good'), at(1)],
    [{ type: 'run-finished' }, at(2)],
  ]);
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
  for (const name of ['cut', 'newer', 'emptied']) {
    mkdirSync(join(sites, name, 'runs', '20261121-100000-ab12'), { recursive: true });
    copyFileSync(good, join(sites, name, 'journal.sqlite'));
  }
  truncateSync(join(sites, 'cut', 'journal.sqlite'), 5000);
  truncateSync(join(sites, 'emptied', 'journal.sqlite'), 0);
  const newer = new DatabaseSync(join(sites, 'newer', 'journal.sqlite'));
  newer.exec('PRAGMA user_version = 99');
  newer.close();
  mkdirSync(join(sites, 'lost', 'runs', '20261121-100000-ab12'), { recursive: true });
  mkdirSync(join(sites, 'good', 'forecasts', 'forecast-999999999-x'), { recursive: true });
  const files = ['good', 'copied', 'open', 'clock', 'cut', 'newer', 'emptied'].map((name) =>
    join(sites, name, 'journal.sqlite'),
  );
  const before = files.map((file) => readFileSync(file, 'latin1'));

  const told = await askDoctor(operator, '--kubeconfig', '/nowhere/config');
  const said = notWell(told);
  const saysOf = (site: string) =>
    said.filter((line) => / (\S+): site (\S+):/.exec(line)?.[2] === site).map((line) => line.replace(/:.*/, ''));
  expect(
    Object.fromEntries(
      ['good', 'copied', 'open', 'clock', 'cut', 'newer', 'emptied', 'lost'].map((site) => [site, saysOf(site)]),
    ),
  ).toEqual({
    good: [],
    copied: ['problem journal'],
    open: ['warning run-left-open'],
    clock: ['warning clock-set-back'],
    cut: ['problem journal'],
    newer: ['problem journal'],
    emptied: ['problem journal'],
    lost: ['problem journal'],
  });
  expect(said.join('\n')).toContain('is that of site good');
  expect(said.join('\n')).toContain('set back by 1560 s');
  expect(said.filter((line) => line.startsWith('warning leftover')).join()).toContain('forecast-999999999-x');
  expect(
    told.looks.filter(({ state, advice }) => (state === 'problem' || state === 'warning') && advice.length === 0),
  ).toEqual([]);
  expect(told.code).toBe(3);
  expect(files.map((file) => readFileSync(file, 'latin1'))).toEqual(before);

  // What is wrong with one site's journal keeps nobody from another's.
  const history = await operator.run('history');
  expect([history.code, history.stdout.includes('20261121-100000-ab12')]).toEqual([0, true]);
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
    () => rmSync(operator.home, { recursive: true, force: true }),
    () => rmSync(folder, { recursive: true }),
  );
  const { looks, code } = await askDoctor(operator, '--kubeconfig', '/nowhere/config');
  expect(looks.find(({ what }) => what === 'state-folder')).toMatchObject({ state: 'problem' });
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
  { timeout: 120_000 },
  async () => {
    const sandbox = sharedSandbox();
    const one = await openOneRelease(sandbox, { name: 'doctor', helm: 'helm3', before: [web], after: [web] });
    ends.push(async () => one.close());
    const { operator, world } = one;
    const { namespace } = world;
    const well = await askDoctor(operator, '-f', 'site.yaml');
    expect(notWell(well)).toEqual([]);
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
      site: { name: namespace, namespace, options: {} },
      cluster: { server: '', context: '', uid },
      steps: [step],
    };
    writeJournal(operator, namespace, [
      [started, at(0)],
      [planOf(namespace, site), at(1)],
      [{ type: 'observed', step: step.id, observation: 'todo', note: '' }, at(2)],
      [{ type: 'act-started', step: step.id }, at(3)],
      [{ type: 'act-ended', step: step.id, outcome: 'done', touched: 'yes', writes: 3, seconds: 1 }, at(4)],
      [{ type: 'confirmed', step: step.id, note: '', seconds: 1 }, at(5)],
      [{ type: 'run-finished' }, at(6)],
    ]);
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
    const done = await operator.run('doctor', '-f', 'site.yaml', '--put-back', '--yes');
    expect(done.stderr).toContain(`The reclaim policy of ${volumes[0]} is Delete again`);
    expect(await policies(volumes)).toEqual(['Delete', 'Retain', 'Retain']);
    expect(existsSync(join(operator.home, 'state', 'liftlock', 'sites', namespace, 'journal.sqlite'))).toBe(true);
  },
);

async function policies(volumes: readonly string[]): Promise<readonly unknown[]> {
  const { api } = sharedSandbox();
  return Promise.all(
    volumes.map(
      async (name) =>
        ((await api.get(`/api/v1/persistentvolumes/${name}`)).spec as Readonly<Record<string, unknown>>)[
          'persistentVolumeReclaimPolicy'
        ],
    ),
  );
}

/** A claim, bound to a volume on Retain; returns its UID. */
async function makeClaim(namespace: string, name: string): Promise<string> {
  const { api } = sharedSandbox();
  const spec = {
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: '1Mi' } },
    storageClassName: '',
    volumeName: name,
  };
  const claims = `/api/v1/namespaces/${namespace}/persistentvolumeclaims`;
  const made = await api.create(claims, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace },
    spec,
  });
  await makeVolume(namespace, name, made.metadata.uid);
  return made.metadata.uid ?? '';
}

async function makeVolume(namespace: string, name: string, claimUid: string | undefined): Promise<void> {
  const { api } = sharedSandbox();
  const volumes = '/api/v1/persistentvolumes';
  const claimRef = { kind: 'PersistentVolumeClaim', apiVersion: 'v1', namespace, name, uid: claimUid ?? 'gone' };
  const spec = {
    capacity: { storage: '1Mi' },
    accessModes: ['ReadWriteOnce'],
    persistentVolumeReclaimPolicy: 'Retain',
    storageClassName: '',
    hostPath: { path: `/tmp/${name}` },
    claimRef,
  };
  await api.create(volumes, {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name },
    spec,
  });
  const wanted = claimUid === undefined ? 'Released' : 'Bound';
  await expect
    .poll(async () => ((await api.get(`${volumes}/${name}`)).status as Readonly<Record<string, unknown>>)['phase'], {
      timeout: 60_000,
    })
    .toBe(wanted);
}
