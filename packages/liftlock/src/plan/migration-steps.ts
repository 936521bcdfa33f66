import { holds, type ConditionScope } from '../facts/condition.ts';
import { durationSeconds } from '../model/duration.ts';
import type { ObjectQuery } from '../model/fact.ts';
import { fillIn, fillInCondition, fillInTree, type FillIn } from '../model/fill-in.ts';
import { formatRef, type KubeObject, type ObjectRef } from '../model/kube.ts';
import type { Migration, MigrationStep } from '../model/migration.ts';
import type { ChartInfo, ClaimInfo } from '../model/snapshot.ts';
import { isPairedUndo, type PinnedChart, type Step } from '../model/step.ts';
import { formatFieldPath } from '../release/field-path.ts';
import { packedDefinitions } from '../release/packed-crds.ts';
import { applyCrdsStep } from './steps/apply-crds.ts';
import { awaitConditionStep } from './steps/await-condition.ts';
import { compareClaimsStep } from './steps/compare-claims.ts';
import { createSecretStep } from './steps/create-secret.ts';
import { localCommandStep } from './steps/local-command.ts';
import { pairedUndo } from './steps/paired-undo.ts';
import { patchObjectStep } from './steps/patch-object.ts';
import { replaceObjectStep } from './steps/replace-object.ts';
import { restartStep } from './steps/restart.ts';
import { runJobStep } from './steps/run-job.ts';
import { scaleStep } from './steps/scale.ts';

/** What the templates of a migration are filled from. */
export interface MigrationContext {
  /** Name of the component whose upgrade it belongs to. */
  readonly component: string;
  readonly values: FillIn;
  readonly scope: ConditionScope;
  readonly chart: PinnedChart;
  readonly content: ChartInfo['content'];
  readonly claims: readonly ClaimInfo[];
  /** What shrinks every timeout. */
  readonly timeScale: number;
  /** helm's timeout for the component, in seconds. */
  readonly timeoutSeconds: number;
}

/** Steps around the upgrade of a component. */
export interface AroundUpgrade {
  readonly before: readonly Step[];
  readonly after: readonly Step[];
}

type Template<K extends MigrationStep['kind']> = Extract<MigrationStep, { readonly kind: K }>;
interface Head {
  readonly id: string;
  readonly component: string;
  readonly guideCommand?: readonly string[] | undefined;
}
type Maker<K extends MigrationStep['kind']> = (
  template: Template<K>,
  head: Head,
  context: MigrationContext,
) => { readonly before: readonly Step[]; readonly after?: readonly Step[] | undefined };

/** The claims of a namespace and what keeps them: an annotation that helm upgrade reads from the live object. */
const keepPath = formatFieldPath(['metadata', 'annotations', 'helm.sh/resource-policy']);

