import { z } from 'zod';
import type { Entry } from './journal.ts';

/**
 * The least that an entry has to be, so that folding and printing it cannot fail: what comes from a Secret of the cluster, or
 * from an archive, may have been written by anybody. What is not named here is let through.
 */
const Text = z.string();
const Texts = z.array(Text);
const Purpose = z.enum(['upgrade', 'rollback', 'rotation', 'restore']);

const Finding = z.looseObject({
  code: Text,
  severity: Text,
  message: Text,
  remedies: z.array(z.looseObject({ id: Text })),
});

const Step = z.looseObject({
  id: Text,
  kind: Text,
  title: Text,
  component: Text.optional(),
  release: Text.optional(),
  chart: z.looseObject({ reference: Text }).optional(),
  migration: z.looseObject({ id: Text }).optional(),
});

const Component = z.looseObject({
  name: Text,
  title: Text,
  release: Text,
  action: Text,
  target: Text,
  installed: z.looseObject({ version: Text }).optional(),
});

const Plan = z.looseObject({
  purpose: Purpose,
  platform: z.looseObject({ name: Text, title: Text }),
  site: z.looseObject({ name: Text, namespace: Text, digest: Text, options: z.record(Text, Text) }),
  cluster: z.looseObject({ server: Text, context: Text, uid: Text }),
  helm: z.looseObject({ version: Text }),
  // The first plans knew one hop alone.
  route: z.array(z.looseObject({ from: Text, to: Text })).optional(),
  hop: z.int().nonnegative().optional(),
  ahead: z.array(z.looseObject({ steps: z.array(Step) })).optional(),
  components: z.array(Component),
  steps: z.array(Step),
  decisions: z.array(z.looseObject({ remedy: Text })),
  forecast: z.looseObject({ findings: z.array(Finding), unforeseen: z.array(z.looseObject({})) }),
  inputs: z.looseObject({}).optional(),
  digest: Text,
});

const ProblemRecord = z.looseObject({ code: Text, message: Text, advice: Texts });

const Fault = z.looseObject({
  code: Text,
  message: Text,
  object: z.looseObject({ kind: Text, name: Text }),
  lines: Texts,
});

const bodies: Readonly<Record<string, z.ZodType>> = {
  'run-started': z.looseObject({ purpose: Purpose, who: Text, decisions: z.array(z.looseObject({ remedy: Text })) }),
  'hop-planned': z.looseObject({ plan: Plan }),
  baseline: z.looseObject({ health: z.looseObject({}) }),
  observed: z.looseObject({ step: Text, observation: z.enum(['todo', 'done', 'busy']), note: Text }),
  'act-started': z.looseObject({ step: Text }),
  'act-ended': z.looseObject({
    step: Text,
    outcome: z.enum(['done', 'failed']),
    touched: z.enum(['no', 'yes', 'unknown']),
    writes: z.number(),
    unsure: z.number().optional(),
    seconds: z.number(),
    problem: ProblemRecord.optional(),
  }),
  confirmed: z.looseObject({ step: Text, note: Text, seconds: z.number(), details: z.looseObject({}).optional() }),
  'confirm-failed': z.looseObject({ step: Text, problem: ProblemRecord }),
  fault: z.looseObject({ step: Text, fault: Fault }),
  'migration-started': z.looseObject({ step: Text, note: Text }),
  note: z.looseObject({ text: Text }),
  resumed: z.looseObject({ who: Text }),
  stopped: z.looseObject({ reason: Text }),
  evidence: z.looseObject({ file: Text }),
};

const Head = z.looseObject({ run: Text, sequence: z.int().positive(), at: z.iso.datetime(), type: Text });

/** True for an entry that this liftlock can fold, or that is of a type it has no word for. */
export function isEntry(value: unknown): value is Entry {
  const head = Head.safeParse(value);
  if (!head.success) return false;
  const { type } = head.data;
  return !Object.hasOwn(bodies, type) || bodies[type]?.safeParse(value).success === true;
}
