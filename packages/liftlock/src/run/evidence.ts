import { touchedBy, type RunState } from '../journal/fold.ts';
import { containerNames } from '../release/manifest.ts';
import { readReleases } from '../release/record.ts';
import { maskObject } from './mask-object.ts';
import { packTarGz, type TarFile } from './tar.ts';
import type { World } from './world.ts';
import { listRecords } from '../snapshot/read-release.ts';

/** Lines of each container's log. */
const logLines = 200;

const described = [
  '/api/v1/namespaces/{namespace}/pods',
  '/api/v1/namespaces/{namespace}/events',
  '/api/v1/namespaces/{namespace}/persistentvolumeclaims',
  '/api/v1/namespaces/{namespace}/services',
  '/apis/apps/v1/namespaces/{namespace}/deployments',
  '/apis/apps/v1/namespaces/{namespace}/statefulsets',
  '/apis/apps/v1/namespaces/{namespace}/replicasets',
  '/apis/batch/v1/namespaces/{namespace}/jobs',
  '/apis/networking.k8s.io/v1/namespaces/{namespace}/ingresses',
];

/**
 * Writes the support bundle of a run: versions, releases and their history, objects, events, logs, plan and journal.
 * Secrets are not read at all; everything else goes through the redactor. A part that cannot be read says why.
 * @returns the path of the archive
 */
export async function collectEvidence(world: World, state: RunState): Promise<string> {
  const namespace = world.plan.site.namespace;
  const files: TarFile[] = [];
  const add = (name: string, value: unknown) =>
    files.push({
      name,
      text: world.redactor.text(
        typeof value === 'string' ? value : JSON.stringify(world.redactor.json(value), null, 2),
      ),
    });
  add('versions.json', {
    cluster: { ...world.plan.cluster, version: await attempt(() => world.reader.version()) },
    helm: world.helm.version,
    platform: world.plan.platform,
    route: world.plan.route,
  });
  add('plan.json', world.plan);
  add('run.json', {
    ...state,
    plan: undefined,
    hops: state.hops.map(({ plan: { route, hop }, steps }) => ({ ...route[hop], steps })),
    touched: touchedBy(state),
  });
  add('releases.json', await attempt(() => releases(world, namespace)));
  for (const path of described) {
    const name = path.split('/').at(-1) ?? path;
    add(
      `objects/${name}.json`,
      await attempt(async () => (await world.reader.list(path.replace('{namespace}', namespace))).map(maskObject)),
    );
  }
  for (const [name, text] of await logs(world, namespace)) add(name, text);
  add('support.txt', supportText(world));
  const name = `support-bundle-${state.run}.tar.gz`;
  return world.folder.writeBytes(name, packTarGz(files, world.clock.now()));
}

async function attempt<T>(read: () => Promise<T>): Promise<T | string> {
  try {
    return await read();
  } catch (error) {
    return `not read: ${error instanceof Error ? error.message : String(error)}`;
  }
}

async function releases(world: World, namespace: string): Promise<unknown> {
  const records = await listRecords(world.reader, namespace);
  return readReleases(records).map((release) => ({
    name: release.name,
    history: release.revisions,
    keys: Object.keys(release.values),
  }));
}

async function logs(world: World, namespace: string): Promise<readonly (readonly [string, string])[]> {
  if (world.unlearned !== undefined) {
    return [['logs.txt', `left out: the values to mask in logs could not be read (${world.unlearned})`]];
  }
  const pods = await attempt(() => world.reader.list(`/api/v1/namespaces/${namespace}/pods`));
  if (typeof pods === 'string') return [['logs.txt', pods]];
  const containers = pods.flatMap((pod) =>
    containerNames(pod).map((container) => ({ pod: pod.metadata.name, container })),
  );
  return Promise.all(
    containers.map(async ({ pod, container }) => {
      const path = `/api/v1/namespaces/${namespace}/pods/${pod}/log?container=${container}&tailLines=${logLines}`;
      return [`logs/${pod}.${container}.txt`, await attempt(() => world.reader.text(path))] as const;
    }),
  );
}

function supportText(world: World): string {
  const { support, metadata } = world.platform;
  return [
    `${metadata.title}: support bundle`,
    '',
    `Contact: ${support?.contact ?? 'the vendor'}`,
    ...(support?.faq === undefined ? [] : [`FAQ: ${support.faq}`]),
    `Guide: ${metadata.guide.title}${metadata.guide.url === undefined ? '' : ` (${metadata.guide.url})`}`,
    '',
    'No value of a Secret is in here; values of environment variables are masked, and arguments with a secret name.',
    ...(world.unlearned === undefined
      ? []
      : [`Logs are left out: the values to mask could not be read (${world.unlearned}).`]),
    'Look through the files before you send them.',
  ].join('\n');
}
