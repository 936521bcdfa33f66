import { basename } from 'node:path';
import { parseValues } from '../definition/index.ts';
import { digestOf } from '../model/digest.ts';
import type { JsonObject } from '../model/json.ts';
import { formatRef, refOf, type KubeObject, type ObjectRef } from '../model/kube.ts';
import { Problem } from '../model/problem.ts';
import { contentDigest } from '../release/object-content.ts';
import { objectPath } from '../snapshot/object-path.ts';
import type { World } from './world.ts';

type Aside = Pick<World, 'folder' | 'reader' | 'redactor'>;

/** Where a component's things are put aside, below the run's folder. */
export function asideFolder(component: string): string {
  return `backup/put-aside/${component}`;
}

/** The file of one object that was put aside. */
export function asideFile(component: string, { apiVersion, kind, namespace, name }: ObjectRef): string {
  const group = apiVersion.includes('/') ? `.${apiVersion.split('/')[0] ?? ''}` : '';
  // No kind, group or namespace has an underscore in its name: two objects never share a file.
  const words = [`${kind.toLowerCase()}${group}`, ...(namespace === undefined ? [] : [namespace]), name];
  return `${asideFolder(component)}/${words.join('_')}.json`;
}

/** The name of a run: that of its folder. */
export function runOf(world: Pick<World, 'folder'>): string {
  return basename(world.folder.path);
}

/** The name of the copy of a Secret or ConfigMap: the same for the same object and run. */
export function copyName(run: string, { kind, name }: ObjectRef): string {
  return `liftlock-kept-${digestOf(`${run} ${kind}/${name}`).replace('sha256:', '').slice(0, 16)}`;
}

/** The API server's path of that copy. */
export function copyPath(run: string, object: ObjectRef): string {
  return `${copiesPath(object)}/${copyName(run, object)}`;
}

/** The list that the copy is in. */
export function copiesPath({ kind, namespace = 'default' }: ObjectRef): string {
  return `/api/v1/namespaces/${namespace}/${kind === 'Secret' ? 'secrets' : 'configmaps'}`;
}

/** Labels of what a run leaves in the cluster until it is done. */
export function keptLabels(run: string, component: string): Readonly<Record<string, string>> {
  return {
    'app.kubernetes.io/managed-by': 'liftlock',
    'liftlock.dev/run': run,
    'liftlock.dev/component': component,
  };
}

/** A copy outside of the release: nothing owns it, and neither helm nor the garbage collector takes it away. */
export function copyOf(live: KubeObject, run: string, component: string): KubeObject {
  const { metadata, immutable: _immutable, ...rest } = live as KubeObject & { readonly immutable?: unknown };
  return {
    ...rest,
    metadata: {
      name: copyName(run, refOf(live)),
      ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
      labels: keptLabels(run, component),
      annotations: { 'liftlock.dev/copy-of': `${live.kind}/${metadata.name}` },
    },
  };
}

/** One live object, whatever its kind; its secrets are learned. */
export async function findLive(
  world: Pick<World, 'reader' | 'redactor'>,
  ref: ObjectRef,
): Promise<KubeObject | undefined> {
  const live = await world.reader.find(await objectPath(world.reader, ref));
  if (live?.kind === 'Secret') world.redactor.learnSecretData(live.data);
  return live;
}

/** The values of the release as they were put aside; none where no release was. */
export async function asideValues(component: string, world: Pick<World, 'folder'>): Promise<JsonObject> {
  const text = await world.folder.read(`${asideFolder(component)}/current-values.yml`);
  return text === undefined ? {} : parseValues(text, 'current-values.yml');
}

/** The object as it was put aside: from the run's folder, or, where that is gone, from the copy in the cluster. */
export async function readAside(world: Aside, component: string, ref: ObjectRef): Promise<KubeObject> {
  const text = await world.folder.read(asideFile(component, ref));
  if (text !== undefined) {
    const kept = JSON.parse(text) as KubeObject;
    if (kept.kind === 'Secret') world.redactor.learnSecretData(kept.data);
    return kept;
  }
  const copy = isData(ref) ? await findCopy(world, ref) : undefined;
  if (copy === undefined) throw missing(ref);
  const { annotations: _annotations, labels: _labels, ...metadata } = copy.metadata;
  return { ...copy, metadata: { ...metadata, name: ref.name } };
}

/** The copy of a Secret or ConfigMap in the cluster. */
export async function findCopy(world: Aside, ref: ObjectRef): Promise<KubeObject | undefined> {
  const copy = await world.reader.find(copyPath(runOf(world), ref));
  if (copy?.kind === 'Secret') world.redactor.learnSecretData(copy.data);
  return copy;
}

function isData({ kind }: ObjectRef): boolean {
  return kind === 'Secret' || kind === 'ConfigMap';
}

function missing(ref: ObjectRef): Problem {
  return new Problem('PUT_ASIDE_MISSING', `${formatRef(ref)} was put aside, and the copy is gone.`, {
    advice: ['Do not install anything: look for the folder of the run on the machine that began it.'],
  });
}

/**
 * Proves that what was put aside holds what is live now. Throws PUT_ASIDE_DAMAGED: then nothing may be uninstalled.
 * @param kept Secrets and ConfigMaps, which have a copy in the cluster besides the file
 */
export async function proveAside(world: Aside, component: string, kept: readonly ObjectRef[]): Promise<void> {
  await proveFiles(world, component);
  for (const ref of kept) {
    const [live, copy] = [await findLive(world, ref), await findCopy(world, ref)];
    const file = await readAside(world, component, ref);
    const wanted = contentDigest(live ?? file);
    if (copy !== undefined && contentDigest(copy) === wanted && contentDigest(file) === wanted) continue;
    const state = copy === undefined ? 'has no copy in the cluster' : 'is not what was put aside any more';
    throw damaged(`${formatRef(ref)} ${state}.`);
  }
}

/** Writes the list of what was put aside, with a digest for each file. */
export async function writeIndex(
  world: Aside,
  component: string,
  digests: Readonly<Record<string, string>>,
): Promise<void> {
  await world.folder.write(indexOf(component), JSON.stringify(digests, null, 2));
}

/** True where everything was put aside once, whatever has become of it. */
export async function isAside(world: Aside, component: string): Promise<boolean> {
  return (await world.folder.read(indexOf(component))) !== undefined;
}

async function proveFiles(world: Aside, component: string): Promise<void> {
  const text = await world.folder.read(indexOf(component));
  if (text === undefined) throw damaged('The list of what was put aside is gone.');
  for (const [file, digest] of Object.entries(JSON.parse(text) as Readonly<Record<string, string>>)) {
    const content = await world.folder.read(file);
    if (content === undefined || digestOf(content) !== digest)
      throw damaged(`The file ${file} is ${content === undefined ? 'gone' : 'not what was written'}.`);
  }
}

function indexOf(component: string): string {
  return `${asideFolder(component)}/index.json`;
}

function damaged(what: string): Problem {
  return new Problem('PUT_ASIDE_DAMAGED', `${what} Nothing is uninstalled.`, {
    advice: ['Start a new run, which puts everything aside anew: liftlock apply'],
  });
}
