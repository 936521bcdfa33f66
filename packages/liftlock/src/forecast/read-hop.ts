import type { Hop, HookMark, HopObject } from '../findings/foreseen/hop.ts';
import { isSameObject, type KubeObject } from '../model/kube.ts';
import type { ShadowAnswer } from '../model/ports.ts';
import { isProblem } from '../model/problem.ts';
import type { ForeseenRelease, LookParts } from './foreseen-release.ts';

const known = new WeakMap<readonly ForeseenRelease[], Promise<Hop>>();

/** The releases of a hop object by object, with what is there now. Read once for all looks at the same releases. */
export function readHop(releases: readonly ForeseenRelease[], parts: Pick<LookParts, 'reader'>): Promise<Hop> {
  const found = known.get(releases) ?? read(releases, parts);
  known.set(releases, found);
  return found;
}

async function read(releases: readonly ForeseenRelease[], parts: Pick<LookParts, 'reader'>): Promise<Hop> {
  const objects = await Promise.all(
    releases.map(async (foreseen, order) => [
      ...(await Promise.all(foreseen.objects.map((object) => hopObject(object, foreseen, order, parts)))),
      ...foreseen.hooks.map((hook) => hookObject(hook, foreseen, order)),
    ]),
  );
  return {
    releases: releases.map(({ step, release }) => ({
      component: step.component,
      namespace: step.namespace,
      isInstall: release === undefined || (step.kind === 'helm-upgrade' && step.reinstalls === true),
      kind: step.kind === 'helm-rollback' ? 'rollback' : 'upgrade',
    })),
    objects: objects.flat(),
    gone: releases.flatMap((foreseen, order) =>
      foreseen.answers.flatMap((answer): readonly HopObject[] =>
        answer.method === 'DELETE' && answer.before !== undefined
          ? [
              {
                ...baseOf(foreseen, order),
                object: answer.before,
                live: answer.before,
                isWritten: true,
                isRefused: false,
              },
            ]
          : [],
      ),
    ),
  };
}

function baseOf({ step }: ForeseenRelease, order: number): Pick<HopObject, 'component' | 'order' | 'namespace'> {
  return { component: step.component, order, namespace: step.namespace };
}

async function hopObject(
  object: KubeObject,
  foreseen: ForeseenRelease,
  order: number,
  { reader }: Pick<LookParts, 'reader'>,
): Promise<HopObject> {
  const base = baseOf(foreseen, order);
  const answer = foreseen.answers.findLast((item) => isAbout(item, object, base.namespace));
  // helm sends nothing where nothing changes: the object is what the manifest says.
  if (answer === undefined) return { ...base, object, live: object, isWritten: false, isRefused: false };
  return {
    ...base,
    object: answer.after === undefined || answer.status >= 300 ? object : answer.after,
    live: answer.before ?? (await liveOf(answer, object, reader)),
    isWritten: true,
    isRefused: answer.status >= 400 && answer.unforeseen === undefined,
    resource: resourceOf(answer),
  };
}

function isAbout({ method, after, before, asked, path }: ShadowAnswer, object: KubeObject, namespace: string): boolean {
  if (method === 'DELETE') return false;
  const told = after ?? before ?? asked;
  if (told?.metadata !== undefined && isSameObject(object, told, namespace)) return true;
  // A rejected create may tell no object: its path ends with the plural, a patch's with the name.
  return told === undefined && method !== 'POST' && path.endsWith(`/${object.metadata.name}`) && isKindOf(path, object);
}

function isKindOf(path: string, object: KubeObject): boolean {
  const plural = path.split('/').at(-2) ?? '';
  return plural.startsWith(object.kind.toLowerCase().slice(0, -1));
}

/** A create of an object that is there all the same: a step before helm's takes it away, or it is not ours. */
async function liveOf(
  { method, path }: ShadowAnswer,
  object: KubeObject,
  reader: LookParts['reader'],
): Promise<KubeObject | undefined> {
  if (method !== 'POST') return undefined;
  try {
    return await reader.find(`${path}/${object.metadata.name}`);
  } catch (error) {
    if (isProblem(error)) return undefined;
    throw error;
  }
}

/** `deployments.apps`, from the path that helm wrote to. */
function resourceOf({ method, path }: ShadowAnswer): string | undefined {
  const words = path.split('/').filter((word) => word !== '');
  const plural = words.at(method === 'POST' ? -1 : -2);
  const group = words[0] === 'apis' ? words[1] : '';
  return plural === undefined || group === undefined ? undefined : group === '' ? plural : `${plural}.${group}`;
}

function hookObject(object: KubeObject, foreseen: ForeseenRelease, order: number): HopObject {
  return {
    ...baseOf(foreseen, order),
    object,
    isWritten: true,
    isRefused: false,
    hook: hookMark(object),
  };
}

function hookMark({ metadata }: KubeObject): HookMark {
  const list = (name: string) =>
    (metadata.annotations?.[`helm.sh/${name}`] ?? '')
      .split(',')
      .map((word) => word.trim())
      .filter((word) => word !== '');
  const policies = list('hook-delete-policy');
  return { events: list('hook'), deletePolicies: policies.length === 0 ? ['before-hook-creation'] : policies };
}
