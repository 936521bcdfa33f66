import { z } from 'zod';
import { Condition } from './condition.ts';
import { ObjectQuery } from './fact.ts';
import { Duration } from './duration.ts';

const Name = z.string().regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'lower-case letters, digits and dashes');

/** One object, by name. */
export const ObjectName = z.strictObject({
  apiVersion: z.string().default('v1'),
  kind: z.string(),
  name: z.string(),
  namespace: z.string().optional().describe('Else the namespace of the platform'),
});

const common = {
  id: Name,
  title: z.string().optional(),
  when: Condition.optional(),
  guideCommand: z.string().optional().describe("The guide's command word by word, for the runbook"),
};

/** Text in which {inputs.NAME}, {options.NAME}, {namespace}, {release} and {version} are replaced. */
const Text = z.string();

/**
 * What a migration does, as templates of steps. What differs only in data is one kind: `patch-object` annotates, labels and sets
 * any field.
 */
export const MigrationStep = z.discriminatedUnion('kind', [
  z
    .strictObject({
      ...common,
      kind: z.literal('protect-claims'),
      claims: z.array(z.string()).min(1),
    })
    .describe('Claims that helm must not delete: annotated, and compared afterwards'),
  z.strictObject({
    ...common,
    kind: z.literal('patch-object'),
    object: ObjectName,
    set: z.record(z.string(), z.json()).default({}).describe('By field path, as metadata.labels.app'),
    remove: z.array(z.string()).default([]),
    undo: z
      .enum(['never', 'on-failure', 'always'])
      .default('never')
      .describe('When the former values are put back: never; when a later step fails; also when all went well'),
  }),
  z.strictObject({
    ...common,
    kind: z.literal('replace-object'),
    object: ObjectName,
    orphansPods: z.boolean().default(false),
    returns: Condition.optional().describe('What must hold of `object` once the upgrade has made it anew'),
    returnsWithin: Duration.default('120s'),
  }),
  z.strictObject({
    ...common,
    kind: z.literal('create-secret'),
    name: Name,
    type: z.enum(['kubernetes.io/tls', 'Opaque']),
    files: z.record(z.string(), Text).describe('Key of the Secret to a file, usually {inputs.NAME}'),
    covers: Text.optional().describe('A host that a certificate must be for'),
  }),
  z.strictObject({
    ...common,
    kind: z.literal('await-condition'),
    objects: ObjectQuery.optional(),
    http: z.strictObject({ url: Text.describe('Its address; placeholders are replaced') }).optional(),
    until: Condition.describe(
      'Over `objects` (a list) and `object` (its first), or over `response.status` and `response.body`',
    ),
    timeout: Duration,
    minimum: Duration.optional().describe('How long it must have held: soak time'),
  }),
  z.strictObject({
    ...common,
    kind: z.literal('run-job'),
    manifest: z.record(z.string(), z.json()).describe('A Job, without namespace'),
    timeout: Duration,
  }),
  z.strictObject({
    ...common,
    kind: z.literal('apply-crds'),
    from: z.literal('chart').default('chart').describe("CRDs of the target's chart and its subcharts"),
  }),
  z.strictObject({
    ...common,
    kind: z.literal('scale'),
    object: ObjectName,
    replicas: z.number().int().nonnegative(),
    restore: z
      .enum(['after', 'never'])
      .default('after')
      .describe('Whether the former number comes back after the upgrade'),
  }),
  z.strictObject({ ...common, kind: z.literal('restart'), object: ObjectName }),
  z
    .strictObject({
      ...common,
      kind: z.literal('local-command'),
      command: z.array(Text).min(1),
      timeout: Duration,
    })
    .describe('Run on this machine; off unless the site names it under localCommands'),
]);
export type MigrationStep = z.infer<typeof MigrationStep>;

/** How one of the user's values is carried over to the new chart. */
export const ValueRule = z.strictObject({
  from: z.string().describe('Dotted path of the former chart; a.* for everything below a'),
  to: z.string().optional().describe('Where it goes'),
  drop: z.boolean().optional().describe('It has no meaning any more'),
  as: z.enum(['string', 'number', 'boolean', 'list', 'map-by-name']).optional().describe('Its new type'),
  source: z.string().optional(),
});
export type ValueRule = z.infer<typeof ValueRule>;

/** What a migration does to the values of its component. */
export const MigrationValues = z.strictObject({
  set: z.record(z.string(), z.json()).default({}).describe('By dotted path; {inputs.NAME} is replaced'),
  carry: z
    .array(ValueRule)
    .default([])
    .describe("The user's values: kept, moved or dropped; what no rule names blocks"),
  keeps: z.array(z.string()).default([]).describe('Paths, a.* for all below, that mean the same in both charts'),
  thisHopOnly: z.boolean().default(false).describe('What is set is taken back by a second upgrade at the same version'),
});
export type MigrationValues = z.infer<typeof MigrationValues>;

/** Work tied to crossing a version: the installed version is below it, and the hop lands on it or above. */
export const Migration = z.strictObject({
  id: Name,
  title: z.string(),
  why: z.string().optional(),
  crosses: z.string().describe('The first version that needs it, x.y.z'),
  when: Condition.optional(),
  component: Name.optional().describe('Whose upgrade it belongs to; the first where absent'),
  at: z.enum(['before', 'after']).default('before').describe("Before or after that component's upgrade"),
  irreversible: z.boolean().default(false).describe('No way back once it was begun'),
  source: z.string(),
  steps: z.array(MigrationStep).default([]),
  values: MigrationValues.optional(),
});
export type Migration = z.infer<typeof Migration>;
