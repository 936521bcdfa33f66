import { holdsFor } from '../../facts/condition.ts';
import type { Json } from '../../model/json.ts';
import type { KubeObject } from '../../model/kube.ts';
import { isProblem, Problem } from '../../model/problem.ts';
import type { AwaitConditionStep } from '../../model/step.ts';
import { queryObjects } from '../../snapshot/query-objects.ts';
import { pause } from '../pause.ts';
import type { StepState } from '../../journal/fold.ts';
import type { Handler, World } from '../world.ts';

/**
 * Waits until a condition holds, and has held for its soak time. The time runs from the first look that the journal knows, also
 * across a restart; after a failure it begins anew.
 */
export const awaitCondition: Handler<'await-condition'> = {
  async observe(step, world, state) {
    const look = await lookOnce(step, world);
    if (look.holds) return { observation: 'done', note: look.seen };
    if (secondsLeft(step, world, state) <= 0) throw timedOut(step, look.seen);
    return { observation: 'busy', note: look.seen };
  },

  act: async () => ({ touched: 'no', writes: 0 }),

  async confirm(step, world, state) {
    let since: number | undefined;
    for (;;) {
      const look = await lookOnce(step, world);
      const now = world.clock.now().getTime();
      // What breaks off begins anew.
      since = look.holds ? (since ?? now) : undefined;
      if (since === undefined && secondsLeft(step, world, state) <= 0) throw timedOut(step, look.seen);
      const held = since === undefined ? 0 : (now - since) / 1000;
      if (since !== undefined && held >= step.minimumSeconds) return { note: `${look.seen}${soakWords(step)}` };
      tell(step, world, held, look.seen);
      await pause(world, step.title);
    }
  },
};

interface LookNow {
  readonly holds: boolean;
  /** What is there now, in a few words. */
  readonly seen: string;
}

async function lookOnce(step: AwaitConditionStep, world: World): Promise<LookNow> {
  try {
    return step.objects === undefined ? await lookAtPage(step, world) : await lookAtObjects(step, step.objects, world);
  } catch (error) {
    // Who does not answer may answer the next time: a wait is long.
    if (isProblem(error) && error.code === 'CLUSTER_UNREACHABLE')
      return { holds: false, seen: `no answer: ${error.message}` };
    throw error;
  }
}

async function lookAtPage(step: AwaitConditionStep, world: World): Promise<LookNow> {
  const url = step.url ?? '';
  const answer = await world.web.fetch({ url }).catch((error: unknown) => {
    if (isProblem(error) || !(error instanceof Error)) throw error;
    return error.message;
  });
  if (typeof answer === 'string') return { holds: false, seen: `${url} does not answer: ${answer}` };
  const { status, body } = answer;
  return { holds: holdsFor(step.until, { response: { status, body } }), seen: `${url} answers ${status}` };
}

async function lookAtObjects(
  { until, objects: query }: AwaitConditionStep,
  asked: NonNullable<AwaitConditionStep['objects']>,
  world: World,
): Promise<LookNow> {
  const objects = await queryObjects(world.reader, asked, world.plan.site.namespace);
  const kind = query?.kind ?? '';
  if (objects === undefined) return { holds: false, seen: `the cluster does not serve ${kind}` };
  const holds = holdsFor(until, variablesOf(objects));
  if (objects.length === 0) return { holds, seen: `there is no ${kind}` };
  // What is asked of all of them is counted one by one.
  if (!/\bobjects\.(all|exists)\(/.test(until)) return { holds, seen: namesOf(kind, objects) };
  const fit = objects.filter((object) => holdsFor(until, variablesOf([object]))).length;
  return { holds, seen: `${fit} of ${objects.length} (${kind})` };
}

/** A condition over objects that are not there asks a field of nothing: that does not hold. */
function variablesOf(objects: readonly KubeObject[]): Readonly<Record<string, Json>> {
  const all = objects as unknown as readonly Json[];
  return { objects: all, object: all[0] ?? {} };
}

function namesOf(kind: string, objects: readonly KubeObject[]): string {
  const names = objects.slice(0, 3).map(({ metadata, status }) => {
    const phase = status?.['phase'] ?? status?.['state'];
    return typeof phase === 'string' ? `${metadata.name} is ${phase}` : metadata.name;
  });
  const more = objects.length > names.length ? ` and ${objects.length - names.length} more` : '';
  return `${kind} ${names.join(', ')}${more}`;
}

function secondsLeft(step: AwaitConditionStep, world: World, state: StepState): number {
  const now = world.clock.now().getTime();
  const since = state.startedAt === undefined ? now : Date.parse(state.startedAt);
  return step.timeoutSeconds - (now - since) / 1000;
}

function timedOut(step: AwaitConditionStep, seen: string): Problem {
  return new Problem(
    'CONDITION_NOT_MET',
    `${step.title}: not so within ${step.timeoutSeconds} s. Seen last: ${seen}.`,
    {
      advice: [`What is waited for: ${step.until}`, 'Look why it is not so. To wait once more: liftlock resume'],
    },
  );
}

function soakWords({ minimumSeconds }: AwaitConditionStep): string {
  return minimumSeconds === 0 ? '' : `, for ${minimumSeconds} s`;
}

function tell(step: AwaitConditionStep, world: World, heldSeconds: number, seen: string): void {
  world.progress({
    step: step.id,
    ...(step.component === undefined ? {} : { component: step.component }),
    helmLine: `${seen}, for ${Math.floor(heldSeconds)} of ${step.minimumSeconds} s`,
    workloads: [],
    elapsedSeconds: heldSeconds,
    timeoutSeconds: step.minimumSeconds,
    faults: [],
  });
}
