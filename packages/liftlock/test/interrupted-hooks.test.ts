import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import type { KubeObject, Pod } from '@liftlock/sandbox';
import { deployment, job } from './corpus/objects.ts';
import { helmOf, saidBy, until } from './support/happenings.ts';
import type { Started } from './support/liftlock.ts';
import { openOneRelease, type OneRelease } from './support/one-release.ts';
import { sharedSandbox } from './support/stage.ts';

const hook = { 'helm.sh/hook': 'pre-upgrade', 'helm.sh/hook-delete-policy': 'before-hook-creation' };

let release: OneRelease | undefined;
afterEach(async () => release?.close());

/** Liftlock and the helm that it has started. */
function killBoth(run: Started): void {
  process.kill(helmOf(run.pid), 'SIGKILL');
  run.signal('SIGKILL');
}

interface Migrations {
  /** Uid of each Job that ever was, and what it had come to when it was last seen. */
  readonly jobs: ReadonlyMap<string, { readonly active: number; readonly succeeded: number }>;
  /** Uids of all pods of these. */
  readonly pods: ReadonlySet<string>;
  stop(): Promise<void>;
}

interface Seen extends KubeObject {
  readonly metadata: KubeObject['metadata'] & { readonly generation?: number };
  readonly spec?: object;
  readonly status?: { readonly active?: number; readonly succeeded?: number; readonly phase?: string };
}

/** The migration that runs comes to its good end. */
async function finishMigration({ world: { sandbox, namespace } }: OneRelease): Promise<void> {
  const list = `/api/v1/namespaces/${namespace}/pods`;
  const { items } = await sandbox.api.list<Pod>(`${list}?labelSelector=job-name%3Dmigrate`);
  for (const { metadata, status } of items) {
    const containerStatuses = status?.containerStatuses?.map((container) => ({
      ...container,
      ready: false,
      state: { terminated: { exitCode: 0, finishedAt: new Date().toISOString() } },
    }));
    const body = { status: { phase: 'Succeeded', containerStatuses } };
    await sandbox.api.patch(`${list}/${metadata.name}/status`, body, 'merge');
  }
}

/** Looks at the Jobs of a release all the time. */
function watchMigrations({ world: { sandbox, namespace } }: OneRelease): Migrations {
  const jobs = new Map<string, { readonly active: number; readonly succeeded: number }>();
  const pods = new Set<string>();
  const over = new AbortController();
  const look = async () => {
    const [seen, itsPods] = await Promise.all([
      sandbox.api.list<Seen>(`/apis/batch/v1/namespaces/${namespace}/jobs`),
      sandbox.api.list<Seen>(`/api/v1/namespaces/${namespace}/pods?labelSelector=job-name%3Dmigrate`),
    ]);
    for (const { metadata, status } of seen.items) {
      const { active = 0, succeeded = 0 } = status ?? {};
      jobs.set(metadata.uid ?? '', { active, succeeded });
    }
    for (const { metadata } of itsPods.items) pods.add(metadata.uid ?? '');
  };
  const looking = (async () => {
    while (!over.signal.aborted) {
      await look();
      await sleep(100);
    }
  })();
  return {
    jobs,
    pods,
    stop: async () => {
      over.abort();
      await looking;
    },
  };
}

it(
  'O1, O2: killed with its helm while a hook migrates, and once more behind it: the hook ends in peace, runs once, and no image goes back',
  { timeout: 600_000 },
  async () => {
    const sandbox = sharedSandbox();
    release = await openOneRelease(sandbox, {
      name: 'hooks',
      helm: 'helm3',
      before: [deployment('web', { image: 'team/web:1' })],
      after: [deployment('web', { image: 'team/web:2' }), job('migrate', { image: 'team/migrate:1' }, hook)],
      site: { lease: { seconds: 2 }, proveImages: 'off' },
    });
    const { world, operator } = release;
    const { namespace } = world;
    const history = async () => {
      const { items } = await sandbox.api.list(`/api/v1/namespaces/${namespace}/secrets?labelSelector=owner%3Dhelm`);
      return items
        .map(({ metadata: { labels = {} } }) => `${labels['version']} ${labels['status']}`)
        .toSorted()
        .join(', ');
    };
    const slowHook = await sandbox.faults.set({
      kind: 'slow-job',
      seconds: 600,
      match: { podNamePrefix: 'migrate', namespace },
    });
    const slowPods = await sandbox.faults.set({
      kind: 'slow',
      seconds: 600,
      match: { podNamePrefix: 'web', namespace },
    });
    const seen = watchMigrations(release);
    try {
      const first = operator.start('apply', '-f', 'site.yaml', '--version', '2.0.0', '--yes');
      await until(() => expect([...seen.jobs.values()]).toEqual([{ active: 1, succeeded: 0 }]));
      await first.printed(/shop\/upgrade: .*migrate/);
      killBoth(first);
      await first.done;
      const [migration] = seen.jobs.keys();
      expect(await history()).toBe('1 deployed, 2 pending-upgrade');

      const second = operator.start('resume', '--yes');
      await second.printed('hook Job migrate is running');
      expect([...seen.jobs]).toEqual([[migration, { active: 1, succeeded: 0 }]]);
      expect(seen.pods.size).toBe(1);
      await slowHook.clear();
      await finishMigration(release);
      // It has come to its end before anything else was begun; then the revision is tried again, and waits for its pods.
      await second.printed(/Deployment web 1\/1 new .*0 of 1 new pods are ready/);
      killBoth(second);
      await second.done;
      expect(await history()).toBe('1 deployed, 2 failed, 3 pending-upgrade');

      await slowPods.clear();
      const third = await operator.run('resume', '--yes');
      expect(third.code, saidBy(third)).toBe(0);
      expect(await history()).toBe('1 superseded, 2 failed, 3 failed, 4 deployed');
      // One Job, one pod, whoever was killed: what it has migrated is migrated once.
      expect([...seen.jobs]).toEqual([[migration, { active: 0, succeeded: 1 }]]);
      expect(seen.pods.size).toBe(1);
    } finally {
      await seen.stop();
    }
    // Whoever writes another template raises the generation: it went from the first image to the second, and never back.
    const { metadata, spec } = await sandbox.api.get<Seen>(`/apis/apps/v1/namespaces/${namespace}/deployments/web`);
    expect(JSON.stringify(spec)).toContain('team/web:2');
    expect(metadata.generation).toBe(2);
  },
);
