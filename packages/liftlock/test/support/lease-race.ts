import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AuditEntry, Sandbox } from '@liftlock/sandbox';
import { configMap } from '../corpus/objects.ts';
import { seeded } from './kill.ts';
import { makeOperator, type Operator, type Started } from './liftlock.ts';
import { openOneRelease, type OneRelease } from './one-release.ts';
import { isWrite } from './stage.ts';

/** Two machines that race for one site's lease. */
export interface RaceOptions {
  readonly sandbox: Sandbox;
  /** The same seed gives the same happenings; when they meet helm is for the machine to decide. */
  readonly seed: number;
  readonly rounds: number;
}

/** What the API server's audit log says of the two. */
export interface Tenures {
  /** Writes by either machine, helm's among them. */
  readonly writes: number;
  readonly helmWrites: number;
  /** How often the lease went from one machine to the other. */
  readonly handovers: number;
  /** Writes by a machine while the other held the lease; a line each. */
  readonly violations: readonly string[];
}

export interface RaceResult extends Tenures {
  readonly rounds: number;
  /** Rounds in which a helm was at work when its liftlock was killed or stopped. */
  readonly inHelm: number;
  /** What was done to whoever held the lease, a word a round: `kill`, `leave`, `stop`. */
  readonly happenings: readonly string[];
}

export const machines = ['ann', 'bob'] as const;
export type Machine = (typeof machines)[number];

/** One release, and two people with logins and folders of their own who both upgrade it. */
export interface Rivals {
  readonly release: OneRelease;
  /** Begins an upgrade to new values. */
  begin(machine: Machine): Started;
  /** The values of the next upgrades. */
  setRound(round: string): Promise<void>;
  /** The machine whose process holds the lease, of those that were begun last. */
  holder(): Promise<Machine | undefined>;
  /** Helm's records of revisions that were begun and not ended, by name. */
  begun(): Promise<readonly string[]>;
  tenures(): Promise<Tenures>;
  close(): Promise<void>;
}

const leaseSeconds = 2;
const leaseName = 'liftlock-race';