const makers: { readonly [K in MigrationStep['kind']]: Maker<K> } = {
  'protect-claims': (template, { id, component, guideCommand }, { values, claims }) => {
    const { namespace } = values;
    const ref = (name: string) => ({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name });
    const kept = claims.filter(({ name }) => template.claims.includes(name));
    return {
      before: template.claims.map((name) => ({
        ...patchObjectStep({
          id: `${id}/${name}`,
          title: template.title ?? `Have helm upgrade keep ${formatRef(ref(name))}`,
          component,
          object: ref(name),
          remove: [],
          set: [{ path: keepPath, value: 'keep' }],
          risk: 'reversible',
        }),
        ...commandFor(guideCommand, name),
      })),
      after: [
        compareClaimsStep({
          id: `${id}/compare`,
          title: `Prove that ${template.claims.join(' and ')} ${template.claims.length === 1 ? 'is' : 'are'} as before`,
          component,
          namespace,
          claims: kept.map(({ name, uid, volume }) => ({ name, uid, volume })),
          known: claims.map(({ name }) => name),
        }),
      ],
    };
  },
  'patch-object': (template, head, { values }) => {
    const object = placed(template.object, values);
    const set = Object.entries(template.set).map(([path, value]) => ({ path, value: fillInTree(value, values) }));
    const step = {
      ...patchObjectStep({
        ...head,
        title:
          template.title ??
          `Change ${[...template.remove, ...Object.keys(template.set)].join(', ')} of ${formatRef(object)}`,
        object,
        remove: template.remove,
        set,
        risk: 'reversible',
      }),
      ...commandOf(head),
    };
    return { before: [step], after: template.undo === 'never' ? [] : [pairedUndo(step, template.undo)] };
  },
  'replace-object': (template, head, context) => {
    const object = placed(template.object, context.values);
    const step = {
      ...replaceObjectStep({
        id: head.id,
        component: head.component,
        title: template.title ?? `Delete ${formatRef(object)}, which the upgrade makes anew`,
        object,
        orphansPods: template.orphansPods,
      }),
      ...commandOf(head),
    };
    if (template.returns === undefined) return { before: [step] };
    return {
      before: [step],
      after: [
        awaitConditionStep({
          id: `${head.id}/returns`,
          component: head.component,
          title: `Wait until ${formatRef(object)} is there again as it should be`,
          objects: queryOf(object),
          until: fillInCondition(template.returns, context.values),
          timeoutSeconds: scaled(template.returnsWithin, context),
          minimumSeconds: 0,
        }),
      ],
    };
  },
  'create-secret': (template, head, { values }) => {
    const files = Object.entries(template.files).map(([key, file]) => [key, fillIn(file, values)] as const);
    return {
      before: [
        createSecretStep({
          ...head,
          title: template.title ?? `Make Secret ${template.name} of type ${template.type} from files`,
          name: template.name,
          namespace: values.namespace,
          type: template.type,
          files: Object.fromEntries(files),
          ...(template.covers === undefined ? {} : { covers: fillIn(template.covers, values) }),
        }),
      ],
    };
  },
  'await-condition': (template, head, context) => {
    const { values } = context;
    const { objects, http } = template;
    return {
      before: [
        awaitConditionStep({
          ...head,
          title: template.title ?? `Wait until ${template.until}`,
          ...(objects === undefined
            ? {}
            : { objects: { ...objects, namespace: objects.namespace ?? values.namespace } }),
          ...(http === undefined ? {} : { url: fillIn(http.url, values) }),
          until: fillInCondition(template.until, values),
          timeoutSeconds: scaled(template.timeout, context),
          minimumSeconds: template.minimum === undefined ? 0 : scaled(template.minimum, context),
        }),
      ],
    };
  },
  'run-job': (template, head, context) => {
    const { namespace } = context.values;
    const job = fillInTree(template.manifest, context.values) as unknown as KubeObject;
    return {
      before: [
        runJobStep({
          ...head,
          title: template.title ?? `Run Job ${job.metadata.name} to its end`,
          namespace,
          job: { ...job, metadata: { ...job.metadata, namespace } },
          timeoutSeconds: scaled(template.timeout, context),
        }),
      ],
    };
  },
  'apply-crds': (template, head, { chart, content }) => ({
    before: [
      applyCrdsStep({
        ...head,
        title: template.title ?? `Apply the CRDs of ${chart.name} ${chart.version}`,
        chart,
        names: [...new Set(packedDefinitions(content).map(({ metadata }) => metadata.name))],
      }),
    ],
  }),
  scale: (template, head, { values }) => {
    const object = placed(template.object, values);
    const title = template.title ?? `Scale ${formatRef(object)} to ${template.replicas}`;
    const step = scaleStep({ ...head, title, object, replicas: template.replicas });
    return { before: [step], after: template.restore === 'never' ? [] : [pairedUndo(step, 'always')] };
  },
  restart: (template, head, { values, timeoutSeconds }) => {
    const object = placed(template.object, values);
    return {
      before: [
        restartStep({ ...head, title: template.title ?? `Restart ${formatRef(object)}`, object, timeoutSeconds }),
      ],
    };
  },
  'local-command': (template, head, context) => {
    const argv = template.command.map((word) => fillIn(word, context.values));
    return {
      before: [
        localCommandStep({
          ...head,
          title: template.title ?? `Run ${argv[0] ?? ''} on this machine`,
          argv,
          timeoutSeconds: scaled(template.timeout, context),
        }),
      ],
    };
  },
};

