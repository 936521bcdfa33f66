import { touchedBy, type RunState } from '../journal/fold.ts';
import type { Entry } from '../model/journal.ts';
import type { Plan } from '../model/plan.ts';
import { readReleases } from '../release/record.ts';
import { maskObject } from './mask-object.ts';
import { attempt, evidencePlaces, podLogs } from './pod-logs.ts';
import { bundleHead, journalFile } from './support-bundle.ts';
import { packTarGz, type TarFile } from './tar.ts';
import type { World } from './world.ts';
import { listRecords } from '../snapshot/read-release.ts';

/** The definition, which holds no secrets and is read again as it is. */
export const platformFile = 'platform.json';

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

/** What evidence is taken from: a run's world, or a site that no run has begun at. */
export interface EvidenceParts extends Pick<World, 'platform' | 'reader' | 'redactor' | 'unlearned'> {
  readonly helm: Pick<World['helm'], 'version'>;
  readonly namespace: string;
  readonly plan?: Plan | undefined;
}

/**
 * Writes the support bundle of a run: versions, releases and their history, objects, events, logs, plan and journal.
 * No Secret is in it: those of pods are read for the redactor alone, through which everything goes. A part that cannot be read says
 * why.
 * @returns the path of the archive
 */
export async function collectEvidence(world: World, state: RunState, entries: readonly Entry[]): Promise<string> {
  const { redactor, plan, clock, folder } = world;
  const run = {
    ...state,
    plan: undefined,
    hops: state.hops.map(({ plan: { route, hop }, steps }) => ({ ...route[hop], steps })),
    touched: touchedBy(state),
  };
  const files = [
    bundleHead({ kind: 'run', run: state.run }),
    ...(await clusterEvidence({ ...world, namespace: plan.site.namespace })),
    textFile('run.json', run, redactor),
    journalFile(entries, redactor),
  ];
  return folder.writeBytes(`support-bundle-${state.run}.tar.gz`, packTarGz(files, clock.now()));
}

/** What the cluster, the plan and the definition say; all of it masked but the definition, which is no secret. */
export async function clusterEvidence(parts: EvidenceParts): Promise<readonly TarFile[]> {
  const { plan, platform, namespace, reader, redactor } = parts;
  const files: TarFile[] = [];
  const places = evidencePlaces(platform, namespace);
  // First: what is learned of Secrets for the sake of logs is masked in everything else too.
  const printed = await podLogs(parts, places);
  const add = (name: string, value: unknown) => files.push(textFile(name, value, redactor));
  add('versions.json', {
    cluster: { ...plan?.cluster, version: await attempt(() => reader.version()) },
    helm: parts.helm.version,
    platform: plan?.platform ?? platform.metadata,
    route: plan?.route,
  });
  if (plan !== undefined) add('plan.json', plan);
  for (const place of places) {
    add(`${['releases', ...place.below].join('/')}.json`, await attempt(() => releases(reader, place.namespace)));
    for (const path of described) {
      const name = path.split('/').at(-1) ?? path;
      const list = async () => (await reader.list(path.replace('{namespace}', place.namespace))).map(maskObject);
      add(['objects', ...place.below, `${name}.json`].join('/'), await attempt(list));
    }
  }
  for (const [name, text] of printed) add(name, text);
  add('support.txt', supportText(parts));
  return [...files, { name: platformFile, text: JSON.stringify(platform, null, 2) }];
}

function textFile(name: string, value: unknown, redactor: World['redactor']): TarFile {
  const text = typeof value === 'string' ? value : JSON.stringify(redactor.json(value), null, 2);
  return { name, text: redactor.text(text) };
}

async function releases(reader: World['reader'], namespace: string): Promise<unknown> {
  const records = await listRecords(reader, namespace);
  return readReleases(records).map((release) => ({
    name: release.name,
    history: release.revisions,
    keys: Object.keys(release.values),
  }));
}

function supportText({ platform: { support, metadata }, unlearned }: EvidenceParts): string {
  return [
    `${metadata.title}: support bundle`,
    '',
    `Contact: ${support?.contact ?? 'the vendor'}`,
    ...(support?.faq === undefined ? [] : [`FAQ: ${support.faq}`]),
    `Guide: ${metadata.guide.title}${metadata.guide.url === undefined ? '' : ` (${metadata.guide.url})`}`,
    '',
    'No value of a Secret is in here; values of environment variables are masked, and arguments with a secret name.',
    ...(unlearned === undefined ? [] : [`Logs are left out: the values to mask could not be read (${unlearned}).`]),
    'liftlock diagnose FILE, with the path of this archive, tells what it is about, without the cluster.',
    'Look through the files before you send them.',
  ].join('\n');
}
