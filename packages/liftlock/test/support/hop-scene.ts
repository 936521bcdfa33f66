import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AuditEntry, Sandbox } from '@liftlock/sandbox';
import { openJournal } from '../../src/adapters/journal/sqlite-journal.ts';
import type { Entry } from '../../src/model/journal.ts';
import { Redactor } from '../../src/model/redaction.ts';
import type { CorpusCase } from '../corpus/case.ts';
import { openWorld, type World } from '../corpus/world.ts';
import { makeOperator, type Operator } from './liftlock.ts';
import { writeShopSite } from './shop-site.ts';
import { isWrite } from './stage.ts';

/** A platform of one release `shop` at 1.0.0, with 2.0.0 and 3.0.0 in the registry, and a site that stops at 2.0.0. */
export interface HopScene {
  readonly world: World;
  readonly operator: Operator;
  readonly siteFile: string;
  /** `1 superseded, 2 deployed`. */
  history(): Promise<string>;
  /** The journal of the newest run, oldest entry first. */
  journal(): readonly Entry[];
  /** Writes by liftlock and its helm in the namespace since the release was made. */
  writes(): Promise<readonly AuditEntry[]>;
  close(): Promise<void>;
}

export interface HopSceneOptions {
  readonly name: string;
  /** Objects of a chart, besides a Deployment `web` and a ConfigMap `settings` that each version changes. */
  readonly objectsOf?: ((version: string) => readonly object[]) | undefined;
  /** Keys of the definition, besides its component and two checks. */
  readonly platform?: object | undefined;
  readonly site?: object | undefined;
}

const versions = ['1.0.0', '2.0.0', '3.0.0'] as const;

export async function openHopScene(sandbox: Sandbox, options: HopSceneOptions): Promise<HopScene> {
  const world = await openWorld(sandbox, { name: options.name } as CorpusCase, 'helm3');
  const { folder, namespace } = world;
  await writeFile(join(folder, 'values.yaml'), 'greeting: hello\n');
  for (const version of versions) await publish(world, version, options.objectsOf?.(version) ?? []);
  await must(world, 'install', 'shop', join(folder, 'shop-1.0.0.tgz'), '-f', join(folder, 'values.yaml'));
  await writeShopSite(world, {
    name: 'hops',
    platform: {
      checks: [
        { id: 'releases', kind: 'releases', title: 'Every release is deployed' },
        { id: 'pods', kind: 'pods', title: 'Every pod is ready' },
      ],
      ...options.platform,
    },
    site: { stops: ['2.0.0'], graces: { minReady: '1s' }, lease: { seconds: 15 }, proveImages: 'off', ...options.site },
  });
  const operator = await makeOperator({ helm: sandbox.bin.helm3, cwd: folder });
  const began = new Date().toISOString();
  return {
    world,
    operator,
    siteFile: join(folder, 'site.yaml'),
    history: async () => {
      const selector = encodeURIComponent('owner=helm,name=shop');
      const { items } = await sandbox.api.list(`/api/v1/namespaces/${namespace}/secrets?labelSelector=${selector}`);
      return items
        .map(({ metadata: { labels } }) => `${labels?.['version'] ?? ''} ${labels?.['status'] ?? ''}`)
        .toSorted()
        .join(', ');
    },
    journal: () => newestJournal(join(operator.home, 'state', 'liftlock', 'sites', namespace)),
    writes: async () =>
      (await sandbox.audit()).filter((entry) => entry.time >= began && entry.namespace === namespace && isWrite(entry)),
    close: async () => {
      await operator.close();
      await world.close();
    },
  };
}

function newestJournal(siteFolder: string): readonly Entry[] {
  const store = openJournal(join(siteFolder, 'journal.sqlite'), new Redactor());
  try {
    const [newest] = store.runs();
    return newest === undefined ? [] : store.entries(newest.run);
  } finally {
    store.close();
  }
}

async function must(world: World, ...args: readonly string[]): Promise<void> {
  const { code, stderr } = await world.helm('helm3', ...args);
  if (code !== 0) throw new Error(`helm ${args[0] ?? ''}: ${stderr}`);
}

async function publish(world: World, version: string, more: readonly object[]): Promise<void> {
  const { folder, namespace, sandbox } = world;
  const settings = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { version } };
  const web = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [{ name: 'main', image: `example.com/web:${version}` }], terminationGracePeriodSeconds: 0 },
      },
    },
  };
  const files = { 'templates/greeting.yaml': '# {{ .Values.greeting }}\n' };
  await must(
    world,
    'package',
    await world.chart({ objects: [settings, web, ...more], files }, version),
    '--destination',
    folder,
  );
  const { host, scheme, caFile } = sandbox.registry;
  const transport = scheme === 'http' ? ['--plain-http'] : ['--ca-file', caFile ?? ''];
  await must(world, 'push', join(folder, `shop-${version}.tgz`), `oci://${host}/hops/${namespace}`, ...transport);
}