/** The steps of one migration, around the upgrade of its component. */
export function migrationSteps(migration: Migration, context: MigrationContext): AroundUpgrade {
  const before: Step[] = [];
  const after: Step[] = [];
  for (const template of migration.steps) {
    if (template.when !== undefined && !holds(template.when, context.scope)) continue;
    const head: Head = {
      id: `${context.component}/${migration.id}/${template.id}`,
      component: context.component,
      ...guideCommandOf(template, context.values),
    };
    const made = makerOf(template)(template, head, context);
    before.push(...made.before);
    after.push(...(made.after ?? []));
  }
  // What was changed last is put back first, in the place of the first that is.
  const undos = after.filter(isPairedUndo);
  const order = after.map((step) => (isPairedUndo(step) ? (undos.pop() ?? step) : step));
  const mark = (step: Step): Step => marked(step, migration);
  // What belongs after the upgrade comes after it as a whole, in its own order.
  if (migration.at === 'after') return { before: [], after: [...before, ...order].map(mark) };
  return { before: before.map(mark), after: order.map(mark) };
}

/** The registry's type has one entry a kind, each taking its own kind of template. */
function makerOf(template: MigrationStep): Maker<MigrationStep['kind']> {
  return makers[template.kind] as Maker<MigrationStep['kind']>;
}

/** The migration that a step belongs to; where there is no way back from it, there is none from its writes. */
function marked(step: Step, { id, title, why, source, irreversible }: Migration): Step {
  const migration = {
    id,
    title,
    ...(why === undefined ? {} : { why }),
    source,
    ...(irreversible ? { isIrreversible: true } : {}),
  };
  return { ...step, migration, ...(irreversible && step.risk !== 'none' ? { risk: 'irreversible' } : {}) };
}

function guideCommandOf({ guideCommand }: MigrationStep, values: FillIn): Pick<Head, 'guideCommand'> {
  return guideCommand === undefined ? {} : { guideCommand: wordsOf(fillIn(guideCommand, values)) };
}

/** The words of a command; what stands in single or double quotes is one, as a shell reads it. */
function wordsOf(command: string): readonly string[] {
  const words = command.match(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g) ?? [];
  return words.map((word) =>
    word.replaceAll(/'([^']*)'|"([^"]*)"/g, (_whole, single?: string, double?: string) => single ?? double ?? ''),
  );
}

function commandOf({ guideCommand }: Head): Pick<Head, 'guideCommand'> {
  return guideCommand === undefined ? {} : { guideCommand };
}

/** Of several claims, `{claim}` is the one that the step is about. */
function commandFor(guideCommand: readonly string[] | undefined, claim: string): Pick<Head, 'guideCommand'> {
  return guideCommand === undefined
    ? {}
    : { guideCommand: guideCommand.map((word) => word.replaceAll('{claim}', claim)) };
}

function placed({ apiVersion, kind, name, namespace }: ObjectRef, values: FillIn): ObjectRef {
  return { apiVersion, kind, namespace: namespace ?? values.namespace, name: fillIn(name, values) };
}

function queryOf({ apiVersion, kind, namespace, name }: ObjectRef): ObjectQuery {
  return { apiVersion, kind, names: [name], ...(namespace === undefined ? {} : { namespace }) };
}

function scaled(duration: string, { timeScale }: MigrationContext): number {
  return Math.max(1, Math.round(durationSeconds(duration) * timeScale));
}
