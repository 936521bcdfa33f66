import { dirname } from 'node:path';
import { hasCondition, listAt, numberAt, textAt } from '../../findings/faults/read.ts';
import { digestOf } from '../../model/digest.ts';
import type { KubeObject } from '../../model/kube.ts';
import { Problem } from '../../model/problem.ts';
import type { RunJobStep } from '../../model/step.ts';
import { runOf } from '../aside.ts';
import { awaitGone } from '../await-gone.ts';
import { jobLines } from '../job-lines.ts';
import { pause } from '../pause.ts';
import type { Handler, World } from '../world.ts';

/**
 * Runs one Job to its end. Its name belongs to the run and the step: whoever tries again finds the same Job, and waits for it. One
 * that runs is never deleted (O2), nor is another begun beside one that an earlier run has left running; one that has failed is made
 * anew by the next try.
 */
export const runJob: Handler<'run-job'> = {
  async observe(step, world) {
    const job = await world.reader.find(pathOf(step, world));
    const state = stateOf(job);
    const other = state === 'absent' || state === 'failed' ? await runningElsewhere(step, world) : undefined;
    if (other !== undefined) return { observation: 'busy', note: `Job ${other} of another run still runs` };
    switch (state) {
      case 'absent':
        return { observation: 'todo', note: `Job ${nameOf(step, world)} does not exist` };
      case 'failed':
        return { observation: 'todo', note: `Job ${nameOf(step, world)} has failed: it is made anew` };
      case 'complete':
        return { observation: 'done', note: `Job ${nameOf(step, world)} is complete` };
      case 'running':
        return { observation: 'done', note: `Job ${nameOf(step, world)} runs` };
    }
  },

  async act(step, world) {
    const path = pathOf(step, world);
    const job = await world.reader.find(path);
    if (job !== undefined && stateOf(job) === 'failed') {
      await world.writer.delete(path, { uid: job.metadata.uid, propagation: 'Background' });
      await awaitGone({ step: step.id, objects: [job], timeoutSeconds: 60 }, world);
    } else if (job !== undefined) {
      return { touched: 'no', writes: 0 };
    }
    await world.writer.create(dirname(path), jobOf(step, world));
    return { touched: 'no', writes: 0 };
  },

  async confirm(step, world) {
    const until = world.clock.now().getTime() + step.timeoutSeconds * 1000;
    for (;;) {
      const job = await world.reader.find(pathOf(step, world));
      const state = stateOf(job);
      if (state === 'complete') return { note: `Job ${nameOf(step, world)} is complete` };
      if (job === undefined || state === 'failed') throw await failure(step, job, world);
      if (world.clock.now().getTime() > until) throw stillRuns(step, world);
      tell(step, job, world);
      await pause(world, `Job ${nameOf(step, world)}`);
    }
  },
};

/** Room for a suffix in the name of a Job, which becomes a label of its pods: 63 characters. */
const longestName = 63;

const markLength = 8;

/** The same for the same run, hop and step, and no other. */
function nameOf(step: RunJobStep, world: World): string {
  const mark = digestOf(`${runOf(world)} ${world.plan.hop} ${step.id}`)
    .replace('sha256:', '')
    .slice(0, markLength);
  return `${stemOf(step)}-${mark}`;
}

/** What the names of the Job have in common in all runs. */
function stemOf({ job }: RunJobStep): string {
  return job.metadata.name.slice(0, longestName - markLength - 1).replace(/[-.]+$/, '');
}

/** The name of a Job that another run has begun for the same, and that is not over: the two would work at the same data. */
async function runningElsewhere(step: RunJobStep, world: World): Promise<string | undefined> {
  const jobs = await world.reader.list(dirname(pathOf(step, world)), { labelSelector: 'liftlock.dev/run' });
  const isSame = (name: string) => name.replace(/-[0-9a-f]{8}$/, '') === stemOf(step);
  return jobs.find(
    (job) =>
      job.metadata.labels?.['liftlock.dev/run'] !== runOf(world) &&
      isSame(job.metadata.name) &&
      stateOf(job) === 'running',
  )?.metadata.name;
}

function pathOf(step: RunJobStep, world: World): string {
  return `/apis/batch/v1/namespaces/${step.namespace}/jobs/${nameOf(step, world)}`;
}

function jobOf(step: RunJobStep, world: World): KubeObject {
  // A Job that goes by itself could not be found by the next try, which would run it again.
  const { ttlSecondsAfterFinished: _ttl, ...spec } = step.job.spec ?? {};
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      ...step.job.metadata,
      name: nameOf(step, world),
      namespace: step.namespace,
      labels: { ...step.job.metadata.labels, 'liftlock.dev/run': runOf(world) },
    },
    spec,
  };
}

function stateOf(job: KubeObject | undefined): 'absent' | 'running' | 'complete' | 'failed' {
  if (job === undefined) return 'absent';
  if (hasCondition(job.status, 'Complete')) return 'complete';
  return hasCondition(job.status, 'Failed') ? 'failed' : 'running';
}

async function failure(step: RunJobStep, job: KubeObject | undefined, world: World): Promise<Problem> {
  const name = nameOf(step, world);
  const condition = listAt(job?.status, 'conditions').find((item) => item['type'] === 'Failed');
  const why = textAt(condition, 'message') || textAt(condition, 'reason');
  const lines = job === undefined ? [] : await jobLines(job, world);
  return new Problem(
    'JOB_FAILED',
    job === undefined
      ? `Job ${name} is gone: somebody has deleted it.`
      : `Job ${name} has failed${why === '' ? '' : `: ${world.redactor.text(why)}`}${lines.length === 0 ? '' : `. Its last lines: ${lines.join(' | ')}`}`,
    {
      touched: 'yes',
      advice: [
        `Look at it: kubectl logs job/${name} --namespace ${step.namespace}`,
        'When the cause is gone: liftlock resume, which runs it once more.',
      ],
    },
  );
}

function stillRuns(step: RunJobStep, world: World): Problem {
  const name = nameOf(step, world);
  return new Problem('JOB_RUNS', `Job ${name} still runs after ${step.timeoutSeconds} s. It is left to run.`, {
    touched: 'yes',
    advice: [
      `Follow it: kubectl logs job/${name} --namespace ${step.namespace} --follow`,
      'Go on waiting for it: liftlock resume',
    ],
  });
}

function tell(step: RunJobStep, job: KubeObject, world: World): void {
  const [desired, done] = [numberAt(job.spec, ['completions'], 1), numberAt(job.status, ['succeeded'])];
  const began = Date.parse(job.metadata.creationTimestamp ?? '');
  const elapsed = (world.clock.now().getTime() - began) / 1000;
  world.progress({
    step: step.id,
    ...(step.component === undefined ? {} : { component: step.component }),
    workloads: [
      {
        kind: 'Job',
        name: job.metadata.name,
        desired,
        updated: done + numberAt(job.status, ['active']),
        ready: done,
        message: `${done} of ${desired} completions`,
      },
    ],
    elapsedSeconds: Number.isNaN(elapsed) ? 0 : elapsed,
    timeoutSeconds: step.timeoutSeconds,
    faults: [],
  });
}