export async function openRivals(sandbox: Sandbox): Promise<Rivals> {
  const release = await openRelease(sandbox);
  const { folder, namespace } = release.world;
  const operators = new Map<Machine, Operator>();
  const processes = new Map<number, Machine>();
  const began = new Date().toISOString();
  for (const machine of machines) operators.set(machine, await openMachine(release, machine));
  return {
    release,
    begin(machine) {
      const allowed = ['unlock:shop', 'unhealthy:shop', 'drop:shop:round'].flatMap((id) => ['--allow', id]);
      const started = operators
        .get(machine)
        ?.start('apply', '-f', `site-${machine}.yaml`, '--version', '2.0.0', '--yes', ...allowed);
      if (started === undefined) throw new Error(`nobody is called ${machine}`);
      processes.set(started.pid, machine);
      return started;
    },
    setRound: (round) => writeFile(join(folder, 'values.yaml'), JSON.stringify({ round })),
    async holder() {
      const path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/${leaseName}`;
      const lease = (await sandbox.api.find(path)) as LeaseObject | undefined;
      const pid = / pid (\d+) /.exec(lease?.spec?.holderIdentity ?? '')?.[1];
      return processes.get(Number(pid));
    },
    async begun() {
      const selector = encodeURIComponent('owner=helm,status=pending-upgrade');
      const { items } = await sandbox.api.list(`/api/v1/namespaces/${namespace}/secrets?labelSelector=${selector}`);
      return items.map(({ metadata }) => metadata.name ?? '');
    },
    async tenures() {
      const entries = (await sandbox.audit()).filter((entry) => entry.time >= began && entry.namespace === namespace);
      return judge(entries);
    },
    async close() {
      for (const { home } of operators.values()) await rm(home, { recursive: true, force: true });
      await release.close();
    },
  };
}

interface LeaseObject {
  readonly spec?: { readonly holderIdentity?: string };
}

/**
 * Lets two machines upgrade one release at the same moment, and kills, stops or continues the one that holds the lease while its
 * helm is at work; the other tries again meanwhile. Then it counts in the API server's audit log, by user.
 */
export async function raceForLease({ sandbox, seed, rounds }: RaceOptions): Promise<RaceResult> {
  const random = seeded(seed);
  const rivals = await openRivals(sandbox);
  const happenings: string[] = [];
  let inHelm = 0;
  try {
    for (let round = 1; round <= rounds; round += 1) {
      await rivals.setRound(`${seed}-${round}`);
      const { what, isInHelm } = await race(rivals, random);
      happenings.push(what);
      if (isInHelm) inHelm += 1;
    }
    return { rounds, inHelm, happenings, ...(await rivals.tenures()) };
  } finally {
    await rivals.close();
  }
}

/** A release whose every upgrade makes a new pod: helm is at work for a while. */
async function openRelease(sandbox: Sandbox): Promise<OneRelease> {
  const template = [
    'apiVersion: apps/v1',
    'kind: Deployment',
    'metadata: {name: web}',
    'spec:',
    '  selector: {matchLabels: {app: web}}',
    '  template:',
    '    metadata: {labels: {app: web}, annotations: {round: {{ .Values.round | default "none" | quote }}}}',
    '    spec: {terminationGracePeriodSeconds: 0, containers: [{name: web, image: "registry.k8s.io/pause:3.10"}]}',
  ];
  return openOneRelease(sandbox, {
    name: 'race',
    helm: 'helm3',
    before: [configMap('settings', { version: '1' })],
    after: [configMap('settings', { version: '2' })],
    files: { 'templates/web.yaml': template.join('\n'), 'values.yaml': 'round: none\n' },
  });
}

/** Somebody with a login and folders of their own. */
async function openMachine({ world }: OneRelease, machine: Machine): Promise<Operator> {
  const { sandbox, folder } = world;
  const site = JSON.parse(await readFile(join(folder, 'site.yaml'), 'utf8')) as Record<string, unknown>;
  const platform = JSON.parse(await readFile(join(folder, 'platform.yaml'), 'utf8')) as Record<string, unknown>;
  // The lease has the platform's name.
  await writeFile(
    join(folder, 'platform-race.yaml'),
    JSON.stringify({ ...platform, metadata: { name: 'race', title: 'Race', guide: { title: 'none' } } }),
  );
  const kubeconfig = sandbox.kubeconfigFor({ user: machine, groups: ['system:masters'] });
  const own = { platform: './platform-race.yaml', cluster: { kubeconfig }, lease: { seconds: leaseSeconds } };
  await writeFile(join(folder, `site-${machine}.yaml`), JSON.stringify({ ...site, ...own, proveImages: 'off' }));
  return makeOperator({ helm: sandbox.bin.helm3, cwd: folder });
}

/** One round; what was done in it to the holder, and whether its helm was at work. */
async function race(
  rivals: Rivals,
  random: () => number,
): Promise<{ readonly what: string; readonly isInHelm: boolean }> {
  // What a killed helm left in the round before.
  const left = await rivals.begun();
  const hasHelm = async () => (await rivals.begun()).some((name) => !left.includes(name));
  const running = new Map(machines.map((machine) => [machine, rivals.begin(machine)] as const));
  const dice = {
    waitsForHelm: random() < 0.8,
    pause: random() * 2500,
    kind: random(),
    asleep: 0.5 + random() * 2,
    isLong: random() < 0.6,
  };
  const first = await waitFor(rivals, running, () => true);
  const held = first === undefined ? undefined : running.get(first);
  if (dice.waitsForHelm && held !== undefined) while ((await isRunning(held)) && !(await hasHelm())) await sleep(50);
  await sleep(dice.pause);
  let what = 'leave';
  let isInHelm = false;
  if (first !== undefined && held !== undefined && dice.kind < 0.9 && (await isRunning(held))) {
    isInHelm = await hasHelm();
    what = dice.kind < 0.4 ? 'kill' : 'stop';
    held.signal(what === 'kill' ? 'SIGKILL' : 'SIGSTOP');
    const other = first === 'ann' ? 'bob' : 'ann';
    const rival = running.get(other);
    // It had found the lease held and has gone: it comes again.
    if (rival !== undefined && !(await isRunning(rival))) running.set(other, rivals.begin(other));
    if (what === 'stop') {
      if (dice.isLong) await waitFor(rivals, new Map([[other, running.get(other) ?? held]]), (name) => name === other);
      await sleep(dice.isLong ? dice.pause / 2 : leaseSeconds * 1000 * dice.asleep);
      held.signal('SIGCONT');
    }
  }
  await Promise.all([...running.values()].map(({ done }) => done));
  return { what, isInHelm };
}

/** The holder of the lease as soon as it is as wanted; undefined where all of these have ended before. */
async function waitFor(
  rivals: Rivals,
  running: ReadonlyMap<Machine, Started>,
  isWanted: (holder: Machine) => boolean,
): Promise<Machine | undefined> {
  for (;;) {
    const holder = await rivals.holder();
    if (holder !== undefined && isWanted(holder)) return holder;
    const left = await Promise.all([...running.values()].map(isRunning));
    if (!left.some(Boolean)) return undefined;
    await sleep(50);
  }
}

async function isRunning({ done }: Started): Promise<boolean> {
  return Promise.race([done.then(() => false), sleep(0).then(() => true)]);
}

function isTaking({ resource, name, verb, code = 0 }: AuditEntry): boolean {
  return resource === 'leases' && (verb === 'create' || (verb === 'update' && name === leaseName)) && code < 300;
}

/** Whoever wrote the lease last holds it: who loses it writes it no more. */
function judge(entries: readonly AuditEntry[]): Tenures {
  let holder = '';
  let handovers = 0;
  let writes = 0;
  let helmWrites = 0;
  const violations: string[] = [];
  for (const entry of entries) {
    if (isTaking(entry)) {
      if (holder !== '' && holder !== entry.user) handovers += 1;
      holder = entry.user;
    }
    if (!machines.some((name) => name === entry.user) || !isWrite(entry) || (entry.code ?? 0) >= 300) continue;
    writes += 1;
    if (/^helm/i.test(entry.userAgent)) helmWrites += 1;
    if (entry.user !== holder)
      violations.push(
        `${entry.time} ${entry.user} (${entry.userAgent}) ${entry.verb} ${entry.uri} while ${holder} held it`,
      );
  }
  return { writes, helmWrites, handovers, violations };
}

async function sleep(milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}
