import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sandbox } from '@liftlock/sandbox';
import { openJournal } from '../../src/adapters/journal/sqlite-journal.ts';
import type { Entry } from '../../src/model/journal.ts';
import { Redactor } from '../../src/model/redaction.ts';
import { claim, configMap, deployment, mounting, service } from '../corpus/objects.ts';
import { startFaultProxy, type FaultProxy } from './fault-proxy.ts';
import type { Started } from './liftlock.ts';
import { openOneRelease, type OneRelease } from './one-release.ts';
import type { HelmName } from './stage.ts';

/** A release `shop` to be upgraded from 1.0.0 to 2.0.0 while the cluster fails. */
export interface Trouble {
  readonly release: OneRelease;
  /** What stands before the API server; throws where the upgrade goes to it directly. */
  front(): FaultProxy;
  /** Starts the upgrade, and resolves when its first step is about to begin. */
  begin(): Promise<Started>;
  journal(): readonly Entry[];
  /** What an undisturbed upgrade leaves, and how often helm was run: equal for all that ended well. */
  endState(): Promise<TroubleEnd>;
  close(): Promise<void>;
}

export interface TroubleEnd {
  readonly status: string;
  readonly revisions: readonly string[];
  readonly version: unknown;
  readonly image: unknown;
  readonly ready: unknown;
  readonly claim: boolean;
  readonly helms: number;
}

export interface TroubleOptions {
  readonly helm: HelmName;
  readonly viaProxy: boolean;
  readonly graces?: Readonly<Record<string, string>> | undefined;
  /** Of helm; a minute where absent. */
  readonly timeout?: string | undefined;
}

function objectsOf(version: string): readonly object[] {
  return [
    configMap('settings', { version }),
    claim('files', '1Gi'),
    service('shop'),
    deployment('web', { image: `team/web:${version}`, ...mounting('files') }),
  ];
}

/** Puts version 1.0.0 up. */
export async function openTrouble(sandbox: Sandbox, options: TroubleOptions): Promise<Trouble> {
  const { helm, viaProxy, graces, timeout = '60s' } = options;
  const release = await openOneRelease(sandbox, {
    name: 'trouble',
    helm,
    before: objectsOf('1.0.0'),
    after: objectsOf('2.0.0'),
    component: { timeout },
  });
  const { folder, namespace } = release.world;
  const proxy = viaProxy ? await startFaultProxy(sandbox, folder) : undefined;
  const siteFile = join(folder, 'site.yaml');
  const site = JSON.parse(await readFile(siteFile, 'utf8')) as Readonly<Record<string, unknown>>;
  const changes = {
    proveImages: 'off',
    graces: { minReady: '1s', ...graces },
    ...(proxy === undefined ? {} : { cluster: { kubeconfig: proxy.kubeconfig } }),
  };
  await writeFile(siteFile, JSON.stringify({ ...site, ...changes }));
  const claimBefore = await uidOf(sandbox, namespace);
  const journal = () => journalOf(release, namespace);
  return {
    release,
    front: () => {
      if (proxy === undefined) throw new Error('nothing stands before the API server');
      return proxy;
    },
    journal,
    begin: async () => {
      // After a trouble of before, the controllers come back a little later than the API server.
      await untilReady(sandbox, namespace);
      const upgrade = release.operator.start('apply', '-f', 'site.yaml', '--version', '2.0.0', '--yes');
      await upgrade.printed('health before the first write is recorded');
      return upgrade;
    },
    endState: async () => {
      const core = `/api/v1/namespaces/${namespace}`;
      const records = await sandbox.api.list(`${core}/secrets?labelSelector=owner%3Dhelm`);
      const settings = (await sandbox.api.get(`${core}/configmaps/settings`)) as {
        readonly data?: { readonly version?: string };
      };
      const web = (await sandbox.api.get(`/apis/apps/v1/namespaces/${namespace}/deployments/web`)) as unknown as Web;
      const entries = journal();
      return {
        status: entries.at(-1)?.type ?? '',
        revisions: records.items
          .map(({ metadata }) => `${metadata.labels?.['version']} ${metadata.labels?.['status']}`)
          .toSorted(),
        version: settings.data?.version,
        image: web.spec.template.spec.containers[0]?.image,
        ready: web.status.readyReplicas,
        claim: (await uidOf(sandbox, namespace)) === claimBefore,
        helms: entries.filter((entry) => entry.type === 'act-started' && entry.step === 'shop/upgrade').length,
      };
    },
    close: async () => {
      proxy?.close();
      await release.close();
    },
  };
}

interface Web {
  readonly spec: {
    readonly template: { readonly spec: { readonly containers: readonly { readonly image: string }[] } };
  };
  readonly status: { readonly readyReplicas?: number };
}

async function readWeb(sandbox: Sandbox, namespace: string): Promise<Web> {
  return (await sandbox.api.get(`/apis/apps/v1/namespaces/${namespace}/deployments/web`)) as unknown as Web;
}

/** Waits two minutes at most. */
async function untilReady(sandbox: Sandbox, namespace: string): Promise<void> {
  let seen: unknown;
  for (let looks = 0; looks < 240; looks += 1) {
    const { status } = await readWeb(sandbox, namespace);
    if (status.readyReplicas === 1) return;
    seen = status;
    await sleep(500);
  }
  throw new Error(`${namespace}: Deployment web is not ready: ${JSON.stringify(seen)}`);
}

async function uidOf(sandbox: Sandbox, namespace: string): Promise<string | undefined> {
  return (await sandbox.api.get(`/api/v1/namespaces/${namespace}/persistentvolumeclaims/files`)).metadata.uid;
}

function journalOf({ operator }: OneRelease, site: string): readonly Entry[] {
  const store = openJournal(join(operator.home, 'state', 'liftlock', 'sites', site, 'journal.sqlite'), new Redactor());
  try {
    return store.entries(store.runs()[0]?.run ?? '');
  } finally {
    store.close();
  }
}

/** What every upgrade that ended well leaves. */
export const undisturbed: TroubleEnd = {
  status: 'run-finished',
  revisions: ['1 superseded', '2 deployed'],
  version: '2.0.0',
  image: 'team/web:2.0.0',
  ready: 1,
  claim: true,
  helms: 1,
};
