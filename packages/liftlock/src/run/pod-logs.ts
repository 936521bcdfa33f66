import type { KubeObject } from '../model/kube.ts';
import type { Platform } from '../model/platform.ts';
import { listAt, numberAt, textAt } from '../findings/faults/read.ts';
import { containerNames } from '../release/manifest.ts';
import { namespacesOf } from '../snapshot/namespaces.ts';
import { learnPodSecrets } from './pod-secrets.ts';
import type { World } from './world.ts';

/** Lines of each container's log. */
const logLines = 200;

/** A namespace whose evidence is taken. */
export interface EvidencePlace {
  readonly namespace: string;
  /** Folders of its files below those of their kind: none for the platform's own. */
  readonly below: readonly string[];
}

/** The namespaces of the platform's components, its own first. */
export function evidencePlaces(platform: Platform, own: string): readonly EvidencePlace[] {
  return namespacesOf(platform, own).map((namespace) => ({ namespace, below: namespace === own ? [] : [namespace] }));
}

/** What was read, or why it was not. */
export async function attempt<T>(read: () => Promise<T>): Promise<T | string> {
  try {
    return await read();
  } catch (error) {
    return `not read: ${error instanceof Error ? error.message : String(error)}`;
  }
}

interface Printing {
  readonly place: EvidencePlace;
  readonly pod: KubeObject;
  /** Why the values to mask in its log are not known. */
  readonly unlearned: string | undefined;
}

type NamedText = readonly [name: string, text: string];

/** The last lines of every container of some namespaces; of one that was started again, also those of its former life. */
export async function podLogs(
  { reader, redactor, unlearned }: Pick<World, 'reader' | 'redactor' | 'unlearned'>,
  places: readonly EvidencePlace[],
): Promise<readonly NamedText[]> {
  if (unlearned !== undefined) return [['logs.txt', leftOut(unlearned)]];
  const find = once((path) => reader.find(path));
  const files: NamedText[] = [];
  const printing: Printing[] = [];
  // All Secrets before the first line: a pod may print what another one reads.
  for (const place of places) {
    const { namespace, below } = place;
    const pods = await attempt(() => reader.list(`/api/v1/namespaces/${namespace}/pods`));
    if (typeof pods === 'string') files.push([`${['logs', ...below].join('/')}.txt`, pods]);
    else
      for (const pod of pods) {
        const why = await learnPodSecrets(pod.spec, namespace, { redactor, reader: { find } });
        printing.push({ place, pod, unlearned: why });
      }
  }
  const texts = await Promise.all(printing.map((one) => logsOf(one, reader)));
  return [...files, ...texts.flat().map(([name, text]) => [name, redactor.log(text)] as const)];
}

async function logsOf(
  { place: { namespace, below }, pod, unlearned }: Printing,
  reader: World['reader'],
): Promise<readonly NamedText[]> {
  const { name } = pod.metadata;
  const base = `/api/v1/namespaces/${namespace}/pods/${name}/log`;
  const texts = await Promise.all(
    containerNames(pod).map(async (container): Promise<readonly NamedText[]> => {
      const file = ['logs', ...below, `${name}.${container}`].join('/');
      if (unlearned !== undefined) return [[`${file}.txt`, leftOut(unlearned)]];
      const path = `${base}?container=${container}&tailLines=${logLines}`;
      const now = [`${file}.txt`, await attempt(() => reader.text(path))] as const;
      if (!wasRestarted(pod, container)) return [now];
      return [now, [`${file}.previous.txt`, await attempt(() => reader.text(`${path}&previous=true`))]];
    }),
  );
  return texts.flat();
}

/** Of a container in a crash loop the log of now may be empty: why it ended stands in the one before. */
function wasRestarted({ status }: KubeObject, container: string): boolean {
  return ['initContainerStatuses', 'containerStatuses']
    .flatMap((list) => listAt(status, list))
    .some((one) => textAt(one, 'name') === container && numberAt(one, ['restartCount']) > 0);
}

/** Pods of one workload read the same Secrets. */
function once<T>(find: (path: string) => Promise<T>): (path: string) => Promise<T> {
  const found = new Map<string, Promise<T>>();
  return (path) => {
    const finding = found.get(path) ?? find(path);
    found.set(path, finding);
    return finding;
  };
}

function leftOut(why: string): string {
  return `left out: the values to mask could not be read (${why})`;
}
