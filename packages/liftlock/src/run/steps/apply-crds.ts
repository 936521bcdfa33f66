import { droppedVersions } from '../../findings/foreseen/crd-versions.ts';
import { hasCondition, listAt, textAt } from '../../findings/faults/read.ts';
import { canonicalJson, type Json } from '../../model/json.ts';
import type { KubeObject } from '../../model/kube.ts';
import { isProblem, Problem } from '../../model/problem.ts';
import type { ApplyCrdsStep } from '../../model/step.ts';
import { packedDefinitions } from '../../release/packed-crds.ts';
import { pause } from '../pause.ts';
import type { Handler, World } from '../world.ts';

const collection = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** Applies the CRDs of a pinned chart on the server (O26): before the release, and deleting nothing. */
export const applyCrds: Handler<'apply-crds'> = {
  async observe(step, world) {
    const open = await openDefinitions(step, world);
    if (open.length === 0) return { observation: 'done', note: 'they are as the chart has them' };
    return { observation: 'todo', note: `to be applied: ${open.map(({ crd }) => crd.metadata.name).join(', ')}` };
  },

  async act(step, world) {
    for (const { crd, live } of await openDefinitions(step, world)) {
      if (live !== undefined) {
        const version = live.metadata.resourceVersion ?? '0';
        const file = `backup/crds/${crd.metadata.name}-${version}.json`;
        await world.folder.writeSecret(file, JSON.stringify(live, null, 2));
      }
      await apply(crd, world, false);
    }
    return { touched: 'no', writes: 0 };
  },

  async confirm(step, world) {
    const until = world.clock.now().getTime() + longestWaitMs;
    for (;;) {
      const open = await openDefinitions(step, world);
      if (open.length > 0)
        throw new Problem('CRD_UNDONE', `${listOf(open)} differ from the chart again: something else writes them.`, {
          touched: 'yes',
          advice: ['Find out what: kubectl get customresourcedefinition NAME -o yaml --show-managed-fields'],
        });
      const live = await Promise.all(step.names.map((name) => world.reader.find(`${collection}/${name}`)));
      if (live.every((crd) => isEstablished(crd))) return { note: `applied: ${step.names.join(', ')}` };
      if (world.clock.now().getTime() > until)
        throw new Problem('CRD_NOT_ESTABLISHED', `The API server does not serve all of ${step.names.join(', ')} yet.`, {
          touched: 'yes',
          advice: ['Look at status.conditions of each. Then: liftlock resume'],
        });
      await pause(world, step.title);
    }
  },
};

const longestWaitMs = 60_000;

interface Definition {
  readonly crd: KubeObject;
  readonly live: KubeObject | undefined;
}

/** Those that an apply would change: the server is asked. Throws where one must not be applied. */
async function openDefinitions(step: ApplyCrdsStep, world: World): Promise<readonly Definition[]> {
  const packed = packedDefinitions(await world.chartContent(step.chart));
  const wanted = packed.filter(({ metadata }) => step.names.includes(metadata.name));
  const open: Definition[] = [];
  for (const crd of wanted) {
    const live = await world.reader.find(`${collection}/${crd.metadata.name}`);
    if (live === undefined) {
      open.push({ crd, live });
      continue;
    }
    await refuseLoss(crd, live, world);
    const applied = await apply(crd, world, true);
    if (contentOf(applied) !== contentOf(live)) open.push({ crd, live });
  }
  return open;
}

/** What counts of a definition: who owns which field does not. */
function contentOf({ spec, metadata: { labels, annotations } }: KubeObject): string {
  return canonicalJson({ spec, labels: labels ?? {}, annotations: annotations ?? {} });
}

/** A version that objects are stored in stays known, and stays served while there are objects. */
async function refuseLoss(crd: KubeObject, live: KubeObject, world: World): Promise<void> {
  const dropped = droppedVersions(crd, live);
  const unserved = listAt(crd.spec, 'versions')
    .filter((version) => version['served'] === false)
    .map((version) => textAt(version, 'name'))
    .filter((version) => isServed(live, version) && storedVersions(live).includes(version));
  if (dropped.length === 0 && (unserved.length === 0 || !(await hasObjects(live, world)))) return;
  const versions = [...dropped, ...unserved].join(', ');
  throw new Problem(
    'CRD_VERSION_STORED',
    `CustomResourceDefinition ${crd.metadata.name} of the chart no longer ${dropped.length > 0 ? 'has' : 'serves'} ${versions}, and objects are stored in that version.`,
    {
      advice: [
        'Rewrite the objects in a version that stays, and take the old one out of status.storedVersions: see Kubernetes, "Upgrade existing objects to a new stored version".',
        'Then: liftlock resume',
      ],
    },
  );
}

function isServed(crd: KubeObject, name: string): boolean {
  return listAt(crd.spec, 'versions').some((version) => textAt(version, 'name') === name && version['served'] === true);
}

function storedVersions({ status }: KubeObject): readonly Json[] {
  const stored = status?.['storedVersions'];
  return Array.isArray(stored) ? (stored as readonly Json[]) : [];
}

async function hasObjects(live: KubeObject, { reader }: World): Promise<boolean> {
  const version = listAt(live.spec, 'versions').find((item) => item['served'] === true);
  const path = `/apis/${textAt(live.spec, 'group')}/${textAt(version, 'name')}/${textAt(live.spec, 'names', 'plural')}`;
  const answer = (await reader.find(`${path}?limit=1`)) as { readonly items?: readonly Json[] } | undefined;
  return (answer?.items ?? []).length > 0;
}

/** Who installs definitions and does not look after them: what these have written is the chart's. */
const installers = /^(helm|kubectl.*|liftlock|before-first-apply)$/i;

/** Fields of installers are taken over; those of a program that looks after the definition itself are not. */
async function apply(crd: KubeObject, world: World, dryRun: boolean): Promise<KubeObject> {
  const path = `${collection}/${crd.metadata.name}`;
  const { name, labels, annotations } = crd.metadata;
  const metadata = { name, ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}) };
  const { apiVersion, kind, spec } = crd;
  const wanted: KubeObject = { apiVersion, kind, metadata, ...(spec === undefined ? {} : { spec }) };
  try {
    return await world.writer.apply(path, wanted, { dryRun });
  } catch (error) {
    if (!isProblem(error) || error.code !== 'OBJECT_CONFLICT') throw error;
    const managers = [...error.message.matchAll(/conflicts? with "([^"]+)"/g)].map(([, manager = '']) => manager);
    const others = managers.filter((manager) => !installers.test(manager));
    if (managers.length === 0 || others.length > 0) throw heldByOthers(crd, others, error);
    return world.writer.apply(path, wanted, { dryRun, force: true });
  }
}

function heldByOthers(crd: KubeObject, managers: readonly string[], cause: Problem): Problem {
  const { name } = crd.metadata;
  return new Problem(
    'CRD_HELD',
    `CustomResourceDefinition ${name} is written by ${managers.join(', ') || 'something else'} too: ${cause.message}`,
    {
      advice: [
        `If it looks after the definition itself, leave it to it. See what it has set: kubectl get customresourcedefinition ${name} -o yaml --show-managed-fields`,
        'Then: liftlock resume',
      ],
      cause,
    },
  );
}

function isEstablished(crd: KubeObject | undefined): boolean {
  return hasCondition(crd?.status, 'Established');
}

function listOf(open: readonly Definition[]): string {
  return open.map(({ crd }) => crd.metadata.name).join(', ');
}
